import type { Told } from './match.js';
import type { Returned } from './read-returned.js';
import type { Reason } from './reason-wordings.js';
import type { RecipientStatus } from './recipient-status.js';

/** What a recipient's reports so far say. */
export interface BounceHistory {
  /** Soft failures since the last delivery that was confirmed, the newest included. */
  readonly softInARow: number;
}

/** Why nobody writes to an address any more. */
export type SuppressionReason = 'hard-bounce' | 'complaint' | 'soft-bounces';

export type Consequence =
  | { readonly kind: 'suppress'; readonly address: string; readonly reason: SuppressionReason }
  /** Shown in reports, and nothing else. `why` says what is missing. */
  | {
      readonly kind: 'record';
      readonly why:
        | 'unmatched'
        | 'unproven'
        | 'not-the-address'
        | 'not-final'
        | 'few-so-far'
        | 'no-complaint';
    };

/** So many soft failures in a row, without a delivery between them, are one hard one. */
export const softFailuresToSuppress = 5;

/** The sender or the message is at fault, and another message of another sender may arrive. */
const aboutTheMessage: readonly Reason[] = ['sender', 'content', 'size', 'policy'];

/**
 * What follows from what one message says about one person. Nobody is suppressed by the word of somebody who may not have had the copy,
 * for what is the sender's fault, or by a reply to RCPT that counts recipients (552, RFC 5321 §4.5.3.1.10).
 * @param history of the matched person, this report included.
 */
export function consequenceOf(
  returned: Returned,
  { matched, status }: Told,
  history: BounceHistory,
): Consequence {
  if (matched === undefined) return { kind: 'record', why: 'unmatched' };
  const { address } = matched.person;
  if (returned.kind === 'complaint') {
    if (!returned.isUnwanted) return { kind: 'record', why: 'no-complaint' };
    return matched.isProven
      ? { kind: 'suppress', address, reason: 'complaint' }
      : { kind: 'record', why: 'unproven' };
  }
  if (status === undefined || status.action !== 'failed') return { kind: 'record', why: 'not-final' };
  if (!countsAgainstAddress(status)) return { kind: 'record', why: 'not-the-address' };
  if (!matched.isProven) return { kind: 'record', why: 'unproven' };
  if (status.hardness === 'hard') return { kind: 'suppress', address, reason: 'hard-bounce' };
  return history.softInARow >= softFailuresToSuppress
    ? { kind: 'suppress', address, reason: 'soft-bounces' }
    : { kind: 'record', why: 'few-so-far' };
}

/** Whether a failure says anything about the address. Only such ones count as soft failures in a row. */
export function countsAgainstAddress({ action, reason, replyCode, status }: RecipientStatus): boolean {
  if (action !== 'failed' || aboutTheMessage.includes(reason)) return false;
  // Without a status, 552 may mean "too many recipients" to older servers. RFC 5321 §4.5.3.1.10
  return replyCode !== 552 || status.startsWith('5.2.');
}
