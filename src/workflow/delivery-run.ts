/** What a run of sending knows while it lasts. */
import type { NumberSet } from '../number-set.js';
import { Problem } from '../problem.js';
import type { Blame } from '../smtp/blame.js';
import type { createStopLoss } from '../smtp/stop-loss.js';
import type { RecipientRecord, Session } from './ports.js';
import type { RoomForCopies } from './room-for-copies.js';
import type { SendPorts, SendRequest, StopRequest } from './send-email.js';

/** What the sessions of one run share. */
export interface DeliveryRun {
  readonly request: SendRequest;
  readonly ports: SendPorts;
  readonly stop: StopRequest;
  /** For the copies of all sessions. */
  readonly room: RoomForCopies;
  /** Takes the next turn of the rate limit; how long to wait for it. */
  readonly takeTurn: (nowMs: number) => number;
  /** Recipients this run may still take on; retries are of these and not counted again. */
  left: number;
  /** Positions taken on, when not everybody is. */
  readonly tried: NumberSet | undefined;
  /** Whom the run takes next: their session ended before their message was handed over. */
  readonly again: RecipientRecord[];
  /** Recipients whose turn ends sessions: they wait behind all others, and get a session to themselves. */
  readonly behind: RecipientRecord[];
  /** By position, how many sessions ended at this recipient. */
  readonly sessionsEndedBy: Map<number, number>;
  /** Refusals that read as refusals of the sender, until it is known whom they are about. */
  readonly blame: Blame<RecipientRecord>;
  /** Positions refused in such words in this run; nobody tries them again before the run ends. */
  readonly refused: Set<number>;
  /** Messages each session can expect to carry. */
  readonly messagesPerSession: number;
  sessionsOpened: number;
  sessionsOpening: number;
  /** Resolves when the first session is open. */
  readonly firstSession: Promise<void>;
  readonly onFirstSession: () => void;
  /** Those that are open now, and not on their way out. */
  readonly sessions: Set<Session>;
  /** Sessions that are closed since the server wants fewer. */
  sessionsRetiring: number;
  /** The queue of this pass has nobody left. */
  isQueueEmpty: boolean;
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
  /** The same for recipients who became uncertain: more than one break of all connections explains. */
  readonly uncertainLoss: ReturnType<typeof createStopLoss>;
  /** Set once by whichever loop meets it first; the others end. */
  stopped: Problem | undefined;
  /** Results on their way into the ledger: they ride with the next commit and nobody waits for each. */
  readonly recording: Set<Promise<void>>;
}

/** Somebody ended it, or something did: nothing further is begun. */
export function ended(run: DeliveryRun): boolean {
  return run.stopped !== undefined || run.stop.drain.aborted;
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem('bug', error instanceof Error ? error.message : String(error), { cause: error });
}
