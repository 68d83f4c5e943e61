/** What reading a mailbox needs of the world; beside `ports.ts`, which has the rest. */
import type { Place, Problem } from '../problem.js';
import type { BounceHistory, Consequence } from '../returned/consequence.js';
import type { Person, Sent } from '../returned/match.js';
import type { ReturnedFact } from '../returned/returned-fact.js';

/** One message of a source, or a part of it that cannot be read. */
export type MailItem =
  | { readonly kind: 'message'; readonly octets: Uint8Array; readonly where: Place }
  | { readonly kind: 'unreadable'; readonly problem: Problem };

/** What was sent, as far as the database knows it: tokens are opened elsewhere. */
export interface SentCopies extends Pick<Sent, 'emailOfMessageId' | 'personOfAddress'> {
  /** The holder of a token with these numbers. */
  personOfNumbers(emailNumber: number, recipientNumber: number): Person | undefined;
  /** Of a known email: the mailbox in From, and when it was begun. */
  emailOf(emailId: string): { readonly from: string; readonly createdAt: Date } | undefined;
}

/** A fact about one recipient, on its way to the database. */
export interface MatchedFact {
  /** Names the message (`returned/message-key.ts`). */
  readonly messageKey: string;
  readonly person: Person;
  readonly fact: ReturnedFact;
  /** @param history of the person's address, this fact included. */
  readonly decide: (history: BounceHistory) => Consequence;
}

export interface StoredFact {
  /** false: an earlier reading recorded it, and nothing follows from it again. */
  readonly isNew: boolean;
  /** Why the address is suppressed from now on; undefined when it is not, or was before. */
  readonly suppressed?: string;
}

export interface ReturnLog {
  /**
   * Records facts and what follows from them in one transaction, each message once for a recipient.
   * @param keep false: tells what would be recorded, and records nothing.
   */
  storeReturned(facts: readonly MatchedFact[], keep: boolean): Promise<readonly StoredFact[]>;
}
