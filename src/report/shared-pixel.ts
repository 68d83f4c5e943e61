import type { ReportFetch, ReportRecipient, SharedTotals } from './summary.js';
import { verdictOf } from './tallies.js';

/** Counts the pixel that copies without consent share, apart from everything that is said of people. */
export class SharedPixel {
  #copies = 0;
  #fetches = 0;
  readonly #verdicts = { opened: 0, maybe: 0, machine: 0 };

  addRecipient({ sharesPixel }: Pick<ReportRecipient, 'sharesPixel'>): void {
    if (sharesPixel === true) this.#copies += 1;
  }

  /** Judged when it was recorded: nothing is kept that it could be judged by again. Fetches of one's own do not count. */
  add({ times = 1, kind, confidence, rule }: ReportFetch): void {
    if (kind === 'self') return;
    this.#fetches += times;
    this.#verdicts[verdictOf({ kind, confidence, rule })] += times;
  }

  /** @returns undefined when the email has no such copies. */
  get totals(): SharedTotals | undefined {
    return this.#copies === 0
      ? undefined
      : { copies: this.#copies, fetches: this.#fetches, ...this.#verdicts };
  }
}
