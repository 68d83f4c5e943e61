/** What speaks against the header that the copies of an email would have. */
import type { Composition } from '../merge/composition.js';
import { measureHeader } from '../merge/copy-skeleton.js';
import { findLeftovers } from '../merge/leftovers.js';
import { isOneClickField } from '../merge/one-click.js';
import { needsSmtpUtf8 } from '../message/mailbox.js';
import { Problem } from '../problem.js';

/** Postfix cuts a longer header off (`header_size_limit`), Exchange refuses it with 552 5.3.4. */
export const largestHeader = 100 * 1024;
/** A header of so few characters stays below that whatever they are encoded as. */
const certainlySmall = 5_000;

export async function findHeaderProblems(composition: Composition): Promise<readonly Problem[]> {
  return [
    ...findInternational(composition),
    ...findDoubled(composition),
    ...findCopyIds(composition),
    ...(await findTooLarge(composition)),
  ];
}

/**
 * Such a mailbox makes the header of every copy one that only SMTPUTF8 carries, also to those whose own address is plain: one
 * server without it would refuse them all. RFC 6532 §3, RFC 6531 §3.4
 */
function findInternational({ from, replyTo, to, cc }: Composition): readonly Problem[] {
  return [from, ...replyTo, ...to, ...cc]
    .filter(({ addrSpec }) => needsSmtpUtf8(addrSpec))
    .map(
      ({ addrSpec }) =>
        new Problem(
          'address-syntax',
          `${addrSpec} has letters beyond ASCII before the "@", and stands in every copy`,
          {
            fix: 'Use --bcc or --each for such recipients, and another address as sender.',
          },
        ),
    );
}

/** A field of the same name would be taken for the one that tells whose copy came back. */
function findCopyIds({ copyId, headerFields }: Composition): readonly Problem[] {
  return headerFields
    .filter(({ name }) => copyId === true && name.toLowerCase() === 'x-copy-id')
    .map(
      ({ name }) =>
        new Problem('header-value', `--header ${name}: copies have this field already`, {
          fix: 'Give the field another name.',
        }),
    );
}

/** A second link to unsubscribe would leave it to chance which of them works. RFC 5322 §3.6, RFC 8058 §4 */
function findDoubled({ oneClick, headerFields }: Composition): readonly Problem[] {
  return headerFields
    .filter(field => oneClick === true && isOneClickField(field))
    .map(
      ({ name }) =>
        new Problem(
          'header-value',
          `--header ${name}: copies have this field already, for {{ unsubscribe_url }} or --list-unsubscribe`,
          { fix: 'Leave it out, or put a link of your own into the template.' },
        ),
    );
}

async function findTooLarge(composition: Composition): Promise<readonly Problem[]> {
  const { from, replyTo, to, cc, headerFields, template } = composition;
  const characters = [
    template.subject,
    ...[from, ...replyTo, ...to, ...cc].flatMap(({ name, addrSpec }) => [name, addrSpec]),
    ...headerFields.flatMap(({ name, value }) => [name, value]),
  ].reduce((sum, text) => sum + text.length, 0);
  if (characters < certainlySmall) return [];
  const octets = await measureHeader(composition);
  if (octets < largestHeader) return [];
  return [
    new Problem(
      'message-too-large',
      `the header of every copy has ${Math.ceil(octets / 1024)} KB; servers refuse more than 100 KB`,
      {
        fix:
          to.length + cc.length > 1
            ? 'Put recipients into --bcc, or send each a message of their own with --each.'
            : 'Shorten the subject and the --header values.',
      },
    ),
  ];
}

/** Of the sender; recipients are looked at with their copies. Liquid has no part in these: what reads as a merge field would be sent as it is. */
export function findHeaderLeftovers({ from, replyTo, headerFields }: Composition): readonly Problem[] {
  const places = [
    ...headerFields.map(({ name, value }) => [`--header ${name}`, value] as const),
    ...[from, ...replyTo].map(({ name, addrSpec }) => [`the name of ${addrSpec}`, name] as const),
  ];
  return places.flatMap(([place, text]) =>
    findLeftovers(text).map(
      words =>
        new Problem('template-placeholder', `"${words}" is left over in ${place}`, {
          fix: 'Merge fields work in the template and in the subject. Or pass --allow-placeholders if it is meant to be read.',
        }),
    ),
  );
}
