import type { OutcomeKind } from '../smtp/outcome.js';
import type { RecipientState } from './recipient.js';

/** What one attempt came to. `withdrawn` is none: nothing was handed over, and nobody moves. */
export type AttemptCause = Exclude<OutcomeKind, 'withdrawn'>;

/** What the user decides about a whole email: about its uncertain recipients, or to end it. */
export type DecisionCause = 'resolved-accepted' | 'resolved-skipped' | 'resend' | 'cancelled';

/** What moves recipients that are named one by one. */
export type NamedCause = 'suppressed' | 'sender-cleared' | 'given-up' | 'resolved-accepted';

/** Everything that can move a recipient of an opened email. */
export type Cause = 'intended' | AttemptCause | 'abandoned' | 'opened' | NamedCause | DecisionCause;

interface Move {
  readonly from: readonly RecipientState[];
  readonly to: RecipientState;
}

/**
 * The sending guarantee as a table: who is in none of the `from` states stays where they are. The store compares and
 * sets by it, so that no other move can be written. Nothing leaves accepted, rejected or skipped; and from `sending`,
 * where the server may own the message, only an answer leads on, or else to `uncertain`.
 */
const moves: Readonly<Record<Cause, Move>> = {
  // Durable before the last octets of the message are written.
  intended: { from: ['pending', 'deferred'], to: 'sending' },
  // 2yz after the whole message, which only somebody who was intended can have got. RFC 5321 §4.2.5
  accepted: { from: ['sending'], to: 'accepted' },
  // Refused for now or for ever: before the message (MAIL, RCPT, DATA) or after it.
  deferred: { from: ['pending', 'deferred', 'sending'], to: 'deferred' },
  rejected: { from: ['pending', 'deferred', 'sending'], to: 'rejected' },
  // The last octets may have left, and no full reply came. RFC 1047, RFC 5321 §4.5.3.2.6
  uncertain: { from: ['sending'], to: 'uncertain' },
  // Known not to have left: the session ended between the intent and the last octets.
  'not-sent': { from: ['sending'], to: 'pending' },
  // Refused in words about the sender: they wait for the sender to be put right, or for evidence that it is about them.
  'sender-refused': { from: ['pending', 'deferred', 'sending'], to: 'pending' },
  // Others were accepted from the same sender: the refusal was about the recipient.
  'sender-cleared': { from: ['pending'], to: 'rejected' },
  // The process died between the intent and the record of the reply.
  abandoned: { from: ['sending'], to: 'uncertain' },
  // Only who got the copy knows its sealed token.
  opened: { from: ['uncertain'], to: 'accepted' },
  // The user knows, from the server's log or from the recipient.
  'resolved-accepted': { from: ['uncertain'], to: 'accepted' },
  'resolved-skipped': { from: ['uncertain'], to: 'skipped' },
  // The one way by which somebody can get a second copy: the user asked, after they were shown as uncertain.
  resend: { from: ['uncertain'], to: 'pending' },
  cancelled: { from: ['pending', 'deferred'], to: 'skipped' },
  // The user gives up one recipient, whom the server does not take.
  'given-up': { from: ['pending', 'deferred', 'uncertain'], to: 'skipped' },
  // They asked not to be mailed since the email was begun, or the user did for them.
  suppressed: { from: ['pending', 'deferred'], to: 'skipped' },
};

/** @returns undefined when the cause moves nobody who is in that state. */
export function stateAfter(cause: Cause, state: RecipientState): RecipientState | undefined {
  const { from, to } = moves[cause];
  return from.includes(state) ? to : undefined;
}

/** The states that `cause` moves, and where to. */
export function moveBy(cause: Cause): Move {
  return moves[cause];
}

/** The states that something leads out of: an email with somebody in one of them is unfinished. */
export const unfinishedStates: readonly RecipientState[] = [
  ...new Set(Object.values(moves).flatMap(({ from }) => from)),
];
