import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { HeaderFields, type HeaderFieldText } from './header-fields.js';

/** One message as far as it tells what came back: its header, its own words, and the parts that reports have. */
export interface MessageParts {
  readonly header: HeaderFields;
  /** The Subject, decoded; '' without one. */
  readonly subject: string;
  /** `multipart/report`, in lower case; '' when there is no Content-Type field. */
  readonly mediaType: string;
  /** The `report-type` parameter, in lower case; '' without one. RFC 6522 §3 */
  readonly reportType: string;
  /** The text parts outside of attached messages, with LF line ends. */
  readonly text: string;
  /** The HTML parts, as they are; '' without any. */
  readonly html: string;
  /** The text of each message/delivery-status part. RFC 3464 §2 */
  readonly deliveryStatus: readonly string[];
  /** The text of the message/feedback-report part; undefined without one. RFC 5965 §3 */
  readonly feedbackReport?: string;
  /** The text of the message/disposition-notification part; undefined without one. RFC 8098 §3 */
  readonly dispositionNotification?: string;
  /** The returned message, or its header, as it stands in a part of its own; undefined without one. */
  readonly original?: Uint8Array;
}

/** Octets of a message that are read: reports stand in front of the message that they return, so that nothing is lost with the rest. */
export const maxReadOctets = 4 * 1024 * 1024;
/** The parser takes its time by the line. 5,000 recipients need half of these. */
const maxLines = 100_000;
const maxTextCharacters = 2 * 1024 * 1024;
const maxNestingDepth = 64;

const carriageReturn = 0x0d;
const lineFeed = 0x0a;
const blank = 0x20;

/**
 * @param octets a message with LF, CRLF or CR line ends; the three give one result. Read up to 4 MB; a message that was cut is read
 *   as far as it goes.
 * @returns never fails: a message that the MIME parser gives up on is a header and a text.
 */
export async function readMessageParts(octets: Uint8Array): Promise<MessageParts> {
  const lines = withLineFeeds(octets.subarray(0, maxReadOctets));
  try {
    const email = await PostalMime.parse(lines, { forceRfc822Attachments: true, maxNestingDepth });
    return partsOf(email, lines);
  } catch {
    return plainParts(lines);
  }
}

/** The lines of mbox's separator and blank lines in front of the header are left out. */
function withLineFeeds(octets: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(octets.length);
  let length = 0;
  let lines = 0;
  for (let index = 0; index < octets.length; index += 1) {
    const octet = octets[index] ?? blank;
    if (octet === carriageReturn && octets[index + 1] === lineFeed) continue;
    copy[length++] = octet === carriageReturn ? lineFeed : octet;
    if (copy[length - 1] === lineFeed) lines += 1;
    if (lines === maxLines) break;
  }
  let start = 0;
  while (start < length && copy[start] === lineFeed) start += 1;
  const isSeparator = Buffer.from(copy.subarray(start, start + 5)).toString('latin1') === 'From ';
  if (isSeparator) start = copy.indexOf(lineFeed, start) + 1;
  return copy.subarray(start, length);
}

function partsOf(email: Email, octets: Uint8Array): MessageParts {
  const header = new HeaderFields(email.headers.map(({ key, value }): HeaderFieldText => [key, value]));
  const contentType = header.first('content-type');
  const ofType = (pattern: RegExp) => email.attachments.filter(({ mimeType }) => pattern.test(mimeType));
  // `text/plain charset=…` without the semicolon is no type that the parser knows.
  const mistyped = ofType(/^text\/plain\s/)
    .map(textOf)
    .join('\n');
  const text = [email.text ?? textOfHtml(email.html) ?? '', mistyped]
    .filter(one => one.trim() !== '')
    .join('\n');
  const feedbackReport = ofType(/^message\/feedback-report$/)[0];
  const disposition = ofType(/^message\/(?:global-)?disposition-notification$/)[0];
  const original = ofType(
    /^(?:message\/(?:rfc822|global|partial)|(?:text|message)\/(?:rfc822|global)-headers?)$/,
  )[0];
  return {
    header,
    subject: email.subject ?? '',
    mediaType: mediaTypeOf(contentType),
    reportType: /;\s*report-type\s*=\s*"?([\w-]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? '',
    // A multipart without a single part is text to a reader: its boundary was lost on the way.
    text: cleanText(text.trim() === '' ? bodyOf(octets) : text),
    html: (email.html ?? '').slice(0, maxTextCharacters),
    deliveryStatus: ofType(/^message\/(?:global-)?delivery-status$/).map(textOf),
    ...(feedbackReport !== undefined && { feedbackReport: textOf(feedbackReport) }),
    ...(disposition !== undefined && { dispositionNotification: textOf(disposition) }),
    ...(original !== undefined && { original: octetsOf(original) }),
  };
}

function plainParts(octets: Uint8Array): MessageParts {
  const text = Buffer.from(octets).toString('utf8');
  const end = text.indexOf('\n\n');
  const header = new HeaderFields(text.slice(0, end === -1 ? text.length : end));
  return {
    header,
    subject: header.first('subject'),
    mediaType: mediaTypeOf(header.first('content-type')),
    reportType: '',
    text: cleanText(bodyOf(octets)),
    html: '',
    deliveryStatus: [],
  };
}

function mediaTypeOf(contentType: string): string {
  return /^\s*([^\s;]+)/.exec(contentType)?.[1]?.toLowerCase() ?? '';
}

function bodyOf(octets: Uint8Array): string {
  const text = Buffer.from(octets).toString('utf8');
  const end = text.indexOf('\n\n');
  return end === -1 ? '' : text.slice(end + 2);
}

function cleanText(text: string): string {
  return text.slice(0, maxTextCharacters).replaceAll('\r', '').replaceAll('\0', '').replaceAll('\u00a0', ' ');
}

/** Words and line breaks only. Reports in HTML alone are few, and are read for addresses and replies of servers. */
function textOfHtml(html: string | undefined): string | undefined {
  return html
    ?.slice(0, maxTextCharacters)
    .replaceAll(/<(?:br|p|div|tr|li|h\d)\b[^<>]*>/gi, '\n')
    .replaceAll(/<\/?[a-z][^<>@]*>/gi, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&amp;', '&');
}

function textOf(attachment: Attachment): string {
  return cleanText(Buffer.from(octetsOf(attachment)).toString('utf8'));
}

function octetsOf({ content }: Attachment): Uint8Array {
  return typeof content === 'string' ? Buffer.from(content) : new Uint8Array(content);
}
