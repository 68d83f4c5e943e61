/**
 * Sends what an opened email still owes: every pending and deferred recipient, one transaction each.
 *
 * The order that makes the guarantee: copy made → transaction begun → intent durable → last octets → reply →
 * outcome recorded. Whatever dies in between leaves each recipient in a state that says the truth.
 */
import type { CopyPlan } from '../merge/copy-plan.js';
import { domainOf } from '../message/mailbox.js';
import { NumberSet } from '../number-set.js';
import { Problem } from '../problem.js';
import { Interleaver } from '../recipients/interleave.js';
import { moveBy } from '../recipients/transitions.js';
import { Blame } from '../smtp/blame.js';
import { createPace, type Rate } from '../smtp/pace.js';
import { retryDelayMs } from '../smtp/retry.js';
import { createStopLoss } from '../smtp/stop-loss.js';
import { deliverQueue } from './delivery-loop.js';
import { type DeliveryRun, ended } from './delivery-run.js';
import { nameHolder } from './email-standing.js';
import type { SendEvent, SendFinished } from './events.js';
import { decideHeld, explainHeld } from './held-refusals.js';
import type {
  Clock,
  EmailLock,
  EmailRecord,
  Ledger,
  RecipientRecord,
  StateCounts,
  Transport,
} from './ports.js';
import { RoomForCopies } from './room-for-copies.js';

export interface SendRequest {
  readonly email: EmailRecord;
  readonly copies: CopyPlan;
  /** addr-spec of MAIL FROM. */
  readonly reversePath: string;
  /** By recipient number, where each copy has a reverse-path of its own; undefined: all have that of the email. */
  readonly ownReversePath?: (recipientNumber: number) => string;
  /** At most this many sessions; a tenth of the recipients, rounded up, if that is less. */
  readonly connections: number;
  /** Messages that may be unanswered in a session at a time: so many recipients of each are uncertain if it breaks. */
  readonly window: number;
  readonly rate?: Rate | undefined;
  /** How long deferred recipients are retried; 0: one attempt each. */
  readonly retryForMs: number;
  /** Recipients of one domain are spread over the run, in place of the order of the list. */
  readonly interleave: boolean;
  /** End the run after this many recipients; undefined: all. */
  readonly limit?: number | undefined;
  /** What to do with uncertain recipients, who are otherwise left alone. */
  readonly uncertain?: UncertainDecision | undefined;
  /** Taken when the email was begun (`Ledger.beginEmail`), and released when this run ends; undefined: it is taken now. */
  readonly lock?: EmailLock | undefined;
  /** What the states were before, for `send-resumed`; false for the first run. */
  readonly resumed: boolean;
}

/** `resend` sends the same octets again; `accepted` and `skip` settle without sending. Only the user can know. */
export type UncertainDecision = 'resend' | 'accepted' | 'skip';

export interface SendPorts {
  readonly ledger: Ledger;
  readonly transport: Transport;
  readonly clock: Clock;
  /** 0 to 1; spreads retries. */
  readonly jitter: () => number;
  readonly emit: (event: SendEvent) => void;
}

/** How the outside ends a run. */
export interface StopRequest {
  /**
   * Aborted: begin no further transaction, wait for those under way. The reason is the signal's name, or a Problem that
   * becomes `stopped`.
   */
  readonly drain: AbortSignal;
  /** Aborted: close the sessions now; what was handed over and not answered becomes uncertain. */
  readonly abort: AbortSignal;
}

/**
 * @throws Problem `email-locked` when another process sends this email, `email-state` when it was cancelled.
 * A server that refuses or cannot be reached is not thrown: `stopped` of the result says so.
 */
export async function sendEmail(
  request: SendRequest,
  ports: SendPorts,
  stop: StopRequest,
): Promise<SendFinished> {
  const { email } = request;
  if (email.cancelledAt !== undefined) {
    throw new Problem('email-state', `${email.emailId} was cancelled`, { fix: 'Write a new email.' });
  }
  const lock = request.lock ?? (await takeLock(ports.ledger, email.emailId));
  try {
    return await sendLocked(request, ports, stop);
  } finally {
    await lock.release();
  }
}

export async function takeLock(ledger: Ledger, emailId: string): Promise<EmailLock> {
  const lock = await ledger.lockEmail(emailId);
  if ('release' in lock) return lock;
  throw new Problem('email-locked', `${emailId} is being sent by ${nameHolder(lock.heldBy)}`, {
    fix: 'Wait for it, or end it with SIGTERM; then `mailtrack resume` goes on.',
  });
}

async function sendLocked(request: SendRequest, ports: SendPorts, stop: StopRequest): Promise<SendFinished> {
  const { email } = request;
  const { ledger, clock, emit } = ports;
  const startedMs = clock.monotonicMs();

  await ledger.acceptOpened(email.emailId, clock.now());
  // Of those the user was shown; who becomes uncertain below is shown now, and decided about next time.
  await settleUncertain(request, ports);
  await ledger.markAbandonedUncertain(email.emailId, clock.now());
  await ledger.acceptOpened(email.emailId, clock.now());
  await skipSuppressed(email.emailId, ports);
  const before = await ledger.countStates(email.emailId);
  if (request.resumed) {
    const uncertain = await firstUncertain(email.emailId, ledger);
    emit({ kind: 'send-resumed', emailId: email.emailId, subject: email.subject, counts: before, uncertain });
  }
  const due = before.pending + before.deferred;
  const connections = Math.min(request.connections, Math.ceil(due / 10));
  let onFirstSession = () => {};
  const firstSession = new Promise<void>(resolve => {
    onFirstSession = resolve;
  });
  const run: DeliveryRun = {
    request,
    ports,
    stop,
    room: new RoomForCopies(),
    takeTurn: createPace(request.rate),
    left: request.limit ?? Number.POSITIVE_INFINITY,
    tried: request.limit === undefined ? undefined : new NumberSet(),
    again: [],
    behind: [],
    sessionsEndedBy: new Map(),
    blame: new Blame(before.accepted > 0),
    refused: new Set(),
    messagesPerSession: Math.ceil(due / Math.max(1, connections)),
    sessions: new Set(),
    sessionsRetiring: 0,
    isQueueEmpty: false,
    sessionsOpened: 0,
    sessionsOpening: 0,
    firstSession,
    onFirstSession,
    failingSinceMs: undefined,
    throttledSinceMs: undefined,
    pauseMs: 0,
    pausedUntilMs: Number.NEGATIVE_INFINITY,
    stopLoss: createStopLoss(),
    uncertainLoss: createStopLoss(connections * request.window + 1),
    stopped: undefined,
    recording: new Set(),
  };
  await runPasses(run, connections);
  if (!ended(run)) run.stopped = explainHeld(run);
  return finish(run, startedMs);
}

async function settleUncertain(
  { email, uncertain }: SendRequest,
  { ledger, clock }: SendPorts,
): Promise<void> {
  if (uncertain === undefined) return;
  const cause = { resend: 'resend', accepted: 'resolved-accepted', skip: 'resolved-skipped' } as const;
  await ledger.moveRecipients(email.emailId, cause[uncertain], clock.now());
}

/** Who unsubscribed, or was suppressed, since the email was begun. */
async function skipSuppressed(emailId: string, { ledger, clock }: SendPorts): Promise<void> {
  const positions = await ledger.findSuppressedRecipients(emailId);
  if (positions.length > 0) await ledger.moveThese(emailId, 'suppressed', positions, clock.now());
}

/** More than anybody reads before a run; the report has all. */
const uncertainNamed = 20;

async function firstUncertain(emailId: string, ledger: Ledger): Promise<readonly string[]> {
  for await (const batch of ledger.readRecipients(emailId, ['uncertain']))
    return batch.slice(0, uncertainNamed).map(({ emailAddress }) => emailAddress);
  return [];
}

/** A first pass over everybody, then one whenever deferred recipients fall due, until the time for retries is over. */
async function runPasses(run: DeliveryRun, connections: number): Promise<void> {
  const { clock, emit } = run.ports;
  let dueBefore: number | undefined;
  let deadlineMs: number | undefined;
  for (;;) {
    await runPass(run, connections, dueRecipients(run, dueBefore));
    if (ended(run)) return;
    await decideHeld(run);
    // From here on it is about those deferred; a first pass may take longer than all retries.
    deadlineMs ??= clock.monotonicMs() + run.request.retryForMs;
    run.left = Number.POSITIVE_INFINITY;
    const next = await nextRetry(run, deadlineMs);
    if (next === undefined) return;
    emit({ kind: 'retry-scheduled', deferred: next.deferred, at: next.at });
    await clock.sleep(next.at.getTime() - clock.now().getTime(), run.stop.drain);
    if (ended(run)) return;
    dueBefore = next.at.getTime();
  }
}

/** A recipient may come back from a session that ends when the others are through already: then slots begin again. */
async function runPass(
  run: DeliveryRun,
  connections: number,
  queue: AsyncGenerator<RecipientRecord, void, void>,
): Promise<void> {
  run.isQueueEmpty = false;
  do {
    const first = deliverQueue(run, queue);
    // A wrong password is tried once, and not by several sessions at a time.
    if (run.ports.transport.logsIn === true) await Promise.race([first, run.firstSession]);
    const others = Array.from({ length: connections - 1 }, (_, index) => deliverInTurn(run, queue, index));
    await Promise.all([first, ...others]);
  } while (!ended(run) && hasMore(run));
  await Promise.all(run.recording);
}

function hasMore({ again, behind, left, isQueueEmpty }: DeliveryRun): boolean {
  return again.length + behind.length > 0 || (left > 0 && !isQueueEmpty);
}

/** About what a server works on a message: sessions that begin together stay together, and wait for one another there. */
const sessionSpacingMs = 5;

async function deliverInTurn(
  run: DeliveryRun,
  queue: AsyncGenerator<RecipientRecord, void, void>,
  index: number,
): Promise<void> {
  await run.ports.clock.sleep(index * sessionSpacingMs, run.stop.drain);
  await deliverQueue(run, queue);
}

/**
 * One queue for all sessions: an async generator hands out each recipient once, whoever asks.
 * @param dueBefore of deferred recipients; undefined in the first pass, which takes everybody.
 */
async function* dueRecipients(
  run: DeliveryRun,
  dueBefore: number | undefined,
): AsyncGenerator<RecipientRecord, void, void> {
  const { ledger } = run.ports;
  const { interleave, email } = run.request;
  const all = interleave ? readInterleaved : readInOrder;
  const refusedBefore: number[] = [];
  for await (const batch of all(ledger, email.emailId)) {
    for (const recipient of batch) {
      if (!isDue(run, recipient, dueBefore)) continue;
      // Refused in an earlier run, which may have ended at them: the others first, so that this run gets further.
      if (recipient.state === 'pending' && recipient.attempts > 0) refusedBefore.push(recipient.position);
      else yield recipient;
    }
  }
  for (let at = 0; at < refusedBefore.length; at += batchRecipients) {
    const positions = refusedBefore.slice(at, at + batchRecipients);
    for (const recipient of await ledger.readRecipientsAt(email.emailId, positions)) {
      if (!run.refused.has(recipient.position)) yield recipient;
    }
  }
}

function isDue(run: DeliveryRun, recipient: RecipientRecord, dueBefore: number | undefined): boolean {
  if (run.refused.has(recipient.position)) return false;
  if (dueBefore === undefined) return true;
  // A run that stops after so many retries those and no others.
  if (run.tried?.has(recipient.position) === false) return false;
  return recipient.state === 'pending' || dueAt(recipient) <= dueBefore;
}

function readInOrder(ledger: Ledger, emailId: string): AsyncIterable<readonly RecipientRecord[]> {
  return ledger.readRecipients(emailId, moveBy('intended').from);
}

/** Few enough for flat memory, many enough for speed. */
const batchRecipients = 1_000;

/** Twice through the recipients: for whose turn it is, and when it is. */
async function* readInterleaved(
  ledger: Ledger,
  emailId: string,
): AsyncGenerator<readonly RecipientRecord[], void, void> {
  const interleaver = new Interleaver();
  for await (const batch of readInOrder(ledger, emailId)) {
    for (const { position, emailAddress } of batch) interleaver.add(position, domainOf(emailAddress));
  }
  const order = interleaver.order();
  for (let at = 0; at < order.length; at += batchRecipients) {
    yield ledger.readRecipientsAt(emailId, order.slice(at, at + batchRecipients));
  }
}

/** When the next deferred recipient falls due, unless that is after the time for retries. */
async function nextRetry(
  run: DeliveryRun,
  deadlineMs: number,
): Promise<{ deferred: number; at: Date } | undefined> {
  const { ledger, clock, jitter } = run.ports;
  if (run.request.retryForMs === 0) return undefined;
  let deferred = 0;
  let earliest = Number.POSITIVE_INFINITY;
  for await (const batch of ledger.readRecipients(run.request.email.emailId, ['deferred'])) {
    const tried = batch.filter(({ position }) => run.tried?.has(position) !== false);
    deferred += tried.length;
    for (const recipient of tried) earliest = Math.min(earliest, dueAt(recipient));
  }
  if (deferred === 0) return undefined;
  const spread = jitter() * 1_000;
  const waitMs = Math.max(0, earliest + spread - clock.now().getTime());
  if (clock.monotonicMs() + waitMs > deadlineMs) return undefined;
  return { deferred, at: new Date(clock.now().getTime() + waitMs) };
}

function dueAt(recipient: RecipientRecord): number {
  return recipient.stateAt.getTime() + retryDelayMs(recipient.attempts, 0);
}

async function finish(run: DeliveryRun, startedMs: number): Promise<SendFinished> {
  const { ledger, clock, emit } = run.ports;
  const { emailId } = run.request.email;
  const counts = await ledger.countStates(emailId);
  const { aborted, reason } = run.stop.drain as { readonly aborted: boolean; readonly reason: unknown };
  const finished: SendFinished = {
    kind: 'send-finished',
    emailId,
    counts,
    recipients: Object.values(counts).reduce((sum, count) => sum + count, 0),
    seconds: (clock.monotonicMs() - startedMs) / 1000,
    stopped: stoppedEarly(run, counts) ?? (reason instanceof Problem ? reason : undefined),
    interruptedBy: aborted && !(reason instanceof Problem) ? String(reason) : undefined,
  };
  emit(finished);
  return finished;
}

/** Refusals that end a run for the sake of the rest do not end one that has no rest. */
function stoppedEarly({ stopped }: DeliveryRun, counts: StateCounts): Problem | undefined {
  const isDone = counts.pending + counts.deferred === 0;
  return isDone && stopped?.code === 'unfinished' ? undefined : stopped;
}
