/**
 * A message as it follows DATA: every line that begins with a dot gets a second one, and the whole ends with a lone
 * dot. A message that ends in CRLF gets no further empty line. RFC 5321 §4.5.2, §4.1.1.4
 */
export function toMessageData(message: Uint8Array): Buffer {
  const source = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  const pieces: Buffer[] = [];
  let start = 0;
  if (source[0] === dot) pieces.push(dotBytes);
  for (let at = source.indexOf(dottedLine); at !== -1; at = source.indexOf(dottedLine, at + 2)) {
    pieces.push(source.subarray(start, at + 2), dotBytes);
    start = at + 2;
  }
  pieces.push(source.subarray(start));
  const endsLine = source.length >= 2 && source.subarray(-2).equals(crlf);
  pieces.push(endsLine ? endOfLine : endOfText);
  return Buffer.concat(pieces);
}

const dot = 0x2e;
const dotBytes = Buffer.from('.');
const crlf = Buffer.from('\r\n');
const dottedLine = Buffer.from('\r\n.');
const endOfLine = Buffer.from('.\r\n');
const endOfText = Buffer.from('\r\n.\r\n');

/**
 * Where a message has a CR without LF or an LF without CR, or undefined. Some servers take such a line end for a real
 * one, so that text could pass for commands (SMTP smuggling); RFC 5321 §2.3.8 forbids to send it.
 * @returns the offset of the first.
 */
export function findBareLineEnd(message: Uint8Array): number | undefined {
  const source = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  for (let at = source.indexOf(0x0a); at !== -1; at = source.indexOf(0x0a, at + 1)) {
    if (source[at - 1] !== 0x0d) return at;
  }
  for (let at = source.indexOf(0x0d); at !== -1; at = source.indexOf(0x0d, at + 1)) {
    if (source[at + 1] !== 0x0a) return at;
  }
  return undefined;
}
