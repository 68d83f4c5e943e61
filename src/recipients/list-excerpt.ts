/**
 * The rows of a large CSV file in which somebody may be named, without reading the others: to look up ten people among a hundred
 * thousand. What is found in it is what is found in the whole file, or there is no excerpt.
 */
import { isUtf8 } from 'node:buffer';

export interface ListExcerpt {
  /** The header, and every row behind it that holds one of the words. */
  readonly octets: Buffer;
  /** The line of the file that each line of the excerpt is. */
  readonly lines: readonly number[];
}

/** Looked through at a time: what is made of a block is short-lived. */
const blockOctets = 256 * 1024;
/** More are not looked up, but read. */
const mostWords = 100;

/**
 * @param octets the whole file.
 * @param words in lower case, ASCII.
 * @returns undefined when a row may be something else than a line of it, a word be written in other octets, or the header not
 * tell alone what separates cells.
 */
export function excerptOf(octets: Buffer, words: readonly string[]): ListExcerpt | undefined {
  if (words.length > mostWords || !words.every(word => /^[\x20-\x7e]+$/.test(word))) return undefined;
  const excerpt = { kept: [] as Buffer[], lines: [] as number[], line: 1, isBegun: false };
  const pattern = patternOf(words);
  for (let start = 0; start < octets.length; ) {
    const rest = octets.length - start;
    const end = rest <= blockOctets ? octets.length : octets.lastIndexOf(lineFeed, start + blockOctets) + 1;
    // A line that is longer than a block. Records have an end to their length, too.
    if (end <= start || !addLines(octets.subarray(start, end), pattern, excerpt)) return undefined;
    start = end;
  }
  return excerpt.isBegun ? { octets: Buffer.concat(excerpt.kept), lines: excerpt.lines } : undefined;
}

/** @param octets whole lines. @returns false when the file has to be read. */
function addLines(
  octets: Buffer,
  pattern: RegExp | undefined,
  excerpt: { readonly kept: Buffer[]; readonly lines: number[]; line: number; isBegun: boolean },
): boolean {
  if (!isPlain(octets)) return false;
  const text = octets.toString('latin1');
  const headerEnd = excerpt.isBegun ? 0 : endOfHeader(text);
  if (headerEnd === undefined) return false;
  excerpt.isBegun = true;
  const places = placesOf(text, pattern, headerEnd);
  let next = 0;
  for (let start = 0; start < text.length; excerpt.line += 1) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found + 1;
    const isNamed = (places[next] ?? text.length) < end;
    if (isNamed) next += 1;
    if (isNamed || start < headerEnd) {
      excerpt.lines.push(excerpt.line);
      excerpt.kept.push(Buffer.from(octets.subarray(start, end)));
    }
    start = end;
  }
  return true;
}

/** @returns behind the first line that is not blank; undefined when it names no delimiter, or could be read with several. */
function endOfHeader(text: string): number | undefined {
  const begins = text.search(/\S/);
  const found = begins === -1 ? -1 : text.indexOf('\n', begins);
  if (found === -1) return undefined;
  const header = text.slice(0, found);
  const delimiters = [',', ';', '\t'].filter(delimiter => header.trim().includes(delimiter));
  return delimiters.length === 1 && !/sep=/i.test(header) ? found + 1 : undefined;
}

/** Any of the words, in letters of either case; undefined for no words. */
function patternOf(words: readonly string[]): RegExp | undefined {
  const escaped = words.map(word => word.replaceAll(/[$()*+./?[\\\]^{|}-]/g, '\\$&'));
  return words.length === 0 ? undefined : new RegExp(escaped.join('|'), 'gi');
}

/** A place in each line that holds a word, in order. */
function placesOf(text: string, pattern: RegExp | undefined, from: number): readonly number[] {
  const places: number[] = [];
  if (pattern === undefined) return places;
  pattern.lastIndex = from;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    places.push(found.index);
    const end = text.indexOf('\n', found.index);
    if (end === -1) break;
    pattern.lastIndex = end;
  }
  return places;
}

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
/** U+212A, which is `k` in lower case. */
const kelvinSign = Buffer.from('\u212a');

/** UTF-8 in lines, each of them a row: no quotes, which may hold line ends, and no lone CR. */
function isPlain(octets: Buffer): boolean {
  if (octets.includes('"') || octets.includes(0) || octets.includes(kelvinSign) || !isUtf8(octets))
    return false;
  for (let at = octets.indexOf(carriageReturn); at !== -1; at = octets.indexOf(carriageReturn, at + 1))
    if (octets[at + 1] !== lineFeed) return false;
  return true;
}
