import type { KeyRing } from '../tracking/key.js';
import { openUnsubscribeToken } from '../tracking/unsubscribe.js';
import type { FetchLog, Unsubscription } from './fact-ports.js';
import { FetchQueue } from './fetch-queue.js';
import type { Clock } from './ports.js';

export interface UnsubscriberPorts {
  readonly log: Pick<FetchLog, 'recordUnsubscribes'>;
  readonly ring: KeyRing;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'monotonicMs'>;
}

/** Since the start. */
export interface UnsubscriberCounts {
  /** Of links that verify; who asks twice counts twice. */
  readonly recorded: number;
  /** Answered before the log took anything. */
  readonly late: number;
}

/**
 * - `unsubscribed`: it is durable, now or since an earlier request: nothing tells the two apart.
 * - `late`: the log takes nothing for too long. Whoever asks has to be told to try again, though it is tried on here.
 * - `no-link`: no key here sealed the token for this purpose. The link is incomplete, or of another server: nothing was done.
 */
export type UnsubscribeOutcome = 'unsubscribed' | 'late' | 'no-link';

export interface Unsubscriber {
  readonly counts: UnsubscriberCounts;
  /** Whether the link of a request is one that `unsubscribe` would carry out. Never throws. */
  isLink(token: string): boolean;
  /** Carries out what the link in one copy asks for. Never rejects. */
  unsubscribe(token: string): Promise<UnsubscribeOutcome>;
  /** Tries what is held once more. Call once, at the end. @returns how many are not recorded. */
  flush(): Promise<number>;
}

const maxWaitMs = 2_000;
const maxWaiting = 10_000;
const maxHeld = 100_000;

/** @param onStalled called when the log begins to refuse, with its reason. Must not throw. */
export function createUnsubscriber(
  { log, ring, clock }: UnsubscriberPorts,
  onStalled: (error: unknown) => void = () => undefined,
): Unsubscriber {
  const counts = { recorded: 0, late: 0 };
  const queue = new FetchQueue<Unsubscription, 'unsubscribed'>({
    clock,
    async write(asked) {
      await log.recordUnsubscribes(asked);
      counts.recorded += asked.length;
      return asked.map(() => 'unsubscribed' as const);
    },
    onWritten: () => undefined,
    onStalled,
    maxWaitMs,
    maxWaiting,
    maxHeld,
  });
  return {
    counts,
    isLink: token => openUnsubscribeToken(ring, token) !== undefined,
    async unsubscribe(token) {
      const opened = openUnsubscribeToken(ring, token);
      if (opened === undefined) return 'no-link';
      const { emailNumber, recipientNumber } = opened;
      const outcome = await queue.push({ emailNumber, recipientNumber, at: clock.now() });
      if (outcome === 'unsubscribed') return outcome;
      counts.late += 1;
      return 'late';
    },
    flush: () => queue.flush(),
  };
}
