import type { UserAgentForgetter } from './fact-ports.js';
import type { Clock } from './ports.js';

export interface ForgettingOptions {
  readonly keepMs: number;
  /** Called after each time some were forgotten, with of how many fetches. Must not throw. */
  readonly onForgotten: (fetches: number, before: Date) => void;
}

/** Between two steps, for those who wait for an answer; a million fetches take a few minutes. */
const restMs = 20;
const everyMs = 24 * 60 * 60_000;
/** After a step that failed: the database was locked, or full. What was forgotten before is only passed over then. */
const againMs = 60_000;

/** Forgets user agents that are older than they are kept, now and then once a day, until it is told to end. Never rejects. */
export async function keepForgetting(
  forgetter: UserAgentForgetter,
  clock: Pick<Clock, 'now' | 'sleep'>,
  { keepMs, onForgotten }: ForgettingOptions,
  end: AbortSignal,
): Promise<void> {
  while (!end.aborted) {
    const before = new Date(clock.now().getTime() - keepMs);
    let forgotten = 0;
    let waitMs = everyMs;
    try {
      for await (const fetches of forgetter.forgetUserAgents(before)) {
        forgotten += fetches;
        await clock.sleep(restMs, end);
        if (end.aborted) break;
      }
    } catch {
      waitMs = againMs;
    }
    if (forgotten > 0) onForgotten(forgotten, before);
    await clock.sleep(waitMs, end);
  }
}
