import { detectMimeType } from 'nodemailer/lib/mime-funcs';

/**
 * The media type of a file, by its name. A message is one only when it can travel as it is, since no encoding is allowed
 * for it (RFC 2046 §5.2.1); what is no more than called a multipart has no parts that a parser could find.
 * @param boundary of the message it is attached to.
 */
export function attachmentType(filename: string, octets: Buffer, boundary: string): string {
  const type = detectMimeType(filename).toLowerCase();
  const isFit = type.startsWith('message/')
    ? isCarriedAsItIs(octets.toString('latin1'), boundary)
    : !type.startsWith('multipart/');
  return isFit ? type : 'application/octet-stream';
}

/** 7-bit, without NUL and lone CR, in lines of at most 998 octets, a header field first (RFC 2045 §2.7). */
function isCarriedAsItIs(text: string, boundary: string): boolean {
  return (
    /^[!-9;-~]+[ \t]*:/.test(text) &&
    !/[\0\x80-\xff]|\r(?!\n)|[^\r\n]{999}/.test(text) &&
    !text.includes(boundary)
  );
}
