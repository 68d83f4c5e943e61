import type { Classification } from '../tracking/fetch.js';
import type { Classify, JudgedFetch, ReportFetch, ReportRecipient } from './summary.js';

/**
 * Judges the fetches of one email in the order recorded: a verdict may depend on whether its pixel was fetched before, and on how
 * soon after the copy was handed over.
 */
export class FetchJudge {
  readonly #classify: Classify;
  readonly #recipients = new Map<number, Judged>();

  constructor(recipients: readonly ReportRecipient[], classify: Classify) {
    this.#classify = classify;
    for (const recipient of recipients)
      this.#recipients.set(recipient.recipientNumber, { recipient, isFirst: true });
  }

  /** @returns undefined for a pixel of nobody. */
  judge(fetch: ReportFetch): JudgedFetch | undefined {
    const judged = this.#recipients.get(fetch.recipientNumber);
    if (judged === undefined) return undefined;
    const verdict = judgeFetch(fetch, judged.recipient, judged.isFirst, this.#classify);
    judged.isFirst = false;
    return {
      openedAt: new Date(fetch.fetchedAt),
      emailAddress: judged.recipient.emailAddress,
      times: fetch.times ?? 1,
      ...verdict,
    };
  }
}

interface Judged {
  readonly recipient: ReportRecipient;
  /** No fetch of the pixel was judged yet. */
  isFirst: boolean;
}

export function judgeFetch(
  fetch: ReportFetch,
  recipient: ReportRecipient,
  isFirst: boolean,
  classify: Classify,
): Classification {
  const handedOverAt = handoverBefore(fetch.fetchedAt, recipient)?.getTime();
  return handedOverAt === undefined
    ? classify(fetch, { firstFetch: isFirst })
    : classify(fetch, { firstFetch: isFirst, sinceAcceptedMs: fetch.fetchedAt - handedOverAt });
}

/**
 * When the copy that was fetched was handed over. An uncertain recipient may be settled days later, by the user, by a fetch or by
 * another copy: none of these moments says anything about a fetch before it.
 */
function handoverBefore(fetchedAt: number, { state, stateAt, handovers }: ReportRecipient): Date | undefined {
  const handover = handovers?.findLast(({ startedAt }) => startedAt.getTime() <= fetchedAt) ?? handovers?.[0];
  if (handover !== undefined) return handover.acceptedAt ?? handover.startedAt;
  // While it is `sending`, this is when the last octets were about to be written.
  return state === 'accepted' || state === 'sending' ? stateAt : undefined;
}
