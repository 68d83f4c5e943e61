/**
 * Blanks between a delimiter and a quote: RFC 4180 has none there, and many programs write `a, "b, c"`. A quote that is
 * not at the edge of its cell can mean nothing else, so the blanks are left out; all others are part of their cells.
 */

import { maxRecordOctets } from './list-record.js';

/** Octets of CSV to the same without those blanks, piece by piece. */
export interface BlankRemover {
  /** What was written ends inside quotes. */
  readonly isQuoted: boolean;
  write(octets: Buffer): Buffer;
  end(): Buffer;
}

const quote = 34;
/** Blanks whose end is not there yet. */
const mostHeld = maxRecordOctets;

/** @param delimiter one ASCII character; a tab is a blank unless it is the delimiter. */
export function createBlankRemover(delimiter: string): BlankRemover {
  const separator = delimiter.charCodeAt(0);
  const isBlank = (octet: number | undefined) => octet === 32 || (octet === 9 && separator !== 9);
  const isEdge = (octet: number | undefined) => octet === separator || octet === 10 || octet === 13;
  let rest: Buffer = Buffer.alloc(0);
  let isQuoted = false;
  /** The octet before `rest` is one, or `rest` is at the begin. */
  let isAtEdge = true;
  let isBehindQuote = false;

  function clean(all: Buffer, isLast: boolean): Buffer {
    const kept: Buffer[] = [];
    let from = 0;
    let at = all.indexOf(quote);
    const keep = (end: number) => {
      if (end > from) kept.push(all.subarray(from, end));
    };
    /** Blanks behind a closing quote, up to the delimiter. */
    const skipBehind = (index: number): number | undefined => {
      let end = index;
      while (isBlank(all[end])) end += 1;
      if (end === all.length && !isLast) return undefined;
      return end === all.length || isEdge(all[end]) ? end : index;
    };
    if (isBehindQuote) {
      const end = skipBehind(0);
      if (end === undefined) {
        rest = all;
        return Buffer.alloc(0);
      }
      from = end;
      isBehindQuote = false;
      isAtEdge = false;
    }
    for (; at !== -1; at = all.indexOf(quote, at + 1)) {
      if (isQuoted) {
        isQuoted = false;
        const end = skipBehind(at + 1);
        if (end === undefined) {
          keep(at + 1);
          rest = all.subarray(at + 1);
          isBehindQuote = true;
          return Buffer.concat(kept);
        }
        if (end > at + 1) {
          keep(at + 1);
          from = end;
        }
        continue;
      }
      isQuoted = true;
      let begin = at;
      while (begin > from && isBlank(all[begin - 1])) begin -= 1;
      const isFirst = begin === from ? from === 0 && isAtEdge : isEdge(all[begin - 1]);
      if (begin < at && isFirst) {
        keep(begin);
        from = at;
      }
    }
    let end = all.length;
    // What follows them may be a quote.
    if (!isQuoted && !isLast) while (end > from && isBlank(all[end - 1])) end -= 1;
    keep(end);
    rest = all.subarray(end);
    if (end > 0) isAtEdge = isEdge(all[end - 1]);
    return kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept);
  }

  return {
    get isQuoted() {
      return isQuoted;
    },
    write(octets) {
      const all = rest.length === 0 ? octets : Buffer.concat([rest, octets]);
      // So many blanks are no cell any more, and whoever reads them on says so.
      return clean(all, all.length - octets.length > mostHeld);
    },
    end: () => clean(rest, true),
  };
}
