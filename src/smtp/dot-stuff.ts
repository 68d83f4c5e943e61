/** How a message is laid into the octets after DATA, and what must never be among them. */

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
export function encodeData(message: Uint8Array): readonly Uint8Array[] {
  const octets = Buffer.from(message.buffer, message.byteOffset, message.length);
  const pieces: Uint8Array[] = octets[0] === dot ? [Buffer.of(dot)] : [];
  let start = 0;
  for (let at = octets.indexOf(lineStartDot); at !== -1; at = octets.indexOf(lineStartDot, at + 2)) {
    pieces.push(octets.subarray(start, at + 2), Buffer.of(dot));
    start = at + 2;
  }
  pieces.push(octets.subarray(start), endsInLineEnd(octets) ? terminator : lineEndAndTerminator);
  return pieces;
}

/**
 * Offset of the first CR or LF that stands alone. Servers disagree on what it means, so that a lone one next to a dot
 * can end the message early and turn the rest of it into commands. RFC 5321 §2.3.8
 * @returns undefined when every line end is CRLF.
 */
export function findBareLineEnd(message: Uint8Array): number | undefined {
  for (let at = message.indexOf(lineFeed); at !== -1; at = message.indexOf(lineFeed, at + 1)) {
    if (message[at - 1] !== carriageReturn) return firstBareCarriageReturn(message.subarray(0, at)) ?? at;
  }
  return firstBareCarriageReturn(message);
}

function firstBareCarriageReturn(message: Uint8Array): number | undefined {
  for (let at = message.indexOf(carriageReturn); at !== -1; at = message.indexOf(carriageReturn, at + 1)) {
    if (message[at + 1] !== lineFeed) return at;
  }
  return undefined;
}

function endsInLineEnd(octets: Uint8Array): boolean {
  return octets.at(-1) === lineFeed && octets.at(-2) === carriageReturn;
}
