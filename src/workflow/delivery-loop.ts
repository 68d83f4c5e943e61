import { isSessionFull, isSessionLimit } from '../smtp/judge.js';
import type { Octets } from '../smtp/octets.js';
import type { SendOutcome } from '../smtp/outcome.js';
import { isThrottle } from '../smtp/throttle.js';
import { asProblem, type DeliveryRun, ended } from './delivery-run.js';
import { clearSender, holdRefused } from './held-refusals.js';
import { learnFrom } from './learn-from-outcome.js';
import type { RecipientRecord, Session } from './ports.js';
import { recordOutcome, transact } from './record-outcome.js';
import {
  closeSession,
  createShare,
  oneSettled,
  retireSession,
  type Share,
  usableSession,
} from './session-share.js';
import { abortWhenStopped } from './stop-waiting.js';

/**
 * One session's slot: takes recipients until there are none, as many at a time as the session can use, and replaces the
 * session when it breaks.
 */
export async function deliverQueue(
  run: DeliveryRun,
  queue: AsyncGenerator<RecipientRecord, void, void>,
): Promise<void> {
  const share = createShare();
  const forgetStop = abortWhenStopped(run, share);
  try {
    while (!share.isSurplus) {
      while (share.underway >= (share.session?.depth ?? 1)) await oneSettled(share);
      const recipient = await nextRecipient(run, share, queue);
      if (recipient !== undefined) await begin(run, share, recipient);
      // A recipient under way may come back, and has to be begun again then.
      else if (share.underway > 0) await oneSettled(share);
      else break;
    }
  } catch (error) {
    // The other loops have to end too: the lock goes when this one is through.
    run.stopped ??= asProblem(error);
  } finally {
    await closeSession(run, share);
    forgetStop();
  }
}

async function nextRecipient(
  run: DeliveryRun,
  share: Share,
  queue: AsyncGenerator<RecipientRecord, void, void>,
): Promise<RecipientRecord | undefined> {
  if (ended(run)) return undefined;
  const again = run.again.shift();
  if (again !== undefined) return again;
  if (run.left > 0) {
    run.left -= 1;
    const next = await queue.next();
    if (next.done !== true) {
      run.tried?.add(next.value.position);
      return next.value;
    }
    run.isQueueEmpty = true;
    run.left += 1;
  }
  // Alone in its session, so that nobody else comes to harm when that ends.
  return share.underway === 0 ? run.behind.shift() : undefined;
}

/** Starts the transaction of one recipient; returns once it is under way, or cannot be. */
async function begin(run: DeliveryRun, share: Share, recipient: RecipientRecord): Promise<void> {
  // Whatever is ready to leave goes first; this one is for later.
  await run.ports.clock.nextTurn();
  const { octets, release } = await run.room.hold(recipient.attachments.length > 0, async () => {
    return (await run.request.copies.make(recipient)).octets;
  });
  const session = await sessionInTurn(run, share, recipient).catch((error: unknown) => {
    release();
    throw error;
  });
  if (session === undefined) {
    release();
    return;
  }
  share.underway += 1;
  void deliver(run, share, session, recipient, octets)
    .catch((error: unknown) => {
      run.stopped ??= asProblem(error);
    })
    .finally(() => {
      release();
      share.underway -= 1;
      share.onSettled();
    });
}

/** @returns undefined when the run ends, or when the recipient waits for another session. */
async function sessionInTurn(
  run: DeliveryRun,
  share: Share,
  recipient: RecipientRecord,
): Promise<Session | undefined> {
  await waitForTurn(run);
  if (ended(run)) return undefined;
  const session = await usableSession(run, share);
  if (session === undefined) run.again.unshift(recipient);
  return session;
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

async function deliver(
  run: DeliveryRun,
  share: Share,
  session: Session,
  recipient: RecipientRecord,
  message: Octets,
): Promise<void> {
  const { clock } = run.ports;
  const begunAtMs = clock.monotonicMs();
  const outcome = await transact(run, session, recipient, message);
  if (outcome.kind === 'not-sent' && isSessionLimit({ code: outcome.replyCode, text: outcome.replyText })) {
    if (retireSession(run, share, outcome)) await clock.sleep(retiringMs, run.stop.drain);
    else learnFrom(run, outcome);
    run.again.push(recipient);
    return;
  }
  learnFrom(run, outcome);
  if (outcome.kind === 'not-sent' || outcome.kind === 'uncertain') {
    endSession(run, share, recipient, outcome);
    return;
  }
  if (outcome.kind === 'deferred' && outcome.replyCode === 421 && share.taken === 0) {
    // The message was refused for now and the session is over: another one at once would meet the same.
    share.broke ??= words(outcome);
    return;
  }
  share.failures = 0;
  run.failingSinceMs = undefined;
  if (outcome.kind === 'accepted') {
    share.taken += 1;
    await clearSender(run, begunAtMs);
  } else {
    if (outcome.kind === 'sender-refused') holdRefused(run, recipient, outcome);
    if (outcome.stage === 'rcpt' && clock.monotonicMs() - begunAtMs >= slowRefusalMs) share.isWorn = true;
  }
}

/** Until a session that was one too many is closed, the server refuses others: no need to ask it all the time. */
const retiringMs = 100;

/** Courier waits before it refuses a recipient: 8 s, and twice as long with each more in the session. A new one begins at 8. */
const slowRefusalMs = 5_000;

/** A session lost before the hand-over leaves the recipient as before, for the next session. */
function endSession(run: DeliveryRun, share: Share, recipient: RecipientRecord, outcome: SendOutcome): void {
  const isFirst = share.broke === undefined && !share.full;
  if (isFull(share, outcome)) share.full = true;
  else if (!share.full) share.broke ??= words(outcome);
  if (outcome.kind === 'uncertain') return;
  // Of several under way, the session ended at the first. A reply to MAIL is not about the recipient; one to RCPT may be, even if
  // it speaks of our speed.
  const isAboutAll = outcome.stage === 'mail' && outcome.replyCode > 0;
  const mayBeTheCause = isFirst && !share.full && !isAboutAll;
  if (mayBeTheCause) giveBack(run, recipient, outcome);
  else run.again.push(recipient);
}

/** Sessions that may end at one recipient before the others go first. */
const toleratedEnds = 2;

/**
 * Some servers answer RCPT to one address with 421, time after time. The others go first then. When another session ends at
 * this recipient although others were accepted, that is a refusal for now; in a later attempt one session is enough to tell.
 */
function giveBack(run: DeliveryRun, recipient: RecipientRecord, outcome: SendOutcome): void {
  const times = (run.sessionsEndedBy.get(recipient.position) ?? 0) + 1;
  run.sessionsEndedBy.set(recipient.position, times);
  if (times < toleratedEnds) run.again.push(recipient);
  else if (times > toleratedEnds && run.blame.isAccepted)
    recordOutcome(run, recipient, { ...outcome, kind: 'deferred' }, run.ports.clock.now(), false);
  else run.behind.push(recipient);
}

function words({ replyCode, replyText }: SendOutcome): string {
  return replyCode === 0 ? replyText : `${replyCode} ${replyText}`;
}

/** Some servers say so; others, after some messages, only close. */
function isFull({ taken }: Share, outcome: SendOutcome): boolean {
  const { stage, replyCode } = outcome;
  if (isSessionFull({ ...outcome, code: replyCode, text: outcome.replyText })) return true;
  return taken > 0 && stage === 'mail' && replyCode === 421 && !isThrottle(outcome);
}
