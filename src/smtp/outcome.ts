import type { Reply } from './reply.js';

/** Where in the dialogue an outcome was decided. */
export type SmtpStage = 'connect' | 'ehlo' | 'auth' | 'mail' | 'rcpt' | 'data' | 'end-of-data';

/** What the server said, if it said anything. The text keeps the server's words as they came. */
export interface ReplyFacts {
  readonly stage: SmtpStage;
  /** 0 when there was no reply. */
  readonly replyCode: number;
  /** `2.1.5`; '' when absent or not well-formed for the reply's class. RFC 2034 §4 */
  readonly enhancedStatusCode: string;
  readonly replyText: string;
}

/**
 * What one transaction came to, for the recipient.
 * - `accepted`: 2yz after the whole message. The server owns it. RFC 5321 §4.2.5
 * - `deferred`: 4yz about this recipient or message; try again later.
 * - `rejected`: 5yz about this recipient or message; never tried again by itself.
 * - `uncertain`: the last octets may have left and no full reply came. RFC 1047, RFC 5321 §4.5.3.2.6
 * - `not-sent`: the session ended before the hand-over (421, connection lost); the recipient is as before.
 * - `sender-refused`: 5yz that is about the sender, its login or policy; the run has to stop, nobody is rejected.
 * - `withdrawn`: `beforeHandover` said no; nothing was handed over.
 */
export type OutcomeKind =
  | 'accepted'
  | 'deferred'
  | 'rejected'
  | 'uncertain'
  | 'not-sent'
  | 'sender-refused'
  | 'withdrawn';

export interface SendOutcome extends ReplyFacts {
  readonly kind: OutcomeKind;
}

/** An outcome that no reply decided. */
export function unanswered(kind: OutcomeKind, stage: SmtpStage, why: string): SendOutcome {
  return { kind, stage, replyCode: 0, enhancedStatusCode: '', replyText: why };
}

/** What a reply says of the outcome it decides. */
export function factsOf(reply: Reply): Omit<ReplyFacts, 'stage'> {
  return { replyCode: reply.code, enhancedStatusCode: reply.enhancedStatusCode, replyText: reply.text };
}
