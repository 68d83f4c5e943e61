/**
 * When a deferred recipient is tried again, after RFC 5321 §4.5.4.1 but for somebody who waits at a terminal: soon at
 * first, since greylisting lets a second attempt pass after a few minutes, then ever more rarely.
 */
const scheduleMinutes: readonly number[] = [1, 5, 15, 30];
const laterMinutes = 60;

/**
 * @param attempts transactions so far, at least 1.
 * @param jitter 0 to 1: spreads the retries of many recipients by up to a tenth.
 * @returns milliseconds from the last attempt.
 */
export function retryDelayMs(attempts: number, jitter: number): number {
  const minutes = scheduleMinutes[attempts - 1] ?? laterMinutes;
  return minutes * 60_000 * (1 + jitter / 10);
}

/** Pause before another session is opened after `failures` ones in a row that carried nothing. */
export function reconnectDelayMs(failures: number): number {
  return Math.min(250 * 2 ** (failures - 1), 60_000);
}
