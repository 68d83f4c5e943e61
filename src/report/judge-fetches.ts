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

/** Told of each fetch that was taken, in that order. */
export type VisitVerdict = (
  judged: Judged,
  fetch: { readonly fetchedAt: number; readonly times: number },
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
  // Of the fetches that were taken and not visited.
  #copies: number[] = [];
  #times: number[] = [];
  /** How many fetches one stands for. */
  #counts: number[] = [];
  /** Of each by itself. */
  #verdicts: Classification[] = [];
  /** The number among those that are judged together; -1 for one that others say nothing about. */
  #numbers: number[] = [];

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
    const { copy, handed } = judged;
    if (this.#copies.length >= mostTogether) {
      this.#isWhole = false;
      this.#settle();
    }
    const verdict = judgeFetch(fetch, handed, this.#wasFetched[copy] === 0, this.#classify);
    this.#wasFetched[copy] = 1;
    this.#copies.push(copy);
    this.#times.push(fetch.fetchedAt);
    this.#counts.push(fetch.times ?? 1);
    this.#verdicts.push(verdict);
    this.#numbers.push(isOverruled(fetch, verdict) ? this.#addTogether(fetch, judged) : -1);
  }

  /** Visits what was not visited yet. More may be taken afterwards. */
  finish(): void {
    this.#settle();
  }

  #addTogether({ fetchedAt, network, userAgent, rule }: ReportFetch, { copy, handed }: Judged): number {
    const handedOverAt = handed.before(fetchedAt);
    const sinceAcceptedMs = handedOverAt === undefined ? undefined : fetchedAt - handedOverAt;
    const agent = userAgent === '' ? rule : userAgent;
    return this.#together.add({ fetchedAt, copy, agent, network, sinceAcceptedMs });
  }

  #settle(): void {
    const overruled = this.#together.judge(this.#isWhole);
    const [copies, verdicts] = [this.#copies, this.#verdicts];
    for (const [index, copy] of copies.entries()) {
      const verdict = overruled(this.#numbers[index] ?? -1) ?? verdicts[index];
      const fetch = { fetchedAt: this.#times[index] ?? 0, times: this.#counts[index] ?? 1 };
      const judged = this.#recipients.all[copy];
      if (verdict !== undefined && judged !== undefined) this.#visit(judged, fetch, verdict);
    }
    this.#together = new FetchesTogether(this.#domains);
    [this.#copies, this.#times, this.#counts, this.#verdicts, this.#numbers] = [[], [], [], [], []];
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
  const handedOverAt = handed.before(fetch.fetchedAt);
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
