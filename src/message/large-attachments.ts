/**
 * Large attachments beside the builder of messages, which holds what it encodes several times: it gets a word in place of each, and the
 * attachment is encoded once, for all copies.
 */
import { attachmentType } from './attachment-type.js';
import { encodeBase64Lines } from './base64-lines.js';
import type { Attachment } from './compose.js';

/** Octets. Smaller ones are the builder’s. */
const largeAttachment = 64 * 1024;

export interface StandIn {
  readonly built: Attachment;
  /** undefined: the builder has the attachment itself. */
  readonly large?: { readonly mark: string; readonly encoded: Uint8Array };
}

/** @param index of the attachment in its message. */
export function standIn(attachment: Attachment, index: number, boundary: string): StandIn {
  const { filename, content } = attachment;
  if (content.length < largeAttachment) return { built: attachment };
  const type = attachmentType(
    filename,
    Buffer.from(content.buffer, content.byteOffset, content.length),
    boundary,
  );
  // A message travels as it is. RFC 2046 §5.2.1
  if (type.startsWith('message/')) return { built: attachment };
  // One line of base64, of words that nothing else in the message can hold.
  const mark = Buffer.from(`${index} ${boundary}`).toString('base64');
  return {
    built: { ...attachment, type, content: Buffer.from(mark, 'base64') },
    large: { mark, encoded: encodeBase64Lines(content) },
  };
}
