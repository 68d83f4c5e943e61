import type { Clock, Ledger } from './ports.js';
import { takeLock } from './send-email.js';

/**
 * Ends an email for good: who has not been sent to is skipped. Uncertain recipients stay listed as they are.
 * @returns how many are skipped by this.
 * @throws Problem `email-locked` while another process sends it.
 */
export async function cancelEmail(emailId: string, ports: { ledger: Ledger; clock: Clock }): Promise<number> {
  const { ledger, clock } = ports;
  const lock = await takeLock(ledger, emailId);
  try {
    await ledger.markAbandonedUncertain(emailId, clock.now());
    await ledger.cancelEmail(emailId, clock.now());
    return await ledger.moveRecipients(emailId, 'cancelled', clock.now());
  } finally {
    await lock.release();
  }
}
