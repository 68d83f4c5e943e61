import { detectMimeType } from 'nodemailer/lib/mime-funcs';

/**
 * The media type of a file, by its name. A message is one only when it can travel as it is, since no encoding is allowed
 * for it (RFC 2046 §5.2.1); what is no more than called a multipart has no parts that a parser could find.
 * @param boundary of the message it is attached to.
 */
export function attachmentType(filename: string, octets: Buffer, boundary: string): string {
  const type = detectMimeType(filename).toLowerCase();
  const isFit = type.startsWith('message/')
    ? isCarriedAsItIs(octets, boundary)
    : !type.startsWith('multipart/');
  return isFit ? type : 'application/octet-stream';
}

/** 7-bit, without NUL and lone CR, in lines of at most 998 octets, a header field first (RFC 2045 §2.7). */
function isCarriedAsItIs(octets: Buffer, boundary: string): boolean {
  const text = octets.toString('latin1');
  return (
    /^[!-9;-~]+[ \t]*:/.test(text) &&
    !/[\0\x80-\xff]|\r(?!\n)/.test(text) &&
    !hasLongLine(octets) &&
    !text.includes(boundary)
  );
}

/** Octets without the line end. RFC 5322 §2.1.1 */
const longestLine = 998;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;

function hasLongLine(octets: Buffer): boolean {
  for (let at = 0; at < octets.length; ) {
    const found = octets.indexOf(lineFeed, at);
    const end = found === -1 ? octets.length : found;
    const length = end - at - (octets[end - 1] === carriageReturn ? 1 : 0);
    if (length > longestLine) return true;
    at = end + 1;
  }
  return false;
}
