/** One loop's session: opened, replaced when it breaks, given up when the server stays away. */
import { Problem } from '../problem.js';
import { reconnectDelayMs } from '../smtp/retry.js';
import { type DeliveryRun, ended } from './delivery-run.js';
import type { RecipientRecord, Session } from './ports.js';

/** Failures in a row of one loop that are answered with another session even when no time for retries is left. */
const toleratedFailures = 5;
/** One session and who is on the way in it. */
export interface Share {
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
    again: [],
    broke: undefined,
    full: false,
    taken: 0,
    failures: 0,
  };
}

/** Not a race between all of them, which would cost more the more there are. */
export function oneSettled(share: Share): Promise<void> {
  return new Promise(resolve => {
    share.onSettled = resolve;
  });
}

/** @returns undefined when the run is to end. */
export async function usableSession(run: DeliveryRun, share: Share): Promise<Session | undefined> {
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
      // Nobody who ends a run waits for a server that may take minutes to let somebody in.
      share.session = await run.ports.transport.openSession(run.stop.drain);
      share.taken = 0;
      run.sessionsOpened += 1;
      run.ports.emit({ kind: 'session-opened', sessions: run.sessionsOpened });
    } catch (error) {
      if (ended(run)) return undefined;
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
