/** Octets of one line: 76 characters. RFC 2045 §6.8 */
const lineOctets = 57;
const lineCharacters = 76;
const lineEnd = 2;
/** Encoded at a time: a large file is never a string as a whole. */
const linesAtOnce = 1_000;

/** @returns base64 in lines with CRLF between them, and none at the end; as the builder of messages writes it. */
export function encodeBase64Lines(content: Uint8Array): Uint8Array {
  const octets = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const characters = 4 * Math.ceil(octets.length / 3);
  const ends = Math.max(0, Math.ceil(characters / lineCharacters) - 1);
  const encoded = Buffer.allocUnsafe(characters + lineEnd * ends);
  let written = 0;
  for (let at = 0; at < octets.length; at += lineOctets * linesAtOnce) {
    const text = octets.toString('base64', at, Math.min(octets.length, at + lineOctets * linesAtOnce));
    for (let from = 0; from < text.length; from += lineCharacters) {
      if (written > 0) written += encoded.write('\r\n', written, 'latin1');
      written += encoded.write(text.slice(from, from + lineCharacters), written, 'latin1');
    }
  }
  return encoded;
}
