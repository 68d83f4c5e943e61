import { hash } from 'node:crypto';
import { printBase32 } from '../base32.js';

/**
 * Without angle brackets. It follows from the content, so that it names the same octets in every message that has it, and
 * from nothing else: the domain is nobody's (RFC 2606 §2). RFC 2392 §2, RFC 2045 §7
 */
export function createContentId(content: Uint8Array): string {
  const digest = hash('sha256', content, 'buffer').subarray(0, 20);
  return `${printBase32(digest)}@image.invalid`;
}
