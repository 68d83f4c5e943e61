import { isLetter } from '../../text-scan.js';

/** What the entities of HTML stand for, as far as titles, addresses and file names have them. Others stay as they are. */
export function decodeEntities(text: string): string {
  let from = text.indexOf('&');
  if (from === -1) return text;
  let decoded = '';
  let written = 0;
  while (from !== -1) {
    const end = endOfEntity(text, from + 1);
    const stands = text.charCodeAt(end) === semicolon ? characterOf(text.slice(from + 1, end)) : undefined;
    if (stands !== undefined) {
      decoded += text.slice(written, from) + stands;
      written = end + 1;
    }
    // What is no entity has no `&` in it.
    from = text.indexOf('&', end);
  }
  return decoded + text.slice(written);
}

const semicolon = 0x3b;
const numberSign = 0x23;

/** Behind the letters and digits that an entity may have. */
function endOfEntity(text: string, from: number): number {
  let at = text.charCodeAt(from) === numberSign ? from + 1 : from;
  while (isLetter(text.charCodeAt(at)) || isDigit(text.charCodeAt(at))) at += 1;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** @param written between `&` and `;`. */
function characterOf(written: string): string | undefined {
  if (!written.startsWith('#')) return named.get(written.toLowerCase());
  const codePoint = /^#\d+$/.test(written)
    ? Number(written.slice(1))
    : /^#x[\da-f]+$/i.test(written)
      ? Number.parseInt(written.slice(2), 16)
      : Number.POSITIVE_INFINITY;
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : undefined;
}

const named: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', ' '],
  ['colon', ':'],
  ['lbrace', '{'],
  ['lcub', '{'],
  ['rbrace', '}'],
  ['rcub', '}'],
]);
