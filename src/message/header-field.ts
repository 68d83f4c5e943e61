import { type Parsed, parsed, refused } from '../problem.js';

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
  const name = text.slice(0, colon).trim();
  const value = text.slice(colon + 1).trim();
  if (!/^[!-9;-~]+$/.test(name)) return refused(`${JSON.stringify(name)} is not a field name`);
  if (ownFields.has(name.toLowerCase()))
    return refused(`${name} is set by mailtrack; use its own flag or leave it out`);
  const why = headerValueFault(value);
  return why === undefined ? parsed({ name, value }) : refused(why);
}

/**
 * Why a text cannot stand in a header field, or undefined. Line ends would start a new field; other control and
 * bidirectional characters make a field read as what it is not. Refused, never repaired.
 */
export function headerValueFault(value: string): string | undefined {
  for (const character of value) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0) || code === 0x2028 || code === 0x2029) {
      return `control character ${codePointName(code)}`;
    }
    if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) {
      return `bidirectional control character ${codePointName(code)}`;
    }
    if (code >= 0xd800 && code <= 0xdfff) return `half of a surrogate pair ${codePointName(code)}`;
  }
  return undefined;
}

export function codePointName(code: number): string {
  return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}
