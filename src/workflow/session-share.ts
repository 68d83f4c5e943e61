/** One slot's session: opened, replaced when it breaks, given up when the server stays away. */
import { Problem } from '../problem.js';
import type { ReplyFacts } from '../smtp/outcome.js';
import { reconnectDelayMs } from '../smtp/retry.js';
import { type DeliveryRun, ended } from './delivery-run.js';
import type { Session } from './ports.js';

/** Failures in a row of one slot that are answered with another session even when no time for retries is left. */
const toleratedFailures = 5;

export interface Share {
  session: Session | undefined;
  /** Transactions without an outcome yet. */
  underway: number;
  /** Called when one of them has its outcome. */
  onSettled: () => void;
  /** Why the last session ended; undefined while it has not, or when that was dealt with. */
  broke: string | undefined;
  /** It ended since it took as many messages as it does, which is no failure. */
  full: boolean;
  /** It goes on, but another one is better. */
  isWorn: boolean;
  /** The server does not want as many sessions: others carry on without this one. */
  isSurplus: boolean;
  /** Messages that this session took. */
  taken: number;
  /** Sessions in a row that ended or failed to open without settling anybody. */
  failures: number;
}

export function createShare(): Share {
  return {
    session: undefined,
    underway: 0,
    onSettled: () => undefined,
    broke: undefined,
    full: false,
    isWorn: false,
    isSurplus: false,
    taken: 0,
    failures: 0,
  };
}

/** Cheaper than Promise.race over all deliveries. */
export function oneSettled(share: Share): Promise<void> {
  return new Promise(resolve => {
    share.onSettled = resolve;
  });
}

/** @returns undefined when the run is to end, or this slot (`isSurplus`). */
export async function usableSession(run: DeliveryRun, share: Share): Promise<Session | undefined> {
  while (share.session?.usable !== true || share.broke !== undefined || share.isWorn) {
    while (share.underway > 0) await oneSettled(share);
    await closeSession(run, share);
    if (share.isSurplus) return undefined;
    if (share.broke !== undefined) await sessionFailed(run, share, share.broke);
    share.broke = undefined;
    share.full = false;
    share.isWorn = false;
    if (ended(run)) return undefined;
    await openSession(run, share);
    if (ended(run) || share.isSurplus) return undefined;
  }
  return share.session;
}

export async function closeSession(run: DeliveryRun, share: Share): Promise<void> {
  const { session } = share;
  if (session === undefined) return;
  run.sessions.delete(session);
  await session.quit();
  share.session = undefined;
  if (share.isSurplus) run.sessionsRetiring -= 1;
}

async function openSession(run: DeliveryRun, share: Share): Promise<void> {
  run.sessionsOpening += 1;
  try {
    // Nobody who ends a run waits for a server that may take minutes to let somebody in.
    share.session = await run.ports.transport.openSession(run.stop.drain, run.messagesPerSession);
    share.taken = 0;
    run.sessions.add(share.session);
    run.sessionsOpened += 1;
    run.onFirstSession();
    run.ports.emit({ kind: 'session-opened', sessions: run.sessionsOpened });
  } catch (error) {
    if (ended(run)) return;
    if (!(error instanceof Problem)) throw error;
    refusedSession(run, share, error);
  } finally {
    run.sessionsOpening -= 1;
  }
}

/**
 * The server says that there are too many sessions: this one ends, if others go on.
 * @returns false when there is no other.
 */
export function retireSession(run: DeliveryRun, share: Share, { replyCode, replyText }: ReplyFacts): boolean {
  // While one is on its way out the server says the same to others.
  if (share.isSurplus || run.sessionsRetiring > 0) return true;
  if (!hasOtherSession(run, share)) return false;
  share.isSurplus = true;
  run.sessionsRetiring += 1;
  run.ports.emit({ kind: 'session-refused', why: `${replyCode} ${replyText}` });
  return true;
}

/** Whether the run has a session that goes on when this slot ends. */
function hasOtherSession(run: DeliveryRun, share: Share): boolean {
  return [...run.sessions].some(session => session !== share.session && session.usable);
}

/**
 * Some servers admit fewer sessions than are asked for, or fewer logins at a time, and answer the others as they answer a wrong
 * password. The same login passed in another session, so the run goes on with those there are.
 */
function refusedSession(run: DeliveryRun, share: Share, problem: Problem): void {
  const isLogin = problem.code === 'auth-refused';
  if (
    hasOtherSession(run, share) &&
    (isLogin || (problem.code === 'server-unreachable' && share.failures > 0))
  ) {
    share.isSurplus = true;
    run.ports.emit({ kind: 'session-refused', why: problem.message });
    return;
  }
  // Nobody waits for a server that never let anybody in, unless another session is still on its way.
  const mayPass = run.sessionsOpened > 0 || run.sessionsOpening > 1;
  const isPassing = problem.code === 'server-unreachable' || (isLogin && share.failures < toleratedFailures);
  if (mayPass && isPassing) share.broke = problem.message;
  else run.stopped ??= problem;
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
      fix: 'Look at the server, then run `mailtrack resume`.',
    });
    return;
  }
  await clock.sleep(reconnectDelayMs(share.failures), run.stop.drain);
}
