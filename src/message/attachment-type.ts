import { isAscii, isUtf8 } from 'node:buffer';
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
  if (!isFit) return 'application/octet-stream';
  return type.startsWith('text/') ? textType(type, octets) : type;
}

/**
 * Text that is UTF-8 says so: without a word it is US-ASCII (RFC 2046 §4.1.2), and mail programs guess. Text in another encoding is
 * left to them, and to what it says itself.
 */
function textType(type: string, octets: Buffer): string {
  const isCalendar = type === 'text/calendar';
  // A calendar is UTF-8 unless told otherwise (RFC 5545 §3.1.4), ASCII or not.
  const isUnsaid = !isUtf8(octets) || (isAscii(octets) && !isCalendar);
  const charset = isUnsaid ? '' : '; charset=utf-8';
  const method = isCalendar ? calendarMethod(octets.toString('latin1')) : undefined;
  return `${type}${charset}${method === undefined ? '' : `; method=${method}`}`;
}

/**
 * What is asked of the reader: to accept an invitation (REQUEST), or nothing (PUBLISH). Mail programs take a calendar without it
 * for any file. RFC 6047 §2.4
 * @returns undefined when it says none, or its calendars do not say the same.
 */
function calendarMethod(text: string): string | undefined {
  // A long line goes on behind a line end and a blank. RFC 5545 §3.1
  const lines = text.replaceAll(/\r?\n[ \t]/g, '');
  const methods = Array.from(lines.matchAll(methodLine), ([, method = '']) => method.toUpperCase());
  const calendars = lines.match(beginLine)?.length ?? 0;
  const [method] = methods;
  return methods.length === calendars && methods.every(other => other === method) ? method : undefined;
}

const methodLine = /^METHOD(?:;[^:\r\n\u2028\u2029]*)?:([a-z0-9-]{1,40})[ \t]*\r?$/gim;
const beginLine = /^BEGIN:VCALENDAR[ \t]*\r?$/gim;

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
