/**
 * Bodies in quoted-printable (RFC 2045 §6.7), put together from pieces that are encoded on their own: what is the same
 * in every copy of an email is encoded once. The encoding itself is nodemailer's.
 */
import { encode, wrap } from 'nodemailer/lib/qp';

/** A piece of text, encoded. Any pieces may stand behind one another, in any order and number. */
export interface EncodedPiece {
  readonly octets: Uint8Array;
  /** Octets up to the first line end, or all of them. */
  readonly firstLine: number;
  /** Octets behind the last line end; undefined when there is none. */
  readonly lastLine: number | undefined;
  /** Of a text that ends in white space: what stands there when its line does too. RFC 2045 §6.7 (3) */
  readonly atLineEnd?: EncodedPiece;
}

/** Room for the `=` of a soft line break, so that one can be set behind every piece. */
const maxLine = 75;
/** One line of printable characters that all stand for themselves: names and words mostly are. */
const plain = /^[!-<>-~](?:[ -<>-~]{0,58}[!-<>-~])?$/;

export function encodePiece(text: string): EncodedPiece {
  if (plain.test(text)) {
    return { octets: Buffer.from(text, 'latin1'), firstLine: text.length, lastLine: undefined };
  }
  const lines = text.replaceAll(/\r\n|\r|\n/g, '\r\n');
  const closed = measure(wrap(encode(lines), maxLine));
  if (!/[ \t]$/.test(lines)) return closed;
  // With a letter behind it, white space needs no code.
  return { ...measure(wrap(encode(`${lines}-`), maxLine).slice(0, -1)), atLineEnd: closed };
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
    const {
      octets: encoded,
      firstLine,
      lastLine,
    } = endsLine(pieces[index + 1]) ? (piece.atLineEnd ?? piece) : piece;
    if (column > 0 && column + firstLine > maxLine) {
      octets.push(softLineBreak);
      column = 0;
    }
    octets.push(encoded);
    column = lastLine ?? column + firstLine;
  }
  if (column > 0) octets.push(lineEnd);
}

/** Whether the line ends before this piece; no piece is ever empty. */
function endsLine(next: EncodedPiece | undefined): boolean {
  return next === undefined || (next.firstLine === 0 && next.lastLine !== undefined);
}
