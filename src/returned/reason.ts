import { before } from '../text-scan.js';
import { clearWordings, type Reason, vagueWordings } from './reason-wordings.js';
import { placeOfCode } from './status-code.js';
import { plainWords, says, type Wording } from './wording.js';

/** Whether the address will never take a message: hard. Everything else may pass, or is no fault of the address. */
export type Hardness = 'hard' | 'soft';

const hard: readonly Reason[] = ['unknown-mailbox', 'unknown-domain', 'no-mail-accepted', 'moved'];

/** @param reason of a message that failed; one that is only delayed is soft whatever its reason. */
export function hardnessOf(reason: Reason): Hardness {
  return hard.includes(reason) ? 'hard' : 'soft';
}

const byStatus: readonly (readonly [RegExp, Reason])[] = [
  [/^5\.1\.[0136]$/, 'unknown-mailbox'],
  [/^5\.1\.2$/, 'unknown-domain'],
  [/^5\.1\.10$/, 'no-mail-accepted'],
  [/^5\.1\.[78]$/, 'sender'],
  [/^[45]\.2\.1$/, 'disabled'],
  [/^[45]\.2\.2$/, 'full'],
  [/^[45]\.[23]\.[34]$/, 'size'],
  [/^[45]\.6\./, 'content'],
  [/^[45]\.7\./, 'sender'],
  [/^[45]\.4\.6$/, 'route'],
  [/^[45]\.4\.[127]$/, 'expired'],
  [/^4\./, 'expired'],
];

/** Statuses that mean one thing wherever they come from; others are asked behind the words. RFC 3463 §3.2, RFC 7505 */
const certain = /^5\.1\.(?:[1236]|10)$|^5\.2\.2$/;

const maxCharacters = 3_000;
const maxReplyCharacters = 500;

/**
 * Why: from the clear words of a server, then from the status, then from words that many reasons share.
 * @param text with the server's reply in it; the sentences around it are asked only where the reply says nothing.
 * @param status RFC 3463; '' without one.
 */
export function reasonOf(text: string, status: string): Reason {
  const place = placeOfCode(text);
  // A reply ends with its paragraph; behind it stands the report's.
  const reply =
    place === -1 ? ' ' : plainWords(before(text.slice(place, place + maxReplyCharacters), '\n\n'));
  const all = plainWords(text.slice(0, maxCharacters));
  return (
    find(clearWordings, reply) ??
    (certain.test(status) ? reasonByStatus(status) : undefined) ??
    find(clearWordings, all) ??
    reasonByStatus(status) ??
    find(vagueWordings, reply) ??
    find(vagueWordings, all) ??
    'other'
  );
}

/** Whether a text says that the mailbox is there, and shut. */
export function saysDisabled(text: string): boolean {
  return (
    find(
      clearWordings.filter(([reason]) => reason === 'disabled').slice(0, 1),
      plainWords(text.slice(0, maxCharacters)),
    ) === 'disabled'
  );
}

function find(table: readonly (readonly [Reason, readonly Wording[]])[], words: string): Reason | undefined {
  return table.find(([, wordings]) => says(words, wordings))?.[0];
}

function reasonByStatus(status: string): Reason | undefined {
  return byStatus.find(([pattern]) => pattern.test(status))?.[1];
}
