/**
 * Facts to numbers. A fetch is a fact; whether somebody opened is our reading of it, made here, each time, by today's
 * rules. The database is not asked for verdicts.
 */
import type { Fields, RecipientState, Role } from '../recipients/recipient.js';
import type { SmtpStage } from '../smtp/outcome.js';
import type { Classification, Fetch, FetchKind } from '../tracking/fetch.js';
import type { ReturnedSummary } from './returned-summary.js';

export type Verdict = 'opened' | 'maybe' | 'machine' | 'none' | 'not-tracked';

/** How a fetch is judged. */
export type Classify = (
  fetch: Pick<Fetch, 'method' | 'userAgent' | 'network' | 'recipientNumber'> & Classification,
  context: { sinceAcceptedMs?: number; firstFetch?: boolean },
) => Classification;

export interface ReportEmail {
  readonly emailId: string;
  /** What the user called it with `send --id`. */
  readonly sendId?: string | undefined;
  readonly subject: string;
  readonly from: string;
  readonly mode: 'group' | 'each';
  readonly messageId: string;
  readonly createdAt: Date;
}

export interface ReportRecipient {
  readonly recipientNumber: number;
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  readonly tracked: boolean;
  /** true: the copy has the pixel that copies without consent share. */
  readonly sharesPixel?: boolean | undefined;
  /** Merge fields by column name. */
  readonly fields?: Fields;
  readonly state: RecipientState;
  readonly stateAt: Date;
  /**
   * Transactions after which the server had the copy, or may have had it, in order of time. Absent: `stateAt` is when it was
   * handed over, if it was.
   */
  readonly handovers?: readonly Handover[] | undefined;
}

/** One transaction that may have brought the copy to the recipient. */
export interface Handover {
  readonly startedAt: Date;
  /** When the server took the copy; undefined when no reply came, so that it may have been at any moment since the start. */
  readonly acceptedAt: Date | undefined;
}

/** What one attempt to send one copy came to. */
export interface TransactionRecord {
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly stage: SmtpStage;
  readonly state: RecipientState;
  /** 0 when the server said nothing. */
  readonly replyCode: number;
  readonly enhancedStatusCode: string;
  readonly replyText: string;
}

/** A fetch with the verdict of the moment it was recorded. */
export interface ReportFetch extends Fetch, Classification {
  /** How many fetches it stands for; 1 when not given. */
  readonly times?: number;
}

export interface RecipientSummary {
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  /** Merge fields by column name. */
  readonly fields: Fields;
  readonly state: RecipientState;
  readonly verdict: Verdict;
  /** Of what the verdict rests on; 0 when there is nothing. */
  readonly confidence: number;
  /** The rule that gave the verdict: that of a fetch, or `reply`; undefined when the verdict rests on nothing. */
  readonly rule: string | undefined;
  /** Human and image-proxy fetches; repeats within 30 s are one. */
  readonly opens: number;
  readonly firstOpenedAt: Date | undefined;
  readonly lastOpenedAt: Date | undefined;
  /** The first fetch of somebody who may have opened it; undefined with every other verdict. */
  readonly maybeOpenedAt: Date | undefined;
  readonly kinds: Readonly<Partial<Record<FetchKind, number>>>;
  /** What came back by mail. */
  readonly returned: ReturnedSummary;
}

export interface JudgedFetch extends Classification {
  readonly openedAt: Date;
  /** Place of the recipient in the report, from 0: an address may have several copies. */
  readonly copy: number;
  readonly emailAddress: string;
  /** How many fetches it stands for: more than one were only counted, and this was the last of them. */
  readonly times: number;
}

export interface ReportTotals {
  readonly recipients: number;
  readonly accepted: number;
  readonly deferred: number;
  readonly rejected: number;
  readonly uncertain: number;
  /** With those being sent right now. */
  readonly pending: number;
  readonly skipped: number;
  readonly opened: number;
  readonly maybe: number;
  readonly machine: number;
  readonly none: number;
  readonly notTracked: number;
  readonly fetches: number;
  /** By what came back; a recipient may be in several. */
  readonly failed: number;
  readonly delayed: number;
  readonly replied: number;
  readonly autoReplied: number;
  readonly complained: number;
}

/**
 * The pixel that copies without consent share. It says of nobody whether they opened, and its fetches are in no other number:
 * copies, and fetches by what probably made them.
 */
export interface SharedTotals {
  readonly copies: number;
  readonly fetches: number;
  /** By a mail program or a mail provider's proxy, as by a person. */
  readonly opened: number;
  readonly maybe: number;
  readonly machine: number;
}

export interface Report {
  readonly email: ReportEmail;
  readonly totals: ReportTotals;
  /** undefined when no copies share a pixel. */
  readonly shared?: SharedTotals | undefined;
  readonly recipients: readonly RecipientSummary[];
}
