import type { Classification } from '../tracking/fetch.js';
import type { Classify, Handover, JudgedFetch, ReportFetch, ReportRecipient } from './summary.js';

/** Whose pixel it is, and when their copy was handed over. */
export interface Judged {
  readonly emailAddress: string;
  /** Unix time in milliseconds; undefined when it was not, or is not known. */
  readonly handedOverAt: number | undefined;
  /** Several that may have brought it. */
  readonly handovers: readonly Handover[] | undefined;
}

/** While it is `sending`, this is when the last octets were about to be written. */
export function handedOverAt({ state, stateAt }: ReportRecipient): number | undefined {
  return state === 'accepted' || state === 'sending' ? stateAt.getTime() : undefined;
}

/**
 * Which of several handovers a fetch was of. An uncertain recipient may be settled days later, by the user, by a fetch or by another
 * copy: none of these moments says anything about a fetch before it.
 */
function handoverBefore(fetchedAt: number, { handedOverAt, handovers }: Judged): number | undefined {
  if (handovers === undefined) return handedOverAt;
  const handover = handovers.findLast(({ startedAt }) => startedAt.getTime() <= fetchedAt) ?? handovers[0];
  return handover === undefined ? handedOverAt : (handover.acceptedAt ?? handover.startedAt).getTime();
}

/** @param isFirst no fetch of the pixel was judged yet, in the order recorded. */
export function judgeFetch(
  fetch: ReportFetch,
  judged: Judged,
  isFirst: boolean,
  classify: Classify,
): Classification {
  const before = handoverBefore(fetch.fetchedAt, judged);
  return before === undefined
    ? classify(fetch, { firstFetch: isFirst })
    : classify(fetch, { firstFetch: isFirst, sinceAcceptedMs: fetch.fetchedAt - before });
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
      ...judgeFetch(fetch, judged, isFirst, this.#classify),
    };
  }
}
