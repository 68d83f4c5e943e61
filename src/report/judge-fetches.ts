import type { RecipientState } from '../recipients/recipient.js';
import type { Classification } from '../tracking/fetch.js';
import { FetchesTogether } from '../tracking/fetches-together.js';
import type { Classify, Handover, ReportFetch, ReportRecipient } from './summary.js';

/** Whose pixel it is. */
export interface Judged {
  /** Its place among the recipients, from 0. */
  readonly copy: number;
  readonly emailAddress: string;
  readonly state: RecipientState;
  readonly isTracked: boolean;
  readonly handed: Handed;
}

export interface Recipients {
  /** By `copy`. */
  readonly all: readonly Judged[];
  /** @returns undefined for a pixel of nobody. */
  readonly find: (recipientNumber: number) => Judged | undefined;
}

/**
 * Told of each fetch that was taken, in that order.
 * @param fetchedAt Unix time in milliseconds. @param times how many fetches this one stands for.
 */
export type VisitVerdict = (
  judged: Judged,
  fetchedAt: number,
  times: number,
  verdict: Classification,
) => void;

/** So many are judged together: some 10 MB are kept of them. */
const mostTogether = 100_000;
/** This machine, where people try things out. */
const loopback = ['127.0.0.0/24', '::/48'];

/**
 * Judges the fetches of one email: each by itself, in the order recorded, since a verdict may depend on whether its pixel was fetched
 * before and on how soon after the copy was handed over; and then together. So it answers some time after it was given a fetch.
 */
export class FetchJudge {
  readonly #recipients: Recipients;
  readonly #classify: Classify;
  readonly #visit: VisitVerdict;
  readonly #wasFetched: Uint8Array;
  readonly #domains: Domains;
  #together: FetchesTogether;
  #isWhole = true;
  readonly #held = new HeldFetches();

  constructor(recipients: Recipients, classify: Classify, visit: VisitVerdict) {
    this.#recipients = recipients;
    this.#classify = classify;
    this.#visit = visit;
    this.#wasFetched = new Uint8Array(recipients.all.length);
    this.#domains = domainsOf(recipients.all);
    this.#together = new FetchesTogether(this.#domains);
  }

  /** Fetches of a pixel of nobody are passed over. */
  take(fetch: ReportFetch): void {
    const judged = this.#recipients.find(fetch.recipientNumber);
    if (judged === undefined) return;
    const { copy } = judged;
    if (this.#held.size >= mostTogether) {
      this.#isWhole = false;
      this.#settle();
    }
    const { fetchedAt, times = 1 } = fetch;
    const handedOverAt = judged.handed.before(fetchedAt);
    const verdict = judgeAt(fetch, handedOverAt, this.#wasFetched[copy] === 0, this.#classify);
    this.#wasFetched[copy] = 1;
    if (isOverruled(fetch, verdict))
      this.#held.add(copy, fetchedAt, times, verdict, this.#addTogether(fetch, copy, handedOverAt));
    // In their order: it does not wait for others unless some that came before it do.
    else if (this.#held.size === 0) this.#visit(judged, fetchedAt, times, verdict);
    else this.#held.add(copy, fetchedAt, times, verdict, -1);
  }

  /** Visits what was not visited yet. More may be taken afterwards. */
  finish(): void {
    this.#settle();
  }

  #addTogether(fetch: ReportFetch, copy: number, handedOverAt: number | undefined): number {
    const { fetchedAt, network, userAgent, rule } = fetch;
    const sinceAcceptedMs = handedOverAt === undefined ? undefined : fetchedAt - handedOverAt;
    const agent = userAgent === '' ? rule : userAgent;
    return this.#together.add({ fetchedAt, copy, agent, network, sinceAcceptedMs });
  }

  #settle(): void {
    if (this.#held.size === 0) return;
    const overruled = this.#together.judge(this.#isWhole);
    this.#held.empty((copy, fetchedAt, times, own, number) => {
      const judged = this.#recipients.all[copy];
      if (judged !== undefined) this.#visit(judged, fetchedAt, times, overruled(number) ?? own);
    });
    this.#together = new FetchesTogether(this.#domains);
  }
}

/** Fetches that were taken and not visited. What holds them is used again and again, so that nothing of it has to be collected. */
class HeldFetches {
  size = 0;
  #copies = new Uint32Array(0);
  #times = new Float64Array(0);
  /** How many fetches one stands for. */
  #counts = new Float64Array(0);
  /** The number among those that are judged together; -1 for one that others say nothing about. */
  #numbers = new Int32Array(0);
  /** The verdict about each by itself. */
  readonly #verdicts: Classification[] = [];

  add(copy: number, fetchedAt: number, count: number, verdict: Classification, number: number): void {
    if (this.size === this.#copies.length) this.#grow(Math.max(256, 2 * this.size));
    this.#copies[this.size] = copy;
    this.#times[this.size] = fetchedAt;
    this.#counts[this.size] = count;
    this.#numbers[this.size] = number;
    this.#verdicts[this.size] = verdict;
    this.size += 1;
  }

  /** In the order they were added. */
  empty(
    visit: (copy: number, fetchedAt: number, count: number, verdict: Classification, number: number) => void,
  ): void {
    const size = this.size;
    this.size = 0;
    for (let at = 0; at < size; at += 1) {
      const verdict = this.#verdicts[at];
      const [copy, fetchedAt] = [this.#copies[at] ?? 0, this.#times[at] ?? 0];
      if (verdict !== undefined)
        visit(copy, fetchedAt, this.#counts[at] ?? 1, verdict, this.#numbers[at] ?? -1);
    }
  }

  #grow(size: number): void {
    const [copies, times, counts, numbers] = [this.#copies, this.#times, this.#counts, this.#numbers];
    this.#copies = new Uint32Array(size);
    this.#copies.set(copies);
    this.#times = new Float64Array(size);
    this.#times.set(times);
    this.#counts = new Float64Array(size);
    this.#counts.set(counts);
    this.#numbers = new Int32Array(size);
    this.#numbers.set(numbers);
  }
}

/**
 * Known machines need no further proof, and the proxy of a provider fetches for everybody. What was only counted came at many times,
 * of which one is known.
 */
function isOverruled({ network, times }: ReportFetch, { kind }: Classification): boolean {
  return (kind === 'human' || kind === 'unknown') && (times ?? 1) === 1 && !loopback.includes(network);
}

/** When a copy was handed over, as far as a verdict needs it. */
export class Handed {
  /** Unix time in milliseconds; undefined when it was not, or is not known. */
  readonly #at: number | undefined;
  readonly #handovers: readonly Handover[] | undefined;

  constructor({ state, stateAt, handovers }: ReportRecipient) {
    // While it is `sending`, this is when the last octets were about to be written.
    this.#at = state === 'accepted' || state === 'sending' ? stateAt.getTime() : undefined;
    this.#handovers = handovers;
  }

  /**
   * Which of several handovers a fetch was of. An uncertain recipient may be settled days later, by the user, by a fetch or by another
   * copy: none of these moments says anything about a fetch before it.
   */
  before(fetchedAt: number): number | undefined {
    if (this.#handovers === undefined) return this.#at;
    const handover =
      this.#handovers.findLast(({ startedAt }) => startedAt.getTime() <= fetchedAt) ?? this.#handovers[0];
    return handover === undefined ? this.#at : (handover.acceptedAt ?? handover.startedAt).getTime();
  }
}

/** @param isFirst no fetch of the pixel was judged yet, in the order recorded. */
export function judgeFetch(
  fetch: ReportFetch,
  handed: Handed,
  isFirst: boolean,
  classify: Classify,
): Classification {
  return judgeAt(fetch, handed.before(fetch.fetchedAt), isFirst, classify);
}

function judgeAt(
  fetch: ReportFetch,
  handedOverAt: number | undefined,
  isFirst: boolean,
  classify: Classify,
): Classification {
  return handedOverAt === undefined
    ? classify(fetch, { firstFetch: isFirst })
    : classify(fetch, { firstFetch: isFirst, sinceAcceptedMs: fetch.fetchedAt - handedOverAt });
}

type Domains = ConstructorParameters<typeof FetchesTogether>[0];

function domainsOf(recipients: readonly Judged[]): Domains {
  const numbers = new Map<string, number>();
  const copies: number[] = [];
  const ofCopy = Uint32Array.from(recipients, ({ emailAddress, isTracked, state }) => {
    const domain = emailAddress.slice(emailAddress.lastIndexOf('@') + 1).toLowerCase();
    const number = numbers.get(domain) ?? numbers.size;
    numbers.set(domain, number);
    const isThere = isTracked && (state === 'accepted' || state === 'sending' || state === 'uncertain');
    copies[number] = (copies[number] ?? 0) + (isThere ? 1 : 0);
    return number;
  });
  return { ofCopy, copies };
}
