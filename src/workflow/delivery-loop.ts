import { Problem } from '../problem.js';
import { stateAfter } from '../recipients/transitions.js';
import type { SendOutcome } from '../smtp/outcome.js';
import { reconnectDelayMs } from '../smtp/retry.js';
import type { createStopLoss } from '../smtp/stop-loss.js';
import { isThrottle, longerPauseMs, shorterPauseMs } from '../smtp/throttle.js';
import type { RecipientRecord, Session, TransactionRecord } from './ports.js';
import type { SendPorts, SendRequest, StopRequest } from './send-email.js';

/** What the sessions of one run share. */
export interface DeliveryRun {
  readonly request: SendRequest;
  readonly ports: SendPorts;
  readonly stop: StopRequest;
  /** Takes the next turn of the rate limit; how long to wait for it. */
  readonly takeTurn: (nowMs: number) => number;
  /** On the monotonic clock: the end of all retries. */
  readonly deadlineMs: number;
  /** Recipients this run may still take on. */
  left: number;
  sessionsOpened: number;
  /** Sessions in a row, of all loops, that ended or failed to open without settling anybody. */
  failures: number;
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

/** Failures in a row that are answered with another session even when no time for retries is left. */
const toleratedFailures = 5;

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
  if (next.done !== true) return next.value;
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
  if (outcome.kind === 'sender-refused') run.stopped ??= senderRefused(recipient, outcome);
  if (outcome.kind !== 'not-sent') return;
  share.again.push(recipient);
  share.broke ??= outcome.replyText;
}

/** The rate limit, and the pause a server asked for: both hold for all sessions together. */
async function waitForTurn(run: DeliveryRun): Promise<void> {
  const { clock } = run.ports;
  const nowMs = clock.monotonicMs();
  await clock.sleep(Math.max(run.takeTurn(nowMs), run.pausedUntilMs - nowMs), run.stop.drain);
}

/** What a reply says about all the others. */
function learn(run: DeliveryRun, outcome: SendOutcome): void {
  const { clock, emit } = run.ports;
  if (isThrottle(outcome)) {
    const nowMs = clock.monotonicMs();
    // Replies to what was already under way say the same once more.
    if (nowMs < run.pausedUntilMs) return;
    run.pauseMs = longerPauseMs(run.pauseMs);
    run.pausedUntilMs = nowMs + run.pauseMs;
    emit({ kind: 'slowed-down', why: `${outcome.replyCode} ${outcome.replyText}`, pauseMs: run.pauseMs });
  } else if (outcome.kind === 'accepted') {
    run.pauseMs = shorterPauseMs(run.pauseMs);
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
    if (share.broke !== undefined) await sessionFailed(run, share.broke);
    share.broke = undefined;
    if (ended(run)) return undefined;
    try {
      share.session = await run.ports.transport.openSession();
      run.sessionsOpened += 1;
      run.ports.emit({ kind: 'session-opened', sessions: run.sessionsOpened });
      if (run.stop.abort.aborted) share.session.abort();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      // A refused login is refused again; hammering it locks accounts. And nobody waits for a server never seen.
      if (error.code !== 'server-unreachable' || run.sessionsOpened === 0) {
        run.stopped ??= error;
        return undefined;
      }
      share.broke = error.message;
    }
    if (ended(run)) return undefined;
  }
  return share.session;
}

/** Waits before the next session, or stops the run when sessions keep failing and the time for retries is over. */
async function sessionFailed(run: DeliveryRun, why: string): Promise<void> {
  const { clock, emit } = run.ports;
  run.failures += 1;
  emit({ kind: 'session-lost', why });
  if (run.failures > toleratedFailures && clock.monotonicMs() > run.deadlineMs) {
    run.stopped ??= new Problem('unfinished', `the server ends every session: ${why}`, {
      fix: 'Look at the server, then `mailtrack resume`.',
    });
    return;
  }
  await clock.sleep(reconnectDelayMs(run.failures), run.stop.drain);
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
  if (outcome.kind !== 'not-sent') run.failures = 0;
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
