/** At most `count` messages in every `perMs` milliseconds, evenly spread. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
}

/**
 * Evenly spaced turns for any number of sessions together.
 * @returns a function that takes the next turn and says how long to wait for it, given a clock that only grows.
 */
export function createPace(rate: Rate | undefined): (nowMs: number) => number {
  if (rate === undefined) return () => 0;
  const intervalMs = rate.perMs / rate.count;
  let nextMs = Number.NEGATIVE_INFINITY;
  return nowMs => {
    const turnMs = Math.max(nowMs, nextMs);
    nextMs = turnMs + intervalMs;
    return turnMs - nowMs;
  };
}
