import { type Parsed, parsed, refused } from '../problem.js';
import { trimBlanks } from './blanks.js';
import { readsAsEncodedWord } from './encoded-word.js';

/** A field the user adds. The value is one line. RFC 5322 §2.2 */
export interface HeaderField {
  readonly name: string;
  readonly value: string;
}

/** Fields the message has anyway: a second one is an error in RFC 5322 §3.6 and a reason to refuse for big servers. */
const ownFields = new Set([
  'bcc',
  'cc',
  'content-transfer-encoding',
  'content-type',
  'date',
  'dkim-signature',
  'from',
  'in-reply-to',
  'message-id',
  'mime-version',
  'received',
  'references',
  'reply-to',
  'resent-bcc',
  'return-path',
  'sender',
  'subject',
  'to',
]);

/** `Name: value` as typed after `--header`. */
export function parseHeaderField(text: string): Parsed<HeaderField> {
  const colon = text.indexOf(':');
  if (colon <= 0) return refused('it is not of the form name: value');
  const name = trimBlanks(text.slice(0, colon));
  const value = trimBlanks(text.slice(colon + 1));
  if (!/^[!-9;-~]+$/.test(name)) return refused(`${JSON.stringify(name)} is not a field name`);
  if (ownFields.has(name.toLowerCase()))
    return refused(`${name} is set by mailtrack; use its own flag or leave it out`);
  // The builder would leave it out.
  if (value === '') return refused(`${name} has no value`);
  const why = headerValueFault(value);
  return why === undefined ? parsed({ name, value }) : refused(why);
}

/**
 * Why a text cannot stand in a header field, or undefined. Line ends would start a new field; other control and
 * bidirectional characters make a field read as what it is not. Refused, never repaired.
 */
export function headerValueFault(value: string): string | undefined {
  const strange = /[\p{Cc}\u2028-\u202e\u2066-\u2069\p{Cs}]/u.exec(value)?.[0];
  if (strange === undefined) return undefined;
  return `${kindOf(strange)} ${codePointName(strange)}`;
}

/** Why a file cannot be attached under its name, or undefined. */
export function fileNameFault(name: string): string | undefined {
  // Parameters have no such words, but many programs decode them there too, and show a name nobody has checked. RFC 2231 §1
  return (
    headerValueFault(name) ?? (readsAsEncodedWord(name) ? '"=?", which begins an encoded word' : undefined)
  );
}

function kindOf(strange: string): string {
  if (/\p{Cs}/u.test(strange)) return 'half of a surrogate pair';
  return /[\p{Cc}\u2028\u2029]/u.test(strange) ? 'control character' : 'bidirectional control character';
}

/** `U+202E`: how a character is named that must not be shown. */
export function codePointName(character: string): string {
  const code = character.codePointAt(0) as number;
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
