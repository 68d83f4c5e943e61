/**
 * The rows of a large CSV file in which somebody may be named, without reading the others: to look up ten people among a hundred
 * thousand. What is found in it is what is found in the whole file, or there is no excerpt.
 */
import { isUtf8 } from 'node:buffer';
import { maxRecordOctets } from './list-record.js';

export interface ListExcerpt {
  /** The begin of the file, from which its dialect is told, and every row behind it that holds one of the words. */
  readonly octets: Buffer;
  /** The line of the file that each line of the excerpt is. */
  readonly lines: readonly number[];
}

/** As much as is looked at to tell what separates cells (`csv-head.ts`). */
const beginOctets = 65_536;

/**
 * @param octets the whole file.
 * @param words in lower case, ASCII.
 * @returns undefined when a row may be something else than a line of it, or a word be written in other octets.
 */
export function excerptOf(octets: Buffer, words: readonly string[]): ListExcerpt | undefined {
  if (!words.every(word => /^[\x20-\x7e]+$/.test(word) && !word.includes('"'))) return undefined;
  if (octets.length <= beginOctets || !isPlain(octets)) return undefined;
  const text = octets.toString('latin1');
  const lower = text.toLowerCase();
  const places = placesOf(lower, words);
  const last = Math.max(beginOctets, ...places);
  const lines: number[] = [];
  const kept: Buffer[] = [];
  let nextPlace = 0;
  let start = 0;
  for (let line = 1; start < octets.length; line += 1) {
    const found = octets.indexOf(lineFeed, start);
    const end = found === -1 ? octets.length : found + 1;
    if (end - start > maxRecordOctets) return undefined;
    let isKept = start < beginOctets;
    while ((places[nextPlace] ?? Number.POSITIVE_INFINITY) < end) {
      isKept = true;
      nextPlace += 1;
    }
    if (isKept) {
      lines.push(line);
      kept.push(octets.subarray(start, end));
    }
    start = end;
    if (start > last && kept.length > 0 && nextPlace === places.length && !hasLongLine(octets, start)) break;
  }
  return { octets: Buffer.concat(kept), lines };
}

/** Of each line that holds a word one place, in order. */
function placesOf(lower: string, words: readonly string[]): readonly number[] {
  const places: number[] = [];
  for (const word of words) {
    for (let at = lower.indexOf(word); at !== -1; ) {
      places.push(at);
      const end = lower.indexOf('\n', at);
      at = end === -1 ? -1 : lower.indexOf(word, end);
    }
  }
  return places.sort((a, b) => a - b);
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

function hasLongLine(octets: Buffer, from: number): boolean {
  for (let start = from; octets.length - start > maxRecordOctets; ) {
    const end = octets.lastIndexOf(lineFeed, start + maxRecordOctets);
    if (end < start) return true;
    start = end + 1;
  }
  return false;
}
