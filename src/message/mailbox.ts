/**
 * One mailbox: a name and an addr-spec (RFC 5322 §3.4). This parser refuses and never repairs: a repaired address is
 * somebody else's. It takes less than the RFC allows (no comments, groups, routes, quoted local parts), since such an
 * address in a list is an attack or an accident.
 */
import { type Parsed, parsed, refused } from '../problem.js';
import { parseDomain } from './domain.js';

/** `local-part@domain` with the domain in A-labels, as it goes into RCPT TO. */
export type AddrSpec = string & { readonly __addrSpec: unique symbol };

export interface Mailbox {
  /** '' when there is none. */
  readonly name: string;
  readonly addrSpec: AddrSpec;
}

// RFC 5321 §4.5.3.1; a path has 256 octets with its angle brackets.
const maxLocalPartOctets = 64;
const maxAddrSpecOctets = 254;
const maxMailboxCharacters = 2_000;

// RFC 5322 §3.2.3, and letters beyond ASCII for SMTPUTF8 (RFC 6531 §3.3). `%`, `!` and `/` were routes once and are
// taken for them by some servers still.
const localPartAtom = /^[\p{L}\p{M}\p{N}#$&'*+=?^_`{|}~-]+$/u;

/** `a@b.example`, `Name <a@b.example>` or `"Doe, Jane" <jane@x.example>`. */
export function parseMailbox(text: string): Parsed<Mailbox> {
  if (text.length > maxMailboxCharacters) return refused('it is too long');
  const fault = characterFault(text);
  if (fault !== undefined) return refused(fault);
  const trimmed = text.trim();
  const angle = trimmed.indexOf('<');
  if (angle === -1) return withName('', trimmed);
  if (!trimmed.endsWith('>')) return refused('something follows the ">"');
  const name = parseName(trimmed.slice(0, angle).trim());
  return name.ok ? withName(name.value, trimmed.slice(angle + 1, -1)) : name;
}

function withName(name: string, text: string): Parsed<Mailbox> {
  const addrSpec = parseAddrSpec(text);
  return addrSpec.ok ? parsed({ name, addrSpec: addrSpec.value }) : addrSpec;
}

export function parseAddrSpec(text: string): Parsed<AddrSpec> {
  if (text.length > maxMailboxCharacters) return refused('it is too long');
  const fault = characterFault(text);
  if (fault !== undefined) return refused(fault);
  const parts = text.split('@');
  if (parts.length === 1) return refused('no "@"');
  if (parts.length > 2) return refused(parts.length === 3 ? 'two "@"' : `${parts.length - 1} "@"`);
  const [localPart = '', domainText = ''] = parts;
  const why = localPartFault(localPart);
  if (why !== undefined) return refused(why);
  const domain = parseDomain(domainText);
  if (!domain.ok) return domain;
  const addrSpec = `${localPart.normalize('NFC')}@${domain.value}`;
  if (Buffer.byteLength(addrSpec) > maxAddrSpecOctets)
    return refused(`it has more than ${maxAddrSpecOctets} octets`);
  return parsed(addrSpec as AddrSpec);
}

function localPartFault(localPart: string): string | undefined {
  if (localPart === '') return 'nothing before the "@"';
  if (Buffer.byteLength(localPart) > maxLocalPartOctets)
    return `the local part has more than ${maxLocalPartOctets} octets`;
  if (localPart.startsWith('"')) return 'a quoted local part';
  for (const atom of localPart.split('.')) {
    if (atom === '') return 'a dot at the edge of the local part, or two together';
    if (!localPartAtom.test(atom)) {
      const strange = [...atom].find(character => !localPartAtom.test(character));
      return strange === ' ' ? 'a space in the local part' : `${JSON.stringify(strange)} in the local part`;
    }
  }
  return localPart.startsWith('-') ? 'a "-" at the start of the local part' : undefined;
}

/** Characters that make a text read as what it is not, or end a line where there is none. */
function characterFault(text: string): string | undefined {
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029)
      return `control character ${name}`;
    if (code >= 0xd800 && code <= 0xdfff) return `half of a surrogate pair ${name}`;
    // Bidirectional controls, and characters without a width of their own but for the joiners emoji are built with.
    if (/[\u061C\u202A-\u202E\u2066-\u2069\u200B\u200E\u200F\u2060\uFEFF\u00AD]/.test(character))
      return `invisible character ${name}`;
  }
  return undefined;
}

function parseName(text: string): Parsed<string> {
  if (!text.startsWith('"'))
    return /[<>"@,;:\\]/.test(text) ? refused('the name needs quotes') : parsed(text);
  if (!/^"(?:[^"\\]|\\.)*"$/.test(text)) return refused('the quotes around the name do not match');
  return parsed(text.slice(1, -1).replaceAll(/\\(.)/g, '$1').trim());
}

/**
 * Splits at commas outside quotes and angle brackets; drops what is empty. Items may be aliases. Only blanks are
 * trimmed: a line end at the edge of an address is as wrong as one inside.
 */
export function splitMailboxList(text: string): readonly string[] {
  const items: string[] = [];
  let item = '';
  let quoted = false;
  let angled = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (quoted && character === '\\') {
      item += character + (text[index + 1] ?? '');
      index += 1;
      continue;
    }
    if (character === '"' && !angled) quoted = !quoted;
    else if (character === '<' && !quoted) angled = true;
    else if (character === '>' && !quoted) angled = false;
    else if (character === ',' && !quoted && !angled) {
      items.push(item);
      item = '';
      continue;
    }
    item += character;
  }
  return [...items, item].map(one => one.replaceAll(/^[ \t]+|[ \t]+$/g, '')).filter(one => one !== '');
}

/** For people, and for `parseMailbox` again: quoted when it has to be. */
export function printMailbox({ name, addrSpec }: Mailbox): string {
  if (name === '') return addrSpec;
  const quoted = /[<>"@,;:\\()[\].]/.test(name) ? `"${name.replaceAll(/["\\]/g, '\\$&')}"` : name;
  return `${quoted} <${addrSpec}>`;
}

/** Equal for addresses that reach one person: case never tells people apart in practice, though RFC 5321 §2.4 allows it. */
export function addrSpecKey(addrSpec: string): string {
  return addrSpec.toLowerCase();
}

export function domainOf(addrSpec: string): string {
  return addrSpec.slice(addrSpec.lastIndexOf('@') + 1);
}

/** A local part beyond ASCII can only be sent to with SMTPUTF8 (RFC 6531). */
export function needsSmtpUtf8(addrSpec: string): boolean {
  return /[^\x00-\x7f]/.test(addrSpec);
}
