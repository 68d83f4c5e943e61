import { maxReadOctets } from './message-parts.js';

/** One message of an mbox, without the line that separates it from the one before. */
export interface MboxMessage {
  /** The first 4 MB, unescaped. */
  readonly octets: Uint8Array;
  /** The line of the file that the separator stands in, from 1. */
  readonly line: number;
}

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const capitalF = 0x46;
const greaterThan = 0x3e;

/** Lines that are longer are taken in pieces, of which none can be a separator. */
const maxLineOctets = 64 * 1024;
const maxSeparatorOctets = 300;

/**
 * The messages of an mbox one after the other, in memory one at a time. RFC 4155; `>From ` at the beginning of a line is read as
 * `From `, as all variants but the oldest write it. Lines end with LF, CRLF or CR, whichever ends the first. What stands before the
 * first separator is no message, and the last message may be cut.
 */
export async function* splitMbox(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<MboxMessage, void, void> {
  const splitter = new MboxSplitter();
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

class MboxSplitter {
  #rest: Buffer = Buffer.alloc(0);
  /** The line that `#rest` begins in, from 1. */
  #line = 1;
  #lineEnd: number | undefined;
  #isLineStart = true;
  #isBehindBlankLine = true;
  #message: CollectedMessage | undefined;

  *push(chunk: Uint8Array): Generator<MboxMessage, void, void> {
    yield* this.#take(
      this.#rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([this.#rest, chunk]),
      false,
    );
  }

  *end(): Generator<MboxMessage, void, void> {
    yield* this.#take(this.#rest, true);
    if (this.#message !== undefined) yield this.#message.whole();
  }

  *#take(octets: Buffer, isEnd: boolean): Generator<MboxMessage, void, void> {
    this.#lineEnd ??= lineEndOf(octets, isEnd);
    if (this.#lineEnd === undefined) {
      this.#rest = octets;
      return;
    }
    let taken = 0;
    let at = 0;
    while (at < octets.length) {
      const found = octets.indexOf(this.#lineEnd, at);
      const end = found === -1 ? octets.length : found + 1;
      const isPart = found === -1;
      if (isPart && !isEnd && octets.length - at < maxLineOctets) break;
      const first = octets[at];
      if (this.#isLineStart && first === capitalF) {
        const verdict = this.#separates(octets, at, end, isEnd);
        if (verdict === 'unknown') break;
        if (verdict) {
          this.#message?.add(octets.subarray(taken, at));
          if (this.#message !== undefined) yield this.#message.whole();
          this.#message = new CollectedMessage(this.#line);
          taken = end;
        }
      } else if (this.#isLineStart && first === greaterThan && isEscaped(octets, at, end)) {
        this.#message?.add(octets.subarray(taken, at));
        taken = at + 1;
      }
      if (this.#isLineStart) this.#isBehindBlankLine = isBlank(octets, at, end);
      this.#isLineStart = !isPart;
      if (!isPart) this.#line += 1;
      at = end;
    }
    this.#message?.add(octets.subarray(taken, at));
    this.#rest = octets.subarray(at);
  }

  /**
   * A line of a text may begin with "From " too: a separator has a time, stands behind a blank line unless it names the day of the
   * week, and in front of a header field.
   */
  #separates(octets: Buffer, start: number, end: number, isEnd: boolean): boolean | 'unknown' {
    const line = octets.toString('latin1', start, Math.min(end, start + maxSeparatorOctets));
    if (!line.startsWith('From ')) return false;
    if (this.#message === undefined && this.#line === 1) return true;
    if (!/\d:\d\d/.test(line)) return false;
    if (!this.#isBehindBlankLine && !/ (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),? /.test(line)) return false;
    const nextEnd = octets.indexOf(this.#lineEnd ?? lineFeed, end);
    if (nextEnd === -1 && !isEnd && octets.length - end < maxLineOctets) return 'unknown';
    const next = octets.toString('latin1', end, end + maxSeparatorOctets);
    return next === '' || beginsHeader(next);
  }
}

/** Octets of one message, copied: those of a chunk are let go of. */
class CollectedMessage {
  readonly #line: number;
  readonly #pieces: Buffer[] = [];
  #length = 0;

  constructor(line: number) {
    this.#line = line;
  }

  add(octets: Uint8Array): void {
    const piece = Buffer.from(octets.subarray(0, maxReadOctets - this.#length));
    if (piece.length === 0) return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  whole(): MboxMessage {
    return { octets: Buffer.concat(this.#pieces), line: this.#line };
  }
}

/** @returns undefined as long as it cannot be told. */
function lineEndOf(octets: Buffer, isEnd: boolean): number | undefined {
  const cr = octets.indexOf(carriageReturn);
  const lf = octets.indexOf(lineFeed);
  if (lf !== -1 && (cr === -1 || lf <= cr + 1)) return lineFeed;
  if (cr !== -1 && (cr + 1 < octets.length || isEnd)) return carriageReturn;
  return isEnd || octets.length > maxLineOctets ? lineFeed : undefined;
}

function isBlank(octets: Buffer, start: number, end: number): boolean {
  const length = end - start;
  return length === 1 || (length === 2 && octets[start] === carriageReturn);
}

function isEscaped(octets: Buffer, start: number, end: number): boolean {
  return /^>+From /.test(octets.toString('latin1', start, Math.min(end, start + maxSeparatorOctets)));
}

/** Whether a text begins with a header field or with an escaped separator, as some programs write one there. RFC 5322 §2.2 */
export function beginsHeader(text: string): boolean {
  return /^(?:[!-9;-~]{1,80}[ \t]{0,4}:|>From )/.test(text);
}
