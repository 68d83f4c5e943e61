import type { NumberSet } from '../number-set.js';
import { Problem } from '../problem.js';
import { stateAfter } from '../recipients/transitions.js';
import { isSessionFull } from '../smtp/judge.js';
import type { SendOutcome } from '../smtp/outcome.js';
import { reconnectDelayMs } from '../smtp/retry.js';
import type { createStopLoss } from '../smtp/stop-loss.js';
import { isQuota, isThrottle, longerPauseMs, shorterPauseMs } from '../smtp/throttle.js';
import type { RecipientRecord, Session, TransactionRecord } from './ports.js';
import type { SendPorts, SendRequest, StopRequest } from './send-email.js';

/** What the sessions of one run share. */
export interface DeliveryRun {
  readonly request: SendRequest;
  readonly ports: SendPorts;
  readonly stop: StopRequest;
  /** Takes the next turn of the rate limit; how long to wait for it. */
  readonly takeTurn: (nowMs: number) => number;
  /** Recipients this run may still take on; retries are of these and not counted again. */
  left: number;
  /** Positions taken on, when not everybody is. */
  readonly tried: NumberSet | undefined;
  sessionsOpened: number;
  sessionsOpening: number;
  /** On the monotonic clock: since when no session settled anybody; undefined when the last one did. */
  failingSinceMs: number | undefined;
  /** Since when the server only asks to slow down; undefined when it took a message since. */
  throttledSinceMs: number | undefined;
  /** While the server asks us to slow down: how long everything is held after its last word. */
  pauseMs: number;
  /** On the monotonic clock. */
  pausedUntilMs: number;
  /** Takes every final reply; a number when too many are refused alike. */
  readonly stopLoss: ReturnType<typeof createStopLoss>;
  /** Set once by whichever loop meets it first; the others end. */
  stopped: Problem | undefined;
  /** Results on their way into the ledger: they ride with the next commit and nobody waits for each. */
  readonly recording: Set<Promise<void>>;
}

/** Failures in a row of one loop that are answered with another session even when no time for retries is left. */
const toleratedFailures = 5;
/** Of being asked to slow down and nothing else: longer than that is no pause. */
const longestThrottleMs = 30 * 60_000;

/** One session and who is on the way in it. */
interface Share {
  session: Session | undefined;
  /** Transactions without an outcome yet. */
  underway: number;
  /** Called when one of them has its outcome. */
  onSettled: () => void;
  /** Recipients of a session that ended before their hand-over: they come first in the next one. */
  readonly again: RecipientRecord[];
  /** Why the last session ended; undefined while it has not, or when that was dealt with. */
  broke: string | undefined;
  /** It ended since it took as many messages as it does, which is no failure. */
  full: boolean;
  /** Sessions in a row that ended or failed to open without settling anybody. */
  failures: number;
}

/**
 * One session's share of the queue: takes recipients until there are none, as many at a time as the session can use, and
 * replaces the session when it breaks.
 */
export async function deliverQueue(
  run: DeliveryRun,
  queue: AsyncGenerator<RecipientRecord, void, void>,
): Promise<void> {
  const share: Share = {
    session: undefined,
    underway: 0,
    onSettled: () => undefined,
    again: [],
    broke: undefined,
    full: false,
    failures: 0,
  };
  const abort = () => share.session?.abort();
  run.stop.abort.addEventListener('abort', abort);
  try {
    for (;;) {
      while (share.underway >= (share.session?.depth ?? 1)) await oneSettled(share);
      const recipient = await nextRecipient(run, share, queue);
      if (recipient !== undefined) await begin(run, share, recipient);
      // Whoever is still on the way may come back, and has to be begun again then.
      else if (share.underway > 0) await oneSettled(share);
      else break;
    }
  } catch (error) {
    // The other loops have to end too: the lock goes when this one is through.
    run.stopped ??= asProblem(error);
  } finally {
    run.stop.abort.removeEventListener('abort', abort);
    await share.session?.quit();
  }
}

/** Not a race between all of them, which would cost more the more there are. */
function oneSettled(share: Share): Promise<void> {
  return new Promise(resolve => {
    share.onSettled = resolve;
  });
}

function ended(run: DeliveryRun): boolean {
  return run.stopped !== undefined || run.stop.drain.aborted;
}

async function nextRecipient(
  run: DeliveryRun,
  share: Share,
  queue: AsyncGenerator<RecipientRecord, void, void>,
): Promise<RecipientRecord | undefined> {
  if (ended(run)) return undefined;
  const again = share.again.shift();
  if (again !== undefined) return again;
  if (run.left <= 0) return undefined;
  run.left -= 1;
  const next = await queue.next();
  if (next.done !== true) {
    run.tried?.add(next.value.position);
    return next.value;
  }
  run.left += 1;
  return undefined;
}

/** Starts the transaction of one recipient; returns once it is under way, or cannot be. */
async function begin(run: DeliveryRun, share: Share, recipient: RecipientRecord): Promise<void> {
  const { message } = await run.request.copies.make(recipient);
  await waitForTurn(run);
  if (ended(run)) return;
  const session = await usableSession(run, share);
  if (session === undefined) return;
  share.underway += 1;
  void deliver(run, share, session, recipient, message)
    .catch((error: unknown) => {
      run.stopped ??= asProblem(error);
    })
    .finally(() => {
      share.underway -= 1;
      share.onSettled();
    });
}

/** A session lost before the hand-over leaves the recipient as before: somebody for the next session. */
async function deliver(
  run: DeliveryRun,
  share: Share,
  session: Session,
  recipient: RecipientRecord,
  message: Uint8Array,
): Promise<void> {
  const outcome = await transact(run, session, recipient, message);
  learn(run, outcome);
  if (outcome.kind !== 'not-sent') {
    share.failures = 0;
    run.failingSinceMs = undefined;
  }
  if (outcome.kind === 'sender-refused') run.stopped ??= senderRefused(recipient, outcome);
  if (outcome.kind !== 'not-sent') return;
  share.again.push(recipient);
  if (isSessionFull({ ...outcome, code: outcome.replyCode, text: outcome.replyText })) share.full = true;
  else if (!share.full) share.broke ??= outcome.replyText;
}

/** The rate limit, and the pause a server asked for: both hold for all sessions together. */
async function waitForTurn(run: DeliveryRun): Promise<void> {
  const { clock } = run.ports;
  // Another pause may begin during one.
  for (let leftMs = 1; leftMs > 0 && !ended(run); ) {
    leftMs = run.pausedUntilMs - clock.monotonicMs();
    await clock.sleep(leftMs, run.stop.drain);
  }
  await clock.sleep(run.takeTurn(clock.monotonicMs()), run.stop.drain);
}

/** What a reply says about all the others. */
function learn(run: DeliveryRun, outcome: SendOutcome): void {
  const { clock, emit } = run.ports;
  if (isThrottle(outcome)) {
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
  } else if (outcome.kind === 'accepted') {
    run.pauseMs = shorterPauseMs(run.pauseMs);
    run.throttledSinceMs = undefined;
  }
  if (outcome.kind === 'accepted' || outcome.kind === 'rejected') {
    const equal = run.stopLoss(outcome, outcome.kind === 'rejected');
    if (equal !== undefined) run.stopped ??= tooManyRefusals(equal, outcome);
  }
}

async function usableSession(run: DeliveryRun, share: Share): Promise<Session | undefined> {
  while (share.session?.usable !== true || share.broke !== undefined) {
    while (share.underway > 0) await oneSettled(share);
    await share.session?.quit();
    share.session = undefined;
    if (share.broke !== undefined) await sessionFailed(run, share, share.broke);
    share.broke = undefined;
    share.full = false;
    if (ended(run)) return undefined;
    run.sessionsOpening += 1;
    try {
      share.session = await openUnlessAborted(run);
      if (share.session === undefined) return undefined;
      run.sessionsOpened += 1;
      run.ports.emit({ kind: 'session-opened', sessions: run.sessionsOpened });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // A refused login is refused again; hammering it locks accounts. And nobody waits for a server never seen, unless
      // another session is still on its way in: some servers admit fewer than are asked for.
      const isNeverSeen = run.sessionsOpened === 0 && run.sessionsOpening === 1;
      if (error.code !== 'server-unreachable' || isNeverSeen) {
        run.stopped ??= error;
        return undefined;
      }
      share.broke = error.message;
    } finally {
      run.sessionsOpening -= 1;
    }
    if (ended(run)) return undefined;
  }
  return share.session;
}

/** Waits before the next session, or stops the run when sessions keep failing and the time for retries is over. */
async function sessionFailed(run: DeliveryRun, share: Share, why: string): Promise<void> {
  const { clock, emit } = run.ports;
  const nowMs = clock.monotonicMs();
  share.failures += 1;
  run.failingSinceMs ??= nowMs;
  emit({ kind: 'session-lost', why });
  if (share.failures > toleratedFailures && nowMs - run.failingSinceMs > run.request.retryForMs) {
    run.stopped ??= new Problem('unfinished', `the server ends every session: ${why}`, {
      fix: 'Look at the server, then `mailtrack resume`.',
    });
    return;
  }
  await clock.sleep(reconnectDelayMs(share.failures), run.stop.drain);
}

/** A server may take minutes to let somebody in; who wants to end it now does not wait for that. */
async function openUnlessAborted(run: DeliveryRun): Promise<Session | undefined> {
  const { abort } = run.stop;
  const opening = run.ports.transport.openSession();
  const aborted = new Promise<undefined>(resolve => {
    if (abort.aborted) resolve(undefined);
    else abort.addEventListener('abort', () => resolve(undefined), { once: true });
  });
  const session = await Promise.race([opening, aborted]);
  if (session === undefined) {
    void opening.then(
      late => late.abort(),
      () => undefined,
    );
  }
  return session;
}

/** One transaction and its record. The intent is durable before the session writes the last octets. */
async function transact(
  run: DeliveryRun,
  session: Session,
  recipient: RecipientRecord,
  message: Uint8Array,
): Promise<SendOutcome> {
  const { ledger, clock } = run.ports;
  const { email, reversePath } = run.request;
  const startedAt = clock.now();
  let intended = false;
  const outcome = await session.send(
    { position: recipient.position, reversePath, forwardPath: recipient.emailAddress, message },
    async () => {
      try {
        intended = await ledger.recordIntent(email.emailId, recipient.position, clock.now());
      } catch (error) {
        // An intent that cannot be recorded (disk full, database locked) must not be acted upon.
        run.stopped ??= asProblem(error);
      }
      return intended;
    },
  );
  const before = intended ? 'sending' : recipient.state;
  const state = outcome.kind === 'withdrawn' ? undefined : stateAfter(outcome.kind, before);
  if (state !== undefined) {
    settle(run, recipient, { startedAt, endedAt: clock.now(), state, ...replyOf(outcome) });
  }
  return outcome;
}

function replyOf(outcome: SendOutcome): Omit<TransactionRecord, 'startedAt' | 'endedAt' | 'state'> {
  const { stage, replyCode, enhancedStatusCode, replyText } = outcome;
  return { stage, replyCode, enhancedStatusCode, replyText };
}

function settle(run: DeliveryRun, recipient: RecipientRecord, transaction: TransactionRecord): void {
  const recorded = record(run, recipient, transaction)
    .catch((error: unknown) => {
      // The recipient stays `sending` in the ledger, and so becomes uncertain: never silently sent again.
      run.stopped ??= asProblem(error);
    })
    .finally(() => run.recording.delete(recorded));
  run.recording.add(recorded);
}

async function record(
  run: DeliveryRun,
  recipient: RecipientRecord,
  transaction: TransactionRecord,
): Promise<void> {
  const { ledger, emit } = run.ports;
  const { emailId } = run.request.email;
  const attempt = await ledger.recordTransaction(emailId, recipient.position, transaction);
  emit({
    kind: 'recipient-settled',
    emailId,
    emailAddress: recipient.emailAddress,
    role: recipient.role,
    state: transaction.state,
    replyCode: transaction.replyCode,
    enhancedStatusCode: transaction.enhancedStatusCode,
    replyText: transaction.replyText,
    attempt: attempt ?? recipient.attempts + 1,
    at: transaction.endedAt,
  });
}

function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('bug', error instanceof Error ? error.message : String(error), { cause: error });
}

function tooManyRefusals(equal: number, outcome: SendOutcome): Problem {
  const reply = `${outcome.replyCode} ${outcome.replyText}`.trim();
  return new Problem(
    'unfinished',
    `${equal} recipients were refused alike, so the rest was not tried: ${reply}`,
    {
      fix: 'Look at the replies. If the list is right, `mailtrack resume` goes on with the rest.',
    },
  );
}

function throttledForLong(outcome: SendOutcome): Problem {
  return new Problem(
    'unfinished',
    `the server takes no more for now: ${outcome.replyCode} ${outcome.replyText}`,
    {
      fix: 'Go on later with `mailtrack resume`, slower with --rate. Nobody is lost.',
    },
  );
}

function senderRefused(recipient: RecipientRecord, outcome: SendOutcome): Problem {
  const reply = `${outcome.replyCode} ${outcome.replyText}`.trim();
  return new Problem(
    'sender-refused',
    `the server refuses the sender, at the copy for ${recipient.emailAddress}: ${reply}`,
    {
      fix: 'Mend the sender, its login or its domain, then `mailtrack resume`. Nobody was marked as rejected.',
    },
  );
}
