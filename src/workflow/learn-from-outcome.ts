/** What one recipient's outcome says about all the others: slow down, or stop. */
import { Problem } from '../problem.js';
import type { SendOutcome } from '../smtp/outcome.js';
import { isQuota, isThrottle, longerPauseMs, shorterPauseMs } from '../smtp/throttle.js';
import type { DeliveryRun } from './delivery-run.js';

/** Give up after 30 minutes of nothing but throttling replies. */
const longestThrottleMs = 30 * 60_000;

export function learnFrom(run: DeliveryRun, outcome: SendOutcome): void {
  const { kind } = outcome;
  if (isThrottle(outcome)) pause(run, outcome);
  else if (kind === 'accepted') {
    run.pauseMs = shorterPauseMs(run.pauseMs);
    run.throttledSinceMs = undefined;
  }
  if (kind === 'accepted' || kind === 'rejected') {
    const equal = run.stopLoss(outcome, kind === 'rejected');
    if (equal !== undefined) run.stopped ??= tooManyRefusals(equal, outcome);
  }
  if (kind === 'accepted' || kind === 'uncertain') {
    const uncertain = run.uncertainLoss(outcome, kind === 'uncertain');
    if (uncertain !== undefined) run.stopped ??= tooManyUncertain(uncertain, outcome);
  }
}

function pause(run: DeliveryRun, outcome: SendOutcome): void {
  const { clock, emit } = run.ports;
  const nowMs = clock.monotonicMs();
  // Replies to what was already under way say the same once more.
  if (nowMs < run.pausedUntilMs) return;
  run.throttledSinceMs ??= nowMs;
  if (isQuota(outcome) || nowMs - run.throttledSinceMs > longestThrottleMs) {
    run.stopped ??= throttledForLong(outcome);
    return;
  }
  run.pauseMs = longerPauseMs(run.pauseMs);
  run.pausedUntilMs = nowMs + run.pauseMs;
  emit({ kind: 'slowed-down', why: `${outcome.replyCode} ${outcome.replyText}`, pauseMs: run.pauseMs });
}

function tooManyRefusals(equal: number, outcome: SendOutcome): Problem {
  const reply = `${outcome.replyCode} ${outcome.replyText}`.trim();
  return new Problem(
    'unfinished',
    `${equal} recipients were refused alike, so the rest was not tried: ${reply}`,
    { fix: 'Look at the replies. If the list is right, `mailtrack resume` goes on with the rest.' },
  );
}

function tooManyUncertain(uncertain: number, outcome: SendOutcome): Problem {
  return new Problem(
    'unfinished',
    `connections keep breaking before the server answers, and ${uncertain} recipients are uncertain, so the rest was not tried: ${outcome.replyText}`,
    {
      fix: 'Look at the server and the network between. `mailtrack resume` goes on with the rest, and leaves the uncertain alone.',
    },
  );
}

function throttledForLong(outcome: SendOutcome): Problem {
  return new Problem(
    'unfinished',
    `the server is not accepting more mail right now: ${outcome.replyCode} ${outcome.replyText}`,
    { fix: 'Go on later with `mailtrack resume`, slower with --rate. No recipient was lost.' },
  );
}
