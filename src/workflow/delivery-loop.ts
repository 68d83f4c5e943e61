import { Problem } from '../problem.js';
import { stateAfter } from '../recipients/transitions.js';
import { refusesEhloName } from '../smtp/ehlo-name.js';
import { isSessionFull } from '../smtp/judge.js';
import type { SendOutcome } from '../smtp/outcome.js';
import { isQuota, isThrottle, longerPauseMs, shorterPauseMs } from '../smtp/throttle.js';
import { asProblem, type DeliveryRun, ended } from './delivery-run.js';
import type { RecipientRecord, Session, TransactionRecord } from './ports.js';
import { createShare, oneSettled, type Share, usableSession } from './session-share.js';

/** Of being asked to slow down and nothing else: longer than that is no pause. */
const longestThrottleMs = 30 * 60_000;

/**
 * One session's share of the queue: takes recipients until there are none, as many at a time as the session can use, and
 * replaces the session when it breaks.
 */
export async function deliverQueue(
  run: DeliveryRun,
  queue: AsyncGenerator<RecipientRecord, void, void>,
): Promise<void> {
  const share = createShare();
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
  // Whatever is ready to leave goes first; this one is for later.
  await run.ports.clock.nextTurn();
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
  if (outcome.kind === 'not-sent') share.again.push(recipient);
  if (outcome.kind === 'not-sent' || outcome.kind === 'uncertain') {
    if (isFull(share, outcome)) share.full = true;
    else if (!share.full) share.broke ??= outcome.replyText;
    return;
  }
  if (outcome.kind === 'accepted') share.taken += 1;
  share.failures = 0;
  run.failingSinceMs = undefined;
}

/** Some say so; others, after some messages, only close. */
function isFull({ taken }: Share, outcome: SendOutcome): boolean {
  const { stage, replyCode } = outcome;
  if (isSessionFull({ ...outcome, code: replyCode, text: outcome.replyText })) return true;
  return taken > 0 && stage === 'mail' && replyCode === 421 && !isThrottle(outcome);
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
  if (outcome.kind === 'accepted' || outcome.kind === 'uncertain') {
    const uncertain = run.uncertainLoss(outcome, outcome.kind === 'uncertain');
    if (uncertain !== undefined) run.stopped ??= tooManyUncertain(uncertain, outcome);
  }
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

function tooManyUncertain(uncertain: number, outcome: SendOutcome): Problem {
  return new Problem(
    'unfinished',
    `connections keep breaking before the server answers, and ${uncertain} recipients are uncertain, so the rest was not tried: ${outcome.replyText}`,
    {
      fix: 'Look at the server and the way to it. `mailtrack resume` goes on with the rest, and leaves the uncertain alone.',
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
      fix: refusesEhloName(outcome.replyCode, outcome.replyText)
        ? 'Set smtp.ehlo_name to the full name of this machine, then `mailtrack resume`. Nobody was marked as rejected.'
        : 'Mend the sender, its login or its domain, then `mailtrack resume`. Nobody was marked as rejected.',
    },
  );
}
