import type { EnvelopeStep, MailTransaction } from './envelope.js';
import type { OutcomeKind, SendOutcome } from './outcome.js';

/** One transaction that has begun. */
export interface Underway {
  readonly transaction: MailTransaction;
  /** Whole, in one write behind others (RFC 3030), and not step by step. */
  readonly streamed: boolean;
  /** Its envelope travelled behind the final dot of another message (`pipelining.ts`). */
  readonly overlapped: boolean;
  /** The server answered MAIL with 503 only because it stood behind a dot: the transaction has to begin again. */
  displaced: boolean;
  /** Steps of the envelope not yet written. */
  readonly unwritten: EnvelopeStep[];
  recipientAccepted: boolean;
  /** Encoded message not yet written; undefined before the server asked for it. */
  body: readonly Uint8Array[] | undefined;
  intent: 'not-asked' | 'asked' | 'durable';
  /** Of a streamed transaction: a refusal that holds if the reply to the message agrees. */
  refusal: SendOutcome | undefined;
  /** An acceptance that holds if the replies behind it are in their places too. */
  acceptance: SendOutcome | undefined;
  outcome: OutcomeKind | undefined;
}

/**
 * Whether the server may still hold parts of an envelope (RFC 5321 §4.1.1.5). The end of a message clears them (§4.1.1.4), also
 * of one whose outcome is not known yet. Of a streamed one they may stay: Exim keeps MAIL open when it refused the recipient.
 */
export function mayLeaveEnvelope({ streamed, displaced, outcome }: Underway): boolean {
  return streamed || displaced || (outcome !== undefined && outcome !== 'accepted');
}

export function isWritingBody({ body, intent }: Underway): boolean {
  return body !== undefined && intent === 'not-asked';
}

/** What is true of a transaction whose session ends without another reply. */
export function lostOutcome({ intent }: Underway): 'uncertain' | 'not-sent' {
  return intent === 'durable' ? 'uncertain' : 'not-sent';
}
