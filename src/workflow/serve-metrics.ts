/** What a running server counts about itself; printed by `http/exposition.ts`, and nothing of it is about one reader. */
import type { FetchLog } from './fact-ports.js';
import type { Clock } from './ports.js';

/** Upper bounds in seconds. A commit on a good disk takes less than a millisecond; seconds mean a lock. */
export const commitBounds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
] as const;

export interface Histogram {
  /** How many were at most as long as the bound of the same place; one more for those beyond. Not cumulative. */
  readonly counts: readonly number[];
  readonly sum: number;
}

export class DurationHistogram implements Histogram {
  readonly counts: number[] = Array.from({ length: commitBounds.length + 1 }, () => 0);
  sum = 0;

  add(seconds: number): void {
    const place = commitBounds.findIndex(bound => seconds <= bound);
    const index = place === -1 ? commitBounds.length : place;
    this.counts[index] = (this.counts[index] ?? 0) + 1;
    this.sum += seconds;
  }
}

export interface CommitWatch {
  readonly durations: Histogram;
  readonly failed: number;
  /** Since the last commit failed. */
  readonly isStalled: boolean;
}

/**
 * A log whose commits are timed.
 * @param onRecovered called with the first commit that works again, and how long none did.
 */
export function watchCommits<Log extends Pick<FetchLog, 'appendFetches'>>(
  log: Log,
  clock: Pick<Clock, 'monotonicMs'>,
  onRecovered: (seconds: number) => void,
): { readonly log: Log; readonly watch: CommitWatch } {
  const durations = new DurationHistogram();
  let failed = 0;
  let stalledAtMs: number | undefined;

  const appendFetches: FetchLog['appendFetches'] = async (fetches, forged) => {
    const startMs = clock.monotonicMs();
    try {
      const appended = await log.appendFetches(fetches, forged);
      const endMs = clock.monotonicMs();
      durations.add((endMs - startMs) / 1_000);
      if (stalledAtMs !== undefined) onRecovered((endMs - stalledAtMs) / 1_000);
      stalledAtMs = undefined;
      return appended;
    } catch (error) {
      failed += 1;
      stalledAtMs ??= startMs;
      throw error;
    }
  };
  return {
    log: { ...log, appendFetches },
    watch: {
      durations,
      get failed() {
        return failed;
      },
      get isStalled() {
        return stalledAtMs !== undefined;
      },
    },
  };
}
