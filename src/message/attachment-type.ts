import { detectMimeType } from 'nodemailer/lib/mime-funcs';

/** RFC 5322 §2.1.1 */
const longestLine = 998;

/**
 * The media type of a file, by its name. A message is one only when it can travel as it is, since no encoding is allowed
 * for it (RFC 2046 §5.2.1); what is no more than called a multipart has no parts that a parser could find.
 */
export function attachmentType(filename: string, content: Uint8Array): string {
  const type = detectMimeType(filename);
  const isFit = type.startsWith('message/') ? isCarriedAsItIs(content) : !type.startsWith('multipart/');
  return isFit ? type : 'application/octet-stream';
}

/** 7-bit, without NUL, in lines that are short enough. RFC 2045 §2.7 */
function isCarriedAsItIs(content: Uint8Array): boolean {
  const text = Buffer.from(content).toString('latin1');
  return /^[\x01-\x7f]*$/.test(text) && text.split(/\r\n|\r|\n/).every(line => line.length <= longestLine);
}
