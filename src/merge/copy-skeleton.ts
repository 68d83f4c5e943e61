/** The skeleton of an email's copies, as its composition has it (`message/skeleton.ts`). */
import type { Attachment } from '../message/compose.js';
import { buildSkeleton, type FieldSlot, type Skeleton } from '../message/skeleton.js';
import type { Composition } from './composition.js';
import { oneClickPost } from './one-click.js';

/** Octets of the header that all copies have, without signatures. */
export async function measureHeader(composition: Composition): Promise<number> {
  const { header } = await createSkeleton(composition, [], false);
  return header.reduce((sum, piece) => sum + (piece instanceof Uint8Array ? piece.length : 0), 0);
}

/**
 * Group mail shows everybody the same; a mail merge shows each recipient themselves.
 * @param attachments in the order of the composition.
 * @param hasOwn copies have attachments of their own, behind those.
 */
export function createSkeleton(
  composition: Composition,
  attachments: readonly Attachment[],
  hasOwn: boolean,
): Promise<Skeleton> {
  const { from, replyTo, cc, date, messageId, inReplyTo, headerFields, copyId, template, boundary } =
    composition;
  const oneClick = composition.oneClick === true;
  const isGroup = composition.mode === 'group';
  const slots: readonly FieldSlot[] = [
    ...(isGroup ? [] : (['To', 'Message-ID'] as const)),
    ...(/\{[{%]/.test(template.subject) ? (['Subject'] as const) : []),
    ...(oneClick ? (['List-Unsubscribe'] as const) : []),
    ...(copyId === true ? (['X-Copy-Id'] as const) : []),
  ];
  return buildSkeleton(
    {
      from,
      replyTo,
      to: isGroup ? composition.to : [from],
      cc,
      subject: template.subject,
      date,
      messageId,
      inReplyTo,
      references: referencesOf(composition),
      fields: [
        ...headerFields,
        ...(oneClick ? [listUnsubscribe, oneClickPost] : []),
        ...(copyId === true ? [copyIdField] : []),
      ],
    },
    { text: '', html: template.html, attachments },
    boundary,
    slots,
    hasOwn,
  );
}

/** Replies to copies whose Message-IDs are not the same find each other by what all of them refer to. RFC 5322 §3.6.4 */
function referencesOf({ inReplyTo, threadAnchor, messageId }: Composition): readonly string[] {
  return [...(inReplyTo === undefined ? [] : [inReplyTo]), ...(threadAnchor === true ? [messageId] : [])];
}

/** With any value: they have slots. */
const listUnsubscribe = { name: 'List-Unsubscribe', value: '-' };
const copyIdField = { name: 'X-Copy-Id', value: '-' };
