/**
 * One mailbox: a name and an addr-spec (RFC 5322 §3.4). This parser refuses and never repairs: a repaired address is
 * somebody else's. It takes less than the RFC allows (no comments, groups, routes, quoted local parts), since such an
 * address in a list is an attack or an accident. What is said about an address is said in `why`, without the address.
 */
import { type Parsed, parsed, refused } from '../problem.js';
import { trimBlanks } from './blanks.js';
import { characterName, parseDomain } from './domain.js';
import { codePointName, headerValueFault } from './header-field.js';

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
/** A name is folded into a header of every copy; nobody's is longer. */
const maxNameCharacters = 500;
const maxMailboxCharacters = 2_000;

// RFC 5322 §3.2.3, and letters beyond ASCII for SMTPUTF8 (RFC 6531 §3.3). `%`, `!` and `/` were routes once and are
// taken for them by some servers still.
const localPartAtom = /^[\p{L}\p{M}\p{N}#$&'*+=?^_`{|}~-]+$/u;

/** `a@b.example`, `Name <a@b.example>` or `"Doe, Jane" <jane@x.example>`. */
export function parseMailbox(text: string): Parsed<Mailbox> {
  if (text.length > maxMailboxCharacters) return refused(`more than ${maxMailboxCharacters} characters`);
  const trimmed = trimBlanks(text);
  const quotedEnd = trimmed.startsWith('"') ? endOfQuotedString(trimmed) : 0;
  if (quotedEnd === -1) return refused('a quote that is not closed');
  const angle = trimmed.indexOf('<', quotedEnd);
  if (angle === -1) return withName('', trimmed);
  if (!trimmed.endsWith('>')) {
    return refused(trimmed.includes('>', angle) ? 'something follows the ">"' : 'a "<" without a ">"');
  }
  const name = parsePhrase(trimBlanks(trimmed.slice(0, angle)));
  return name.ok ? withName(name.value, trimmed.slice(angle + 1, -1)) : name;
}

/** @returns the index after the closing quote; -1 when there is none. RFC 5322 §3.2.4 */
function endOfQuotedString(text: string): number {
  for (let index = 1; index < text.length; index += 1) {
    if (text[index] === '\\') index += 1;
    else if (text[index] === '"') return index + 1;
  }
  return -1;
}

/** The name before the angle bracket: a quoted-string, or words without the characters that need one. */
function parsePhrase(text: string): Parsed<string> {
  const isQuoted = text.startsWith('"');
  if (isQuoted && endOfQuotedString(text) !== text.length) {
    return refused('something between the quoted name and the "<"');
  }
  const name = isQuoted ? trimBlanks(text.slice(1, -1).replaceAll(/\\(.)/gsu, '$1')) : text;
  const fault = nameFault(name);
  if (fault !== undefined) return refused(`${fault} in the name`);
  // A dot needs no quotes here: `J. Doe` is written everywhere. RFC 5322 §4.1, obs-phrase
  const special = isQuoted ? undefined : /[()<>"@,;:\\]/.exec(name)?.[0];
  return special === undefined
    ? parsed(name)
    : refused(`${JSON.stringify(special)} in a name without quotes`);
}

/** Why a text cannot be the name of a mailbox, in words that go before "in the name"; undefined when it can. */
export function nameFault(name: string): string | undefined {
  return name.length > maxNameCharacters
    ? `more than ${maxNameCharacters} characters`
    : headerValueFault(name);
}

function withName(name: string, text: string): Parsed<Mailbox> {
  const addrSpec = parseAddrSpec(text);
  return addrSpec.ok ? parsed({ name, addrSpec: addrSpec.value }) : addrSpec;
}

/** `local-part@domain` without a name. The local part is kept as it is, the domain becomes A-labels in lower case. */
export function parseAddrSpec(text: string): Parsed<AddrSpec> {
  if (text.length > maxMailboxCharacters) return refused(`more than ${maxMailboxCharacters} characters`);
  const fault = headerValueFault(text) ?? invisibleCharacter(text);
  if (fault !== undefined) return refused(`${fault} in the address`);
  if (text.startsWith('"')) return refused('a quoted local part');
  const parts = text.split('@');
  const [localPart = '', domainText = ''] = parts;
  if (parts.length !== 2) return refused(atFault(text, parts.length - 1));
  const why = localPartFault(localPart);
  if (why !== undefined) return refused(why);
  const domain = parseDomain(domainText);
  if (!domain.ok) return domain;
  const addrSpec = `${localPart}@${domain.value}`;
  if (Buffer.byteLength(addrSpec) > maxAddrSpecOctets) {
    return refused(`more than ${maxAddrSpecOctets} octets in the address`);
  }
  return parsed(addrSpec as AddrSpec);
}

/** Soft hyphens, joiners, fillers and the like: two addresses that differ in one look the same. */
function invisibleCharacter(text: string): string | undefined {
  const found = /\p{Default_Ignorable_Code_Point}/u.exec(text)?.[0];
  return found === undefined ? undefined : `invisible character ${codePointName(found)}`;
}

function atFault(text: string, ats: number): string {
  if (ats === 2) return 'two "@"';
  if (ats > 2) return `${ats} "@"`;
  const alike = /[\uFF20\uFE6B]/.exec(text)?.[0];
  return alike === undefined ? 'no "@"' : `no "@": "${alike}" is another character`;
}

function localPartFault(localPart: string): string | undefined {
  if (localPart === '') return 'nothing before the "@"';
  if (Buffer.byteLength(localPart) > maxLocalPartOctets) {
    return `more than ${maxLocalPartOctets} octets in the local part`;
  }
  const strange = [...localPart].find(character => character !== '.' && !localPartAtom.test(character));
  if (strange !== undefined) return `${characterName(strange)} in the local part`;
  if (/^\.|\.\.|\.$/.test(localPart)) return 'a dot at the edge of the local part, or two together';
  // Some servers decode it and then deliver to the address inside. RFC 2047 §5 allows none in an addr-spec.
  const encoded = localPart.indexOf('=?');
  if (encoded !== -1 && localPart.includes('?=', encoded + 2)) return 'an encoded word in the local part';
  if (/(?:^|\.)\p{M}/u.test(localPart)) return 'an accent without a letter in the local part';
  // Two spellings of one letter are two mailboxes to a server that compares octets. RFC 6532 §3.1 asks for NFC.
  if (localPart !== localPart.normalize('NFC'))
    return 'a letter and its accent written apart in the local part';
  return localPart.startsWith('-') ? 'a "-" at the start of the local part' : undefined;
}

/**
 * Splits at commas outside quotes, comments and angle brackets; trims, drops what is empty. Items may be aliases. What
 * is opened and never closed holds all the rest, so that it is refused as a whole and not sent to in parts.
 */
export function splitMailboxList(text: string): readonly string[] {
  const items: string[] = [];
  const add = (item: string) => {
    if (item !== '') items.push(item);
  };
  let start = 0;
  let quoted = false;
  let angled = false;
  let comments = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\\' && (quoted || comments > 0)) index += 1;
    else if (quoted) quoted = character !== '"';
    else if (character === '(') comments += 1;
    else if (comments > 0) comments -= character === ')' ? 1 : 0;
    else if (angled) angled = character !== '>';
    else if (character === '"') quoted = true;
    else if (character === '<') angled = true;
    else if (character === ',') {
      if (index > start) add(trimBlanks(text.slice(start, index)));
      start = index + 1;
    }
  }
  add(trimBlanks(text.slice(start)));
  return items;
}

/** For people, and for `parseMailbox` again: the name in quotes when it needs them or reads as an address. */
export function printMailbox({ name, addrSpec }: Mailbox): string {
  if (name === '') return addrSpec;
  // In quotes an encoded word stands for nothing but itself. RFC 2047 §5
  const needsQuotes = /[()<>[\]"@,;:\\.]|=\?/.test(name);
  const phrase = needsQuotes ? `"${name.replaceAll(/["\\]/g, '\\$&')}"` : name;
  return `${phrase} <${addrSpec}>`;
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
