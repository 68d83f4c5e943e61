/**
 * The rows of a large CSV file in which somebody may be named, without reading the others: to look up ten people among a hundred
 * thousand. What is found in it is what is found in the whole file, or there is no excerpt.
 */
import { isUtf8 } from 'node:buffer';

export interface ListExcerpt {
  /** The header, and every row behind it that holds one of the words. */
  readonly octets: Buffer;
  /** Which line of the file a line of the excerpt is, both from 1. Counted when it is asked for: most excerpts have no faults. */
  readonly lineOf: (line: number) => number;
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
  const pattern = patternOf(words);
  const kept: Buffer[] = [];
  const starts: number[] = [];
  let isBegun = false;
  for (let start = 0; start < octets.length; ) {
    const rest = octets.length - start;
    const end = rest <= blockOctets ? octets.length : octets.lastIndexOf(lineFeed, start + blockOctets) + 1;
    // A line that is longer than a block. Records have an end to their length, too.
    if (end <= start) return undefined;
    const block = octets.subarray(start, end);
    if (!isPlain(block)) return undefined;
    const text = block.toString('latin1');
    const headerEnd = isBegun ? 0 : endOfHeader(text);
    if (headerEnd === undefined) return undefined;
    isBegun = true;
    for (const [from, to] of [...linesOf(text, headerEnd), ...linesWith(pattern, text, headerEnd)]) {
      starts.push(start + from);
      kept.push(block.subarray(from, to));
    }
    start = end;
  }
  if (!isBegun) return undefined;
  return { octets: Buffer.concat(kept), lineOf: line => 1 + lineEndsBefore(octets, starts[line - 1] ?? 0) };
}

/** Begin and end of each line up to an offset. */
function* linesOf(text: string, to: number): Generator<readonly [number, number], void, void> {
  for (let start = 0; start < to; ) {
    const end = text.indexOf('\n', start) + 1;
    yield [start, end];
    start = end;
  }
}

/** Of each line behind an offset that holds what is looked for. */
function* linesWith(
  pattern: RegExp | undefined,
  text: string,
  from: number,
): Generator<readonly [number, number], void, void> {
  if (pattern === undefined) return;
  pattern.lastIndex = from;
  for (let found = pattern.exec(text); found !== null; found = pattern.exec(text)) {
    const end = text.indexOf('\n', found.index) + 1;
    yield [text.lastIndexOf('\n', found.index) + 1, end === 0 ? text.length : end];
    if (end === 0) return;
    pattern.lastIndex = end;
  }
}

function lineEndsBefore(octets: Buffer, offset: number): number {
  let count = 0;
  for (let at = octets.indexOf(lineFeed); at !== -1 && at < offset; at = octets.indexOf(lineFeed, at + 1))
    count += 1;
  return count;
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
