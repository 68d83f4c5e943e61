/**
 * Fetches become a report one by one, whatever their number: of a recipient there is never more in memory than what the report
 * says of them.
 */
import type { RecipientState } from '../recipients/recipient.js';
import type { Classification, FetchKind } from '../tracking/fetch.js';
import { verdictsTogether } from '../tracking/fetches-together.js';
import { FetchJudge, Handed, type Judged, judgeFetch, type Recipients } from './judge-fetches.js';
import {
  addReturn,
  nothingReturned,
  type RecipientReturn,
  type ReturnedSummary,
} from './returned-summary.js';
import type {
  Classify,
  RecipientSummary,
  Report,
  ReportEmail,
  ReportFetch,
  ReportRecipient,
  ReportTotals,
  Verdict,
} from './summary.js';

/** One look at a message often loads its images twice. */
const repeatMs = 30_000;
/** Below this a fetch is a maybe. */
const openConfidence = 0.5;

export class ReportFold {
  readonly #classify: Classify;
  readonly #recipients: RecipientFold[] = [];
  readonly #byNumber = new Map<number, RecipientFold>();
  #judge: FetchJudge | undefined;
  #fetches = 0;

  constructor(classify: Classify) {
    this.#classify = classify;
  }

  /** Before the first fetch. */
  addRecipient(recipient: ReportRecipient): void {
    const fold = new RecipientFold(recipient, this.#recipients.length, this.#classify);
    this.#recipients.push(fold);
    this.#byNumber.set(recipient.recipientNumber, fold);
  }

  /** In order of time, whatever their recipient. What came back for nobody of the email is passed over. */
  addReturn(fact: RecipientReturn): void {
    this.#byNumber.get(fact.recipientNumber)?.addReturn(fact);
  }

  /** In the order recorded; those that were only counted come last. Fetches of nobody's pixel are passed over. */
  add(fetch: ReportFetch): void {
    this.#judge ??= this.#createJudge();
    this.#judge.take(fetch);
  }

  /** Numbers of the recipients whose opens were not recorded in order of time: ask for their fetches again, for `orderOpens`. */
  get disordered(): readonly number[] {
    this.#judge?.finish();
    return this.#recipients
      .filter(({ isDisordered }) => isDisordered)
      .map(({ recipientNumber }) => recipientNumber);
  }

  /** @param fetches all of that recipient, in the order recorded. */
  orderOpens(recipientNumber: number, fetches: readonly ReportFetch[]): void {
    this.#byNumber.get(recipientNumber)?.orderOpens(fetches);
  }

  /** For whoever judges the fetches again. */
  get recipients(): Recipients {
    return { all: this.#recipients, find: number => this.#byNumber.get(number) };
  }

  summaries(): Pick<Report, 'totals' | 'recipients'> {
    this.#judge?.finish();
    return { totals: addUp(this.#recipients, this.#fetches), recipients: this.#recipients };
  }

  #createJudge(): FetchJudge {
    return new FetchJudge(this.recipients, this.#classify, ({ copy }, { fetchedAt, times }, verdict) => {
      this.#recipients[copy]?.add(fetchedAt, times, verdict);
      this.#fetches += times;
    });
  }
}

/** For fetches that are in memory. @param fetches as `ReportFold.add` wants them. */
export function summarize(
  email: ReportEmail,
  recipients: readonly ReportRecipient[],
  fetches: readonly ReportFetch[],
  classify: Classify,
): Report {
  const fold = new ReportFold(classify);
  for (const recipient of recipients) fold.addRecipient(recipient);
  for (const fetch of fetches) fold.add(fetch);
  for (const number of fold.disordered)
    fold.orderOpens(
      number,
      fetches.filter(({ recipientNumber }) => recipientNumber === number),
    );
  return { email, ...fold.summaries() };
}

/** It is the summary: there may be a million of them. */
class RecipientFold implements RecipientSummary, Judged {
  readonly recipientNumber: number;
  readonly copy: number;
  readonly emailAddress: string;
  readonly name: string;
  readonly role: RecipientSummary['role'];
  readonly fields: RecipientSummary['fields'];
  readonly state: RecipientState;
  readonly handed: Handed;
  readonly kinds: Partial<Record<FetchKind, number>> = {};
  /** The strongest reading wins: somebody who certainly looked once has looked, whatever else was fetched. */
  verdict: Verdict;
  confidence = 0;
  rule: string | undefined;
  returned: ReturnedSummary = nothingReturned;
  readonly #classify: Classify;
  /** Unix milliseconds of fetches that others gave a verdict about. */
  #overruled: Set<number> | undefined;
  #opens = new Opens();
  /** Unix time in milliseconds of the first fetch that was or may have been an open. */
  #firstMaybeAt = Number.POSITIVE_INFINITY;

  constructor(recipient: ReportRecipient, copy: number, classify: Classify) {
    this.copy = copy;
    this.recipientNumber = recipient.recipientNumber;
    this.emailAddress = recipient.emailAddress;
    this.name = recipient.name;
    this.role = recipient.role;
    this.fields = recipient.fields ?? noFields;
    this.state = recipient.state;
    this.handed = new Handed(recipient);
    this.verdict = recipient.tracked ? 'none' : 'not-tracked';
    this.#classify = classify;
  }

  get opens(): number {
    return this.#opens.count;
  }

  get firstOpenedAt(): Date | undefined {
    return dateOf(this.#opens.firstAt);
  }

  get lastOpenedAt(): Date | undefined {
    return dateOf(this.#opens.lastAt);
  }

  get maybeOpenedAt(): Date | undefined {
    return this.verdict === 'maybe' ? new Date(this.#firstMaybeAt) : undefined;
  }

  get isTracked(): boolean {
    return this.verdict !== 'not-tracked';
  }

  get isDisordered(): boolean {
    return this.#opens.isDisordered;
  }

  add(fetchedAt: number, times: number, verdict: Classification): void {
    this.kinds[verdict.kind] = (this.kinds[verdict.kind] ?? 0) + times;
    if (verdict.kind === 'self') return;
    if (isOpenKind(verdict.kind)) this.#opens.add(fetchedAt);
    if (verdictsTogether.includes(verdict)) this.#overruled = (this.#overruled ?? new Set()).add(fetchedAt);
    const reached = verdictOf(verdict);
    if (reached !== 'machine') this.#firstMaybeAt = Math.min(this.#firstMaybeAt, fetchedAt);
    this.#reach(reached, verdict.confidence, verdict.rule);
  }

  /** A person who answers has read it. */
  addReturn(fact: RecipientReturn): void {
    this.returned = addReturn(this.returned, fact);
    if (fact.kind === 'reply') this.#reach('opened', 1, 'reply');
  }

  orderOpens(fetches: readonly ReportFetch[]): void {
    const isOpen = (fetch: ReportFetch, index: number) =>
      this.#overruled?.has(fetch.fetchedAt) !== true &&
      isOpenKind(judgeFetch(fetch, this.handed, index === 0, this.#classify).kind);
    const times = fetches.filter(isOpen).map(({ fetchedAt }) => fetchedAt);
    this.#opens = new Opens();
    for (const time of times.sort((one, other) => one - other)) this.#opens.add(time);
  }

  #reach(verdict: Verdict, confidence: number, rule: string): void {
    if (this.verdict === 'not-tracked') return;
    const [before, now] = [strength[this.verdict], strength[verdict]];
    if (now > before || (now === before && confidence > this.confidence)) {
      this.verdict = verdict;
      this.confidence = confidence;
      this.rule = rule;
    }
  }
}

const noFields: ReadonlyMap<string, string> = new Map();

const strength: Readonly<Record<Verdict, number>> = {
  'not-tracked': 0,
  none: 0,
  machine: 1,
  maybe: 2,
  opened: 3,
};

function isOpenKind(kind: FetchKind): boolean {
  return kind === 'human' || kind === 'image-proxy';
}

function verdictOf({ kind, confidence }: Classification): Verdict {
  if (isOpenKind(kind)) return confidence >= openConfidence ? 'opened' : 'maybe';
  return kind === 'unknown' ? 'maybe' : 'machine';
}

/** Opens of one recipient, as long as they come in order of time. Repeats within 30 s are one. */
class Opens {
  count = 0;
  isDisordered = false;
  /** Unix time in milliseconds; of the first open, and of the last that was no repeat. */
  firstAt: number | undefined;
  lastAt: number | undefined;
  #endAt = Number.NEGATIVE_INFINITY;

  add(at: number): void {
    if (at < this.#endAt) this.isDisordered = true;
    if (at - this.#endAt > repeatMs) {
      this.count += 1;
      this.lastAt = at;
    }
    this.firstAt ??= at;
    this.#endAt = at;
  }
}

function dateOf(ms: number | undefined): Date | undefined {
  return ms === undefined ? undefined : new Date(ms);
}

function addUp(recipients: readonly RecipientSummary[], fetches: number): ReportTotals {
  const inState = (...states: readonly RecipientState[]) =>
    recipients.filter(({ state }) => states.includes(state)).length;
  const cameBack = (holds: (returned: ReturnedSummary) => boolean) =>
    recipients.filter(({ returned }) => holds(returned)).length;
  const reached = (verdict: Verdict) => recipients.filter(recipient => recipient.verdict === verdict).length;
  return {
    recipients: recipients.length,
    accepted: inState('accepted'),
    deferred: inState('deferred'),
    rejected: inState('rejected'),
    uncertain: inState('uncertain'),
    pending: inState('pending', 'sending'),
    skipped: inState('skipped'),
    opened: reached('opened'),
    maybe: reached('maybe'),
    machine: reached('machine'),
    none: reached('none'),
    notTracked: reached('not-tracked'),
    fetches,
    failed: cameBack(({ delivery }) => delivery === 'failed'),
    delayed: cameBack(({ delivery }) => delivery === 'delayed'),
    replied: cameBack(({ repliedAt }) => repliedAt !== undefined),
    autoReplied: cameBack(({ autoRepliedAt }) => autoRepliedAt !== undefined),
    complained: cameBack(({ complainedAt }) => complainedAt !== undefined),
  };
}
