import type { KeyRing } from '../tracking/key.js';
import { openToken } from '../tracking/token.js';
import type { FetchLog } from './fact-ports.js';
import type { Clock } from './ports.js';

/**
 * Carries out what the link in one copy asks for. A token that does not verify, or of another purpose, does nothing;
 * whoever asks is told the same either way. @returns whether somebody was unsubscribed.
 */
export async function unsubscribe(
  token: string,
  ports: { readonly log: FetchLog; readonly ring: KeyRing; readonly clock: Pick<Clock, 'now'> },
): Promise<boolean> {
  const opened = openToken(ports.ring, token);
  if (opened?.purpose !== 'unsubscribe') return false;
  await ports.log.recordUnsubscribe(opened.emailNumber, opened.recipientNumber, ports.clock.now());
  return true;
}
