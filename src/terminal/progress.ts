/** How far a send is, folded from its events. Plain data: the view decides when to look. */
import type { SendEvent } from '../workflow/events.js';

export interface Progress {
  readonly total: number;
  readonly accepted: number;
  readonly deferred: number;
  readonly rejected: number;
  readonly uncertain: number;
  /** Settled in this run, whatever the state. */
  readonly settled: number;
  readonly startedAtMs: number;
  readonly lastProblem: string | undefined;
}

export function startProgress(total: number, nowMs: number): Progress {
  return {
    total,
    accepted: 0,
    deferred: 0,
    rejected: 0,
    uncertain: 0,
    settled: 0,
    startedAtMs: nowMs,
    lastProblem: undefined,
  };
}

export function advanceProgress(progress: Progress, event: SendEvent): Progress {
  if (event.kind === 'session-lost') return { ...progress, lastProblem: `session lost: ${event.why}` };
  if (event.kind !== 'recipient-settled') return progress;
  const { state } = event;
  const settled = progress.settled + (event.attempt === 1 ? 1 : 0);
  if (state === 'accepted') return { ...progress, settled, accepted: progress.accepted + 1 };
  if (state !== 'deferred' && state !== 'rejected' && state !== 'uncertain') return progress;
  const lastProblem = `${event.emailAddress}: ${event.replyCode === 0 ? '' : `${event.replyCode} `}${event.replyText}`;
  return { ...progress, settled, [state]: progress[state] + 1, lastProblem };
}

/** Messages per second so far; 0 before the first. */
export function rateOf(progress: Progress, nowMs: number): number {
  const seconds = (nowMs - progress.startedAtMs) / 1_000;
  return seconds > 0 ? progress.settled / seconds : 0;
}
