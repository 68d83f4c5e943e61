import MailComposer from 'nodemailer/lib/mail-composer';
import { attachmentType } from './attachment-type.js';
import { encodeWords, readsAsEncodedWord } from './encoded-word.js';
import type { HeaderField } from './header-field.js';
import { inspectHeader } from './inspect-header.js';
import { type StandIn, standIn } from './large-attachments.js';
import type { Mailbox } from './mailbox.js';

/** The originator and destination fields of one message; the same object gives the same octets. RFC 5322 §3.6 */
export interface MessageHeader {
  readonly from: Mailbox;
  readonly replyTo: readonly Mailbox[];
  /** Nobody in `to` and `cc` is printed as `To: undisclosed-recipients:;`. There is no Bcc: it is in no copy. */
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly subject: string;
  /** The whole date-time, with its zone. */
  readonly date: string;
  /** With its angle brackets. */
  readonly messageId: string;
  /** With its angle brackets. */
  readonly inReplyTo?: string | undefined;
  /** The same, the oldest first; [] for no such field. */
  readonly references: readonly string[];
  readonly fields: readonly HeaderField[];
}

export interface MessageBody {
  readonly text: string;
  readonly html: string | undefined;
  readonly attachments: readonly Attachment[];
}

export interface Attachment {
  readonly filename: string;
  readonly content: Uint8Array;
  /** Of an image that the HTML shows as `cid:…`; without angle brackets. RFC 2392 */
  readonly contentId?: string | undefined;
  /** The media type; undefined: by the name and the content. */
  readonly type?: string | undefined;
}

/**
 * Header and body to the octets of one message: CRLF line ends, 7-bit, not dot-stuffed. The same input gives the same
 * octets, whenever it is called.
 * @param boundary what the MIME boundaries are made from; random once per email.
 * @throws Error when the built message does not say what the header says: that is a bug, and nothing may be sent.
 */
export async function composeMessage(
  header: MessageHeader,
  body: MessageBody,
  boundary: string,
): Promise<Buffer> {
  const composer = new MailComposer({
    from: toComposer(header.from),
    ...(header.replyTo.length > 0 ? { replyTo: header.replyTo.map(toComposer) } : {}),
    ...(header.to.length > 0 ? { to: header.to.map(toComposer) } : {}),
    ...(header.to.length + header.cc.length === 0 ? { to: undisclosedRecipients } : {}),
    ...(header.cc.length > 0 ? { cc: header.cc.map(toComposer) } : {}),
    subject: literal(header.subject),
    messageId: header.messageId,
    ...(header.inReplyTo === undefined ? {} : { inReplyTo: header.inReplyTo }),
    ...(header.references.length === 0 ? {} : { references: [...header.references] }),
    headers: [
      { key: 'Date', value: header.date },
      ...header.fields.map(({ name, value }) => ({ key: name, value: literal(value) })),
    ],
    text: body.text,
    ...(body.html === undefined ? {} : { html: body.html }),
    attachments: body.attachments.map(attachment => toPart(attachment, boundary)),
    ...buildAlike(boundary),
  });
  const built = await composer.compile().build();
  const named = [header.from, ...header.replyTo, ...header.to, ...header.cc];
  const unquoted = named.some(({ name }) => readsAsEncodedWord(name)) ? withoutQuotedWords(built) : built;
  const message = header.to.length + header.cc.length === 0 ? unquoteUndisclosed(unquoted) : unquoted;
  assertHeader(message, header);
  return message;
}

/**
 * One attachment as it stands in a message, with the header fields of its part: what `composeMessage` makes of it.
 * @returns pieces that follow one another.
 * @throws Error when its octets hold the boundary.
 */
export async function composeAttachment(
  attachment: Attachment,
  boundary: string,
): Promise<readonly Uint8Array[]> {
  const { built, large } = standIn(attachment, 0, boundary);
  const composer = new MailComposer({
    text: '-',
    attachments: [toPart(built, boundary)],
    // Or the time and a random id would be asked for.
    headers: [{ key: 'Date', value: '-' }],
    messageId: '<>',
    ...buildAlike(boundary),
  });
  const message = await composer.compile().build();
  const { delimiter, start, end } = findLastPart(message);
  const composed = message.subarray(start + delimiter.length, end);
  // Random, and base64 has no hyphen.
  if (composed.includes(boundary))
    throw new Error(`${attachment.filename} holds the boundary of the message`);
  return large === undefined ? [composed] : putBack(composed, large);
}

/** Not joined: a large attachment is in memory once. */
function putBack(part: Buffer, { mark, encoded }: NonNullable<StandIn['large']>): readonly Uint8Array[] {
  const at = part.indexOf(mark);
  if (at === -1) throw new Error('the built part has no place for its attachment');
  return [part.subarray(0, at), encoded, part.subarray(at + mark.length)];
}

export interface LastPart {
  /** With the line ends before and behind it. RFC 2046 §5.1.1 */
  readonly delimiter: Uint8Array;
  /** Where its delimiter begins. */
  readonly start: number;
  /** Where the delimiter begins that ends the message. */
  readonly end: number;
}

/** The last part of a message that is a multipart, as the builder writes it. */
export function findLastPart(message: Buffer): LastPart {
  const end = message.lastIndexOf('\r\n--');
  const [, boundary] = /^\r\n--(.+)--\r\n$/.exec(message.toString('latin1', end)) ?? [];
  const delimiter = Buffer.from(`\r\n--${boundary}\r\n`, 'latin1');
  const start = message.lastIndexOf(delimiter);
  if (boundary === undefined || start === -1) throw new Error('the built message has no parts');
  return { delimiter, start, end };
}

function toPart({ filename, content, contentId, type }: Attachment, boundary: string) {
  const octets = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  return {
    filename,
    content: octets,
    contentType: type ?? attachmentType(filename, octets, boundary),
    ...(contentId === undefined
      ? { contentDisposition: 'attachment' as const }
      : { cid: contentId, contentDisposition: 'inline' as const }),
  };
}

function buildAlike(boundary: string) {
  return {
    baseBoundary: boundary,
    textEncoding: 'quoted-printable' as const,
    newline: '\r\n',
    // A template or a list must never make the builder read a file or a URL.
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** A group without members. RFC 5322 §3.4 */
const undisclosedRecipients = 'undisclosed-recipients:;';

/** The builder quotes the group's name, which is allowed, but not what mail programs look for. */
function unquoteUndisclosed(message: Buffer): Buffer {
  const quoted = '"undisclosed-recipients":;';
  const at = message.indexOf(quoted);
  if (at === -1) return message;
  return Buffer.concat([
    message.subarray(0, at),
    Buffer.from(undisclosedRecipients),
    message.subarray(at + quoted.length),
  ]);
}

export function toComposer(mailbox: Mailbox): { name: string; address: string } {
  return { name: literal(mailbox.name), address: mailbox.addrSpec };
}

/** The builder takes what reads as an encoded word for one, and would send it as what it encodes. */
export function literal(text: string): string {
  return readsAsEncodedWord(text) ? encodeWords(text) : text;
}

function withoutQuotedWords(message: Buffer): Buffer {
  const end = message.indexOf('\r\n\r\n');
  const header = unquoteEncodedWords(message.toString('latin1', 0, end));
  return Buffer.concat([Buffer.from(header, 'latin1'), message.subarray(end)]);
}

/** The builder puts encoded words of a name in quotes, where they are none, though many decode them. RFC 2047 §5 */
export function unquoteEncodedWords(header: string): string {
  return header.replaceAll(/"((?:=\?UTF-8\?B\?[A-Za-z\d+/=]+\?=(?:\s+(?!"))?)+)"/g, '$1');
}

/** The last look before the octets leave our hands: exactly the fields we meant, each once, and never Bcc. */
function assertHeader(message: Buffer, header: MessageHeader): void {
  const fields = inspectHeader(message);
  const count = (name: string) => fields.filter(field => field.name.toLowerCase() === name).length;
  for (const name of ['from', 'to', 'subject', 'date', 'message-id', 'mime-version']) {
    const expected = name === 'to' && header.to.length === 0 && header.cc.length > 0 ? 0 : 1;
    if (count(name) !== expected) throw new Error(`the built message has ${count(name)} ${name} fields`);
  }
  if (count('bcc') > 0) throw new Error('the built message has a Bcc field');
  if (count('cc') !== (header.cc.length > 0 ? 1 : 0))
    throw new Error('the built message has another Cc field');
}
