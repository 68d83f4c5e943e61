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
}

/** Room for the `=` of a soft line break, so that one can be set behind every piece. */
const maxLine = 75;
/** One line of printable characters that all stand for themselves: names and words mostly are. */
const plain = /^[!-<>-~](?:[ -<>-~]{0,58}[!-<>-~])?$/;

/** White space at the end is encoded, since nobody knows here whether a line end follows. */
export function encodePiece(text: string): EncodedPiece {
  if (plain.test(text)) {
    return { octets: Buffer.from(text, 'latin1'), firstLine: text.length, lastLine: undefined };
  }
  const lines = wrap(encode(text.replaceAll(/\r\n|\r|\n/g, '\r\n')), maxLine);
  const first = lines.indexOf('\r\n');
  return {
    octets: Buffer.from(lines, 'latin1'),
    firstLine: first === -1 ? lines.length : first,
    lastLine: first === -1 ? undefined : lines.length - (lines.lastIndexOf('\r\n') + 2),
  };
}

const softLineBreak = Buffer.from('=\r\n');
const lineEnd = Buffer.from('\r\n');

/**
 * Appends pieces to the octets of a message, with soft line breaks where a line would grow beyond 76, and a line end
 * behind the last one if it has none.
 */
export function appendBody(octets: Uint8Array[], pieces: Iterable<EncodedPiece>): void {
  let column = 0;
  for (const piece of pieces) {
    if (column > 0 && column + piece.firstLine > maxLine) {
      octets.push(softLineBreak);
      column = 0;
    }
    octets.push(piece.octets);
    column = piece.lastLine ?? column + piece.firstLine;
  }
  if (column > 0) octets.push(lineEnd);
}
