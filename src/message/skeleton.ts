/**
 * What all copies of an email have in common, built once: the MIME structure and every header field and part that is
 * the same in each, with slots for what is not. Structure and encoding are the builder's (`compose.ts`).
 */
import MimeNode from 'nodemailer/lib/mime-node';
import {
  type Attachment,
  composeMessage,
  findLastPart,
  literal,
  type MessageBody,
  type MessageHeader,
  toComposer,
  unquoteEncodedWords,
} from './compose.js';
import { readsAsEncodedWord } from './encoded-word.js';
import { standIn } from './large-attachments.js';
import type { Mailbox } from './mailbox.js';

/** A header field that differs from copy to copy. */
export type FieldSlot = 'To' | 'Subject' | 'Message-ID' | 'List-Unsubscribe' | 'X-Copy-Id';
/** A part whose content does. */
export type BodySlot = 'text' | 'html';

/** Where attachments stand that only one copy has, each behind a delimiter. RFC 2046 §5.1.1 */
export interface AttachmentSlot {
  readonly delimiter: Uint8Array;
}

/** Octets of every copy, or the name of what this copy has there. */
export type SkeletonPiece = Uint8Array | FieldSlot | BodySlot | AttachmentSlot;

/** Both in order; the empty line between them belongs to the header. */
export interface Skeleton {
  readonly header: readonly SkeletonPiece[];
  readonly body: readonly SkeletonPiece[];
}

/**
 * @param header with any value for the fields that have a slot.
 * @param body with any text; `html` undefined: the message is plain text only.
 * @param hasOwn copies have attachments of their own, behind those of `body`.
 */
export async function buildSkeleton(
  header: MessageHeader,
  body: MessageBody,
  boundary: string,
  fields: readonly FieldSlot[],
  hasOwn = false,
): Promise<Skeleton> {
  const marks = { text: bodyMark('text', boundary), html: bodyMark('html', boundary) };
  const attachments = body.attachments.map((attachment, index) => standIn(attachment, index, boundary));
  const large = attachments.flatMap(({ large }) => large ?? []);
  const built = await composeMessage(
    header,
    {
      text: marks.text.written,
      html: body.html === undefined ? undefined : marks.html.written,
      attachments: [...attachments.map(({ built }) => built), ...(hasOwn ? [ownMark] : [])],
    },
    boundary,
  );
  const slots: readonly (Span & { readonly slot: SkeletonPiece })[] = [
    ...fields.map(slot => ({ slot, ...findField(built, slot) })),
    ...(['text', 'html'] as const)
      .filter(slot => slot === 'text' || body.html !== undefined)
      .map(slot => ({ slot, ...findMark(built, marks[slot].encoded) })),
    ...(hasOwn ? [findOwnMark(built)] : []),
    ...large.map(({ mark, encoded }) => ({ slot: encoded, ...findMark(built, mark) })),
  ].sort((a, b) => a.start - b.start);

  const headerEnd = built.indexOf('\r\n\r\n') + 4;
  const cut = (from: number, to: number): readonly SkeletonPiece[] => {
    const pieces: SkeletonPiece[] = [];
    let at = from;
    for (const { slot, start, end } of slots.filter(({ start }) => start >= from && start < to)) {
      pieces.push(built.subarray(at, start), slot);
      at = end;
    }
    return [...pieces, built.subarray(at, to)];
  };
  return { header: cut(0, headerEnd), body: cut(headerEnd, built.length) };
}

/** Not ASCII, so that the builder says quoted-printable whatever the copies will hold. RFC 2045 §6.7 */
function bodyMark(slot: BodySlot, boundary: string): { written: string; encoded: string } {
  return { written: `é${slot}${boundary}\n`, encoded: `=C3=A9${slot}${boundary}\r\n` };
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function findMark(message: Buffer, mark: string): Span {
  const start = message.indexOf(mark);
  if (start === -1) throw new Error('the built message has no place for a part');
  return { start, end: start + mark.length };
}

/** Stands for all attachments of one recipient: the last part of the message, and so the last of its multipart/mixed. */
const ownMark: Attachment = { filename: 'own', content: Buffer.from('own') };

function findOwnMark(message: Buffer): Span & { readonly slot: AttachmentSlot } {
  const { delimiter, start, end } = findLastPart(message);
  if (!message.subarray(start, end).includes('filename=own\r\n'))
    throw new Error('the built message has no place for attachments of one recipient');
  return { slot: { delimiter }, start, end };
}

/** The whole field, folded lines and line end included. */
function findField(message: Buffer, name: string): Span {
  const header = message.toString('latin1', 0, message.indexOf('\r\n\r\n') + 2);
  const found = `\r\n${header}`.toLowerCase().indexOf(`\r\n${name.toLowerCase()}:`);
  if (found === -1) throw new Error(`the built message has no ${name} field`);
  let end = header.indexOf('\r\n', found) + 2;
  while (header[end] === ' ' || header[end] === '\t') end = header.indexOf('\r\n', end) + 2;
  return { start: found, end };
}

/** A To field of one mailbox, with its line end. @throws Error when it would say anything else. */
export function encodeTo(mailbox: Mailbox): Uint8Array {
  const { name, addrSpec } = mailbox;
  const line = name === '' ? `To: ${addrSpec}\r\n` : `To: ${name} <${addrSpec}>\r\n`;
  if (line.length <= maxFieldLine && /^[\w ]*$/.test(name)) return Buffer.from(line);
  const built = encodeField('To', [toComposer(mailbox)]);
  const field = readsAsEncodedWord(name) ? unquoteEncodedWords(built) : built;
  // The last look before these octets leave our hands: one address, and it is the one of the envelope.
  if (
    !field
      .trimEnd()
      .replaceAll(/\r\n[ \t]+/g, ' ')
      .endsWith(mailbox.name === '' ? mailbox.addrSpec : `<${mailbox.addrSpec}>`)
  )
    throw new Error(`the To field does not end in ${mailbox.addrSpec}`);
  return Buffer.from(field);
}

/** As the builder has it, with the line end. RFC 5322 §2.1.1 */
const maxFieldLine = 76 + 2;

/** A Subject field with its line end. */
export function encodeSubject(subject: string): Uint8Array {
  return Buffer.from(encodeField('Subject', literal(subject)));
}

/** @param messageId with its angle brackets. */
export function encodeMessageId(messageId: string): Uint8Array {
  const line = `Message-ID: ${messageId}\r\n`;
  // What needs no folding and no encoding needs no builder, which takes as long as all the rest of a copy.
  return Buffer.from(line.length <= maxFieldLine ? line : encodeField('Message-ID', messageId));
}

/** One URI, in one line: some relays sign a folded field in a way that does not verify. RFC 2369 §2, §3.2 */
export function encodeListUnsubscribe(url: string): Uint8Array {
  return Buffer.from(`List-Unsubscribe: <${url}>\r\n`, 'latin1');
}

/** @param token letters and digits, few enough for one line. */
export function encodeCopyId(token: string): Uint8Array {
  return Buffer.from(`X-Copy-Id: ${token}\r\n`, 'latin1');
}

/** One field as the builder folds and encodes it, which adds others behind it. */
function encodeField(
  name: Exclude<FieldSlot, 'List-Unsubscribe' | 'X-Copy-Id'>,
  value: string | readonly { name: string; address: string }[],
): string {
  const node = new MimeNode('text/plain', {
    newline: '\r\n',
    baseBoundary: '-',
    textEncoding: 'quoted-printable',
  });
  node.setHeader([
    { key: name, value: value as string },
    // Or the time and a random id would be asked for.
    ...(name === 'Message-ID' ? [] : [{ key: 'Message-ID', value: '<>' }]),
    { key: 'Date', value: '-' },
  ]);
  const [field] = /^[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*/.exec(node.buildHeaders()) ?? [''];
  if (!field.startsWith(`${name}:`)) throw new Error(`the builder wrote no ${name} field`);
  return field;
}
