/**
 * Bodies in quoted-printable (RFC 2045 §6.7), put together from pieces that are encoded on their own: what is the same
 * in every copy of an email is encoded once. The encoding itself is nodemailer's; ours are the two lines that programs on
 * the way take for something else (RFC 2049 §3): one that begins with `From `, and one that is a single dot.
 */
import { encode } from 'nodemailer/lib/qp';

/** A piece of text, encoded. Any pieces may stand behind one another, in any order and number. */
export interface EncodedPiece {
  readonly octets: Uint8Array;
  /** Octets up to the first line end, or all of them. */
  readonly firstLine: number;
  /** Octets behind the last line end; undefined when there is none. */
  readonly lastLine: number | undefined;
  /** Of a text that ends in white space: what stands there when its line does too. RFC 2045 §6.7 (3) */
  readonly atLineEnd?: EncodedPiece;
  /** Of a text that may make such a line, alone or with what follows: what stands there at the start of a line. */
  readonly atLineStart?: EncodedPiece;
}

/** Room for the `=` of a soft line break, so that one can be set behind every piece. */
const maxLine = 75;
/** One line of printable characters that all stand for themselves: names and words mostly are. */
const plain = /^[!-<>-~](?:[ -<>-~]{0,58}[!-<>-~])?$/;

/** A text that begins with `From ` or a line of one dot, or could with another piece behind it. */
const mayMislead = /^(?:F(?:rom |(?:r|ro|rom)?$)|\.(?:\r\n|$))/;
/** The same at the starts of encoded lines, with the rest of the line; also where a text ends, since another may follow. */
const misleading = {
  within: /(?<=\r\n)(?:F(?=rom |(?:r|ro|rom)?$)|\.(?=\r\n|$))[^\r\n]*/g,
  anywhere: /(?<=^|\r\n)(?:F(?=rom |(?:r|ro|rom)?$)|\.(?=\r\n|$))[^\r\n]*/g,
};

export function encodePiece(text: string): EncodedPiece {
  if (plain.test(text)) {
    const piece = { octets: Buffer.from(text, 'latin1'), firstLine: text.length, lastLine: undefined };
    return mayMislead.test(text) ? { ...piece, atLineStart: encodeLines(text, misleading.anywhere) } : piece;
  }
  const lines = withLineEnds(text);
  const piece = encodeLines(lines, misleading.within);
  return mayMislead.test(lines) ? { ...piece, atLineStart: encodeLines(lines, misleading.anywhere) } : piece;
}

/** From where on octets are written one by one: an expression makes garbage of a million line ends. */
const manyCharacters = 4_000;

/** Each line end as CRLF. */
function withLineEnds(text: string): string {
  if (text.length < manyCharacters) return text.replaceAll(/\r\n|\r|\n/g, '\r\n');
  const units = Buffer.allocUnsafe(4 * text.length);
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const isLineEnd = code === carriageReturn || code === lineFeed;
    if (code === lineFeed && text.charCodeAt(at - 1) === carriageReturn) continue;
    if (isLineEnd) length = units.writeUInt32LE(crlfUnits, length);
    else length = units.writeUInt16LE(code, length);
  }
  return units.toString('utf16le', 0, length);
}

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
/** Both, as two units. */
const crlfUnits = 0x000a_000d;

function encodeLines(lines: string, lineStarts: RegExp): EncodedPiece {
  const closed = measure(wrapLines(encode(lines)).replace(lineStarts, disguise));
  if (!/[ \t]$/.test(lines)) return closed;
  // With a letter behind it, white space needs no code.
  const open = wrapLines(encode(`${lines}-`)).slice(0, -1);
  return { ...measure(open.replace(lineStarts, disguise)), atLineEnd: closed };
}

/** Where nodemailer's `wrap` breaks lines. Its expressions take long for each: here only lines that are too long are looked at. */
function wrapLines(encoded: string): string {
  if (encoded.length <= maxLine) return encoded;
  let wrapped = '';
  let written = 0;
  for (let start = 0; start < encoded.length; ) {
    const found = encoded.indexOf('\r\n', start);
    const end = found === -1 ? encoded.length : found + 2;
    // The last of several lines has another look, though it fits.
    if (end - start > maxLine || (found === -1 && start > 0)) {
      for (let at = start; at < end; ) {
        const next = endOfPart(encoded, at, end, found !== -1);
        if (next < end) {
          wrapped += `${encoded.slice(written, next)}=\r\n`;
          written = next;
        }
        at = next;
      }
    }
    start = end;
  }
  return wrapped + encoded.slice(written);
}

/** So near to its end a line is broken behind a blank or a sign. */
const nearEnd = 25;

/** @returns where a part of a line ends that begins at `from`; `end` is behind the line, and behind its line end if it has one. */
function endOfPart(encoded: string, from: number, end: number, hasLineEnd: boolean): number {
  const window = Math.min(from + maxLine, end);
  if (hasLineEnd && window === end) return end;
  if (window - from > maxLine - nearEnd) {
    for (let at = window - 1; at >= window - nearEnd; at -= 1)
      if (mayEndPart(encoded.charCodeAt(at))) return at + 1 - from === maxLine && at + 1 < end ? at : at + 1;
  }
  let at = window;
  if (encoded.charCodeAt(at - 1) === equals) at -= 1;
  else if (encoded.charCodeAt(at - 2) === equals) at -= 2;
  // A character of several octets stays in one line.
  while (at < end && encoded.charCodeAt(at - 3) === equals) {
    const isFirst = encoded.charCodeAt(at - 2) >= letterC;
    if (!isFirst && encoded.charCodeAt(at - 2) < digit8) break;
    at -= 3;
    if (isFirst) break;
  }
  if (at === end || at - from < maxLine) return at;
  return encoded.charCodeAt(at - 3) === equals ? at - 3 : at - 1;
}

const equals = 0x3d;
/** The first digit of the octets behind the first of a character is 8, 9, A or B; the one of the first is more. */
const digit8 = 0x38;
const letterC = 0x43;

/** A blank, a tab, or one of `.,!?`. */
function mayEndPart(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x2e || code === 0x2c || code === 0x21 || code === 0x3f;
}

/** The first letter of such a line in code, with a soft line break behind `From ` where the line would be too long. */
function disguise(line: string): string {
  const coded = (line.startsWith('.') ? '=2E' : '=46') + line.slice(1);
  if (coded.length <= maxLine) return coded;
  return `=46rom =\r\n${line.slice('From '.length).replace(/^F(?=rom ).*/, disguise)}`;
}

function measure(encoded: string): EncodedPiece {
  const first = encoded.indexOf('\r\n');
  return {
    octets: Buffer.from(encoded, 'latin1'),
    firstLine: first === -1 ? encoded.length : first,
    lastLine: first === -1 ? undefined : encoded.length - (encoded.lastIndexOf('\r\n') + 2),
  };
}

const softLineBreak = Buffer.from('=\r\n');
const lineEnd = Buffer.from('\r\n');

/**
 * Appends pieces to the octets of a message, with soft line breaks where a line would grow beyond 76, and a line end
 * behind the last one if it has none.
 */
export function appendBody(octets: Uint8Array[], pieces: readonly EncodedPiece[]): void {
  let column = 0;
  for (const [index, piece] of pieces.entries()) {
    const ends = endsLine(pieces[index + 1]);
    if (column > 0 && column + formOf(piece, ends).firstLine > maxLine) {
      octets.push(softLineBreak);
      column = 0;
    }
    const {
      octets: encoded,
      firstLine,
      lastLine,
    } = formOf(column === 0 ? (piece.atLineStart ?? piece) : piece, ends);
    octets.push(encoded);
    column = lastLine ?? column + firstLine;
  }
  if (column > 0) octets.push(lineEnd);
}

function formOf(piece: EncodedPiece, endsLine: boolean): EncodedPiece {
  return endsLine ? (piece.atLineEnd ?? piece) : piece;
}

/** Whether the line ends before this piece; no piece is ever empty. */
function endsLine(next: EncodedPiece | undefined): boolean {
  return next === undefined || (next.firstLine === 0 && next.lastLine !== undefined);
}
