import { before } from '../text-scan.js';
import type { HeaderFields } from './header-fields.js';

/**
 * When a message came: the server that took it says so in the first Received field, which nobody else can write (RFC 5321 §4.4);
 * without one, when it was written.
 * @returns undefined for a message without a date that can be read.
 */
export function arrivedAt(header: HeaderFields): Date | undefined {
  const received = header.first('received');
  const stamp = received.slice(received.lastIndexOf(';') + 1);
  return dateOf(stamp) ?? dateOf(header.first('date'));
}

/** Without the comment behind it. RFC 5322 §3.3 */
function dateOf(value: string): Date | undefined {
  const time = Date.parse(before(value.slice(0, 200), '(').trim());
  return Number.isNaN(time) ? undefined : new Date(time);
}
