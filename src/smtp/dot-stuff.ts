/** How a message is laid into the octets after DATA, and what must never be among them. */
import { type Octets, piecesOf } from './octets.js';

const dot = 0x2e;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const lineStartDot = Buffer.from('\r\n.');
const terminator = Buffer.from('.\r\n');
const lineEndAndTerminator = Buffer.from('\r\n.\r\n');

/**
 * A message as DATA carries it: a dot before each line that begins with one, and the line with a single dot that ends
 * the data. A message that ends in CRLF gets no second one. RFC 5321 §4.5.2, §4.1.1.4
 * @param message whole, with CRLF line ends.
 * @returns pieces that follow one another; most are views of the message, which is not copied.
 */
export function encodeData(message: Octets): readonly Uint8Array[] {
  const encoded: Uint8Array[] = [];
  // The last two octets before a piece: a line may end with one, and its dot begin the next.
  let before = '\r\n';
  for (const piece of piecesOf(message)) {
    if (piece.length === 0) continue;
    const octets = Buffer.from(piece.buffer, piece.byteOffset, piece.length);
    const stuffed = stuffPiece(octets, before);
    // Mail that is attached as it is may have a dot in each of its lines.
    if (stuffed.length > mostViews) encoded.push(Buffer.concat(stuffed));
    else encoded.push(...stuffed);
    before = (before + octets.toString('latin1', Math.max(0, octets.length - 2))).slice(-2);
  }
  const isEmpty = encoded.length === 0;
  encoded.push(!isEmpty && before === '\r\n' ? terminator : lineEndAndTerminator);
  return encoded;
}

/** Of one piece: more views than that cost more than a copy. */
const mostViews = 200;

function stuffPiece(octets: Buffer, before: string): readonly Uint8Array[] {
  const encoded: Uint8Array[] = [];
  const isDotFirst =
    (octets[0] === dot && before === '\r\n') ||
    (octets[0] === lineFeed && octets[1] === dot && before.endsWith('\r'));
  let start = 0;
  if (isDotFirst) {
    const at = octets[0] === dot ? 0 : 1;
    if (at > 0) encoded.push(octets.subarray(0, at));
    encoded.push(Buffer.of(dot));
    start = at;
  }
  for (let at = octets.indexOf(lineStartDot); at !== -1; at = octets.indexOf(lineStartDot, at + 2)) {
    encoded.push(octets.subarray(start, at + 2), Buffer.of(dot));
    start = at + 2;
  }
  encoded.push(octets.subarray(start));
  return encoded;
}

/**
 * Offset of the first CR or LF that stands alone. Servers disagree on what it means, so that a lone one next to a dot
 * can end the message early and turn the rest of it into commands. RFC 5321 §2.3.8
 * @returns undefined when every line end is CRLF.
 */
export function findBareLineEnd(message: Octets): number | undefined {
  let offset = 0;
  // A CR at the end of the piece before, whose LF is still to come.
  let isOpen = false;
  for (const piece of piecesOf(message)) {
    if (piece.length === 0) continue;
    if (isOpen && piece[0] !== lineFeed) return offset - 1;
    const bare = bareIn(piece, isOpen);
    if (bare !== undefined) return offset + bare;
    isOpen = piece.at(-1) === carriageReturn;
    offset += piece.length;
  }
  return isOpen ? offset - 1 : undefined;
}

/** @param isOpen the octet before is a CR. A CR at the very end is left to whoever knows what follows. */
function bareIn(piece: Uint8Array, isOpen: boolean): number | undefined {
  for (let at = piece.indexOf(lineFeed); at !== -1; at = piece.indexOf(lineFeed, at + 1)) {
    const isEnd = at === 0 ? isOpen : piece[at - 1] === carriageReturn;
    if (!isEnd) return firstBareCarriageReturn(piece.subarray(0, at)) ?? at;
  }
  return firstBareCarriageReturn(piece.at(-1) === carriageReturn ? piece.subarray(0, -1) : piece);
}

function firstBareCarriageReturn(message: Uint8Array): number | undefined {
  for (let at = message.indexOf(carriageReturn); at !== -1; at = message.indexOf(carriageReturn, at + 1)) {
    if (message[at + 1] !== lineFeed) return at;
  }
  return undefined;
}
