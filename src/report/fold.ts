/**
 * Fetches become a report one by one, whatever their number: of a recipient there is never more in memory than what the report
 * says of them.
 */
import type { RecipientState } from '../recipients/recipient.js';
import type { Classification } from '../tracking/fetch.js';
import { verdictsTogether } from '../tracking/fetches-together.js';
import { sharedNumber } from '../tracking/token.js';
import { FetchJudge, Handed, type Judged, judgeFetch, type Recipients } from './judge-fetches.js';
import {
  addReturn,
  nothingReturned,
  type RecipientReturn,
  type ReturnedSummary,
} from './returned-summary.js';
import { SharedPixel } from './shared-pixel.js';
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
import { isOpenKind, Tallies } from './tallies.js';

export class ReportFold {
  readonly #classify: Classify;
  readonly #recipients: RecipientFold[] = [];
  readonly #tallies = new Tallies();
  readonly #shared = new SharedPixel();
  readonly #byNumber = new Map<number, RecipientFold>();
  #judge: FetchJudge | undefined;
  #fetches = 0;

  constructor(classify: Classify) {
    this.#classify = classify;
  }

  /** Before the first fetch. */
  addRecipient(recipient: ReportRecipient): void {
    const fold = new RecipientFold(recipient, this.#tallies, this.#classify);
    this.#recipients.push(fold);
    this.#byNumber.set(recipient.recipientNumber, fold);
    this.#shared.addRecipient(recipient);
  }

  /** In order of time, whatever their recipient. What came back for nobody of the email is passed over. */
  addReturn(fact: RecipientReturn): void {
    this.#byNumber.get(fact.recipientNumber)?.addReturn(fact);
  }

  /** In the order recorded; those that were only counted come last. Fetches of nobody's pixel are passed over. */
  add(fetch: ReportFetch): void {
    this.#judge ??= this.#createJudge();
    if (fetch.recipientNumber === sharedNumber) this.#shared.add(fetch);
    else this.#judge.take(fetch);
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

  summaries(): Pick<Report, 'totals' | 'shared' | 'recipients'> {
    this.#judge?.finish();
    const { totals: shared } = this.#shared;
    return {
      totals: addUp(this.#recipients, this.#fetches),
      ...(shared === undefined ? {} : { shared }),
      recipients: this.#recipients,
    };
  }

  #createJudge(): FetchJudge {
    return new FetchJudge(this.recipients, this.#classify, ({ copy }, fetchedAt, times, verdict) => {
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
  readonly isTracked: boolean;
  readonly handed: Handed;
  readonly #tallies: Tallies;
  returned: ReturnedSummary = nothingReturned;
  readonly #classify: Classify;
  /** Unix milliseconds of fetches that others gave a verdict about. */
  #overruled: Set<number> | undefined;

  constructor(recipient: ReportRecipient, tallies: Tallies, classify: Classify) {
    this.copy = tallies.addCopy();
    this.recipientNumber = recipient.recipientNumber;
    this.emailAddress = recipient.emailAddress;
    this.name = recipient.name;
    this.role = recipient.role;
    this.fields = recipient.fields ?? noFields;
    this.state = recipient.state;
    this.isTracked = recipient.tracked;
    this.handed = new Handed(recipient);
    this.#tallies = tallies;
    this.#classify = classify;
  }

  get kinds(): RecipientSummary['kinds'] {
    return this.#tallies.kindsOf(this.copy);
  }

  get verdict(): Verdict {
    return this.isTracked ? this.#tallies.verdictOf(this.copy) : 'not-tracked';
  }

  get confidence(): number {
    return this.isTracked ? this.#tallies.confidenceOf(this.copy) : 0;
  }

  get rule(): string | undefined {
    return this.isTracked ? this.#tallies.ruleOf(this.copy) : undefined;
  }

  get opens(): number {
    return this.#tallies.opensOf(this.copy);
  }

  get firstOpenedAt(): Date | undefined {
    return this.#tallies.firstOpenOf(this.copy);
  }

  get lastOpenedAt(): Date | undefined {
    return this.#tallies.lastOpenOf(this.copy);
  }

  get maybeOpenedAt(): Date | undefined {
    return this.verdict === 'maybe' ? this.#tallies.firstMaybeOf(this.copy) : undefined;
  }

  get isDisordered(): boolean {
    return this.#tallies.isDisordered(this.copy);
  }

  add(fetchedAt: number, times: number, verdict: Classification): void {
    if (verdictsTogether.includes(verdict)) this.#overruled = (this.#overruled ?? new Set()).add(fetchedAt);
    this.#tallies.addFetch(this.copy, fetchedAt, times, verdict);
  }

  /** A person who answers has read it. */
  addReturn(fact: RecipientReturn): void {
    this.returned = addReturn(this.returned, fact);
    if (fact.kind === 'reply') this.#tallies.addReply(this.copy);
  }

  orderOpens(fetches: readonly ReportFetch[]): void {
    const isOpen = (fetch: ReportFetch, index: number) =>
      this.#overruled?.has(fetch.fetchedAt) !== true &&
      isOpenKind(judgeFetch(fetch, this.handed, index === 0, this.#classify).kind);
    const times = fetches.filter(isOpen).map(({ fetchedAt }) => fetchedAt);
    this.#tallies.forgetOpens(this.copy);
    for (const time of times.sort((one, other) => one - other)) this.#tallies.addOpen(this.copy, time);
  }
}

const noFields: ReadonlyMap<string, string> = new Map();

function addUp(recipients: readonly RecipientSummary[], fetches: number): ReportTotals {
  const states = new Map<RecipientState, number>();
  const verdicts = new Map<Verdict, number>();
  for (const { state, verdict } of recipients) {
    states.set(state, (states.get(state) ?? 0) + 1);
    verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
  }
  const inState = (state: RecipientState) => states.get(state) ?? 0;
  const reached = (verdict: Verdict) => verdicts.get(verdict) ?? 0;
  const cameBack = (holds: (returned: ReturnedSummary) => boolean) =>
    recipients.filter(({ returned }) => holds(returned)).length;
  return {
    recipients: recipients.length,
    accepted: inState('accepted'),
    deferred: inState('deferred'),
    rejected: inState('rejected'),
    uncertain: inState('uncertain'),
    pending: inState('pending') + inState('sending'),
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
