import type { Classification } from '../tracking/fetch.js';
import type { Classify, Handover, JudgedFetch, ReportFetch, ReportRecipient } from './summary.js';

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

/** Whose pixel it is. */
export interface Judged {
  readonly emailAddress: string;
  readonly handed: Handed;
}

/** Judges the fetches of one email one by one, in the order recorded. */
export class FetchJudge {
  readonly #classify: Classify;
  readonly #find: (recipientNumber: number) => Judged | undefined;
  readonly #met = new Set<number>();

  constructor(find: (recipientNumber: number) => Judged | undefined, classify: Classify) {
    this.#find = find;
    this.#classify = classify;
  }

  /** @returns undefined for a pixel of nobody. */
  judge(fetch: ReportFetch): JudgedFetch | undefined {
    const judged = this.#find(fetch.recipientNumber);
    if (judged === undefined) return undefined;
    const isFirst = !this.#met.has(fetch.recipientNumber);
    if (isFirst) this.#met.add(fetch.recipientNumber);
    return {
      openedAt: new Date(fetch.fetchedAt),
      emailAddress: judged.emailAddress,
      times: fetch.times ?? 1,
      ...judgeFetch(fetch, judged.handed, isFirst, this.#classify),
    };
  }
}
