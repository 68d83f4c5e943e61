import { hash } from 'node:crypto';
import { printBase32 } from '../base32.js';

/**
 * `<random@domain>`: made once, before the first transaction, and kept on every retry. The domain is the sender's,
 * never a host name. RFC 5322 §3.6.4
 * @param random at least 16 bytes.
 */
export function createMessageId(random: Uint8Array, domain: string): string {
  return `<${printBase32(random)}@${domain}>`;
}

/** In a mail merge each recipient's message has its own id; it follows from the email's, so a resend has the same. */
export function deriveMessageId(messageId: string, recipientNumber: number): string {
  const digest = hash('sha256', `${messageId} ${recipientNumber}`, 'buffer').subarray(0, 20);
  return createMessageId(digest, messageId.slice(messageId.lastIndexOf('@') + 1, -1));
}

/** Folded into two fields of every copy, and no line of those has more than 998 octets. RFC 5322 §2.1.1 */
const longestMessageId = 900;

/** Whether a text is one message id as it stands in a header, with its angle brackets. RFC 5322 §3.6.4 */
export function isMessageId(text: string): boolean {
  // Printable ASCII: what programs use goes beyond the dot-atoms of the RFC, but never so far.
  return text.length <= longestMessageId && /^<[!-;=?A-~]+@[!-;=?A-~]+>$/.test(text);
}
