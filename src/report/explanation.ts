/** The facts about one recipient of one email. */
import type { Consent } from '../recipients/consent.js';
import type { Suppression } from '../recipients/suppression.js';
import type { Fetch } from '../tracking/fetch.js';
import type { RecipientReturn } from './returned-summary.js';
import type { JudgedFetch, RecipientSummary, ReportEmail, TransactionRecord } from './summary.js';

/** One fetch with what it was judged by. */
export interface ExplainedFetch extends JudgedFetch, Pick<Fetch, 'method' | 'userAgent' | 'network'> {}

/** The facts about one copy. */
export interface ExplainedCopy {
  readonly recipient: RecipientSummary;
  /** The yes that tracking this copy relies on; undefined when the list said none. */
  readonly consent?: (Consent & { readonly recordedAt: Date }) | undefined;
  /** In order of attempt, from 1. */
  readonly transactions: readonly TransactionRecord[];
  /** In the order recorded; what was only counted stands behind them. */
  readonly fetches: readonly ExplainedFetch[];
  /** Bounces, complaints and replies, in order of time. */
  readonly returned: readonly RecipientReturn[];
}

export interface Explanation {
  readonly email: ReportEmail;
  /** One, unless the address got several copies. */
  readonly copies: readonly ExplainedCopy[];
  /** undefined: they may be mailed. */
  readonly suppression: Suppression | undefined;
}
