import type { KeyRing } from '../tracking/key.js';
import { openToken } from '../tracking/token.js';
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
  /** Of tokens that verify; who asks twice counts twice. */
  readonly recorded: number;
  /** Answered before the log took anything, whatever the token. */
  readonly late: number;
}

export interface Unsubscriber {
  readonly counts: UnsubscriberCounts;
  /**
   * Carries out what the link in one copy asks for. A token that does not verify, or of another purpose, does nothing, and
   * waits for the log all the same: whoever asks is told the same, after the same time, either way. Never rejects.
   * @returns whether somebody was unsubscribed, once that is durable; `late` when the log takes nothing for too long: then whoever
   * asks has to be told to try again, though it is tried on here.
   */
  unsubscribe(token: string): Promise<boolean | 'late'>;
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
  const queue = new FetchQueue<Unsubscription | undefined, boolean>({
    clock,
    async write(asked) {
      const people = asked.filter(person => person !== undefined);
      await log.recordUnsubscribes(people);
      counts.recorded += people.length;
      return asked.map(person => person !== undefined);
    },
    isFact: person => person !== undefined,
    onWritten: () => undefined,
    onStalled,
    maxWaitMs,
    maxWaiting,
    maxHeld,
  });
  return {
    counts,
    async unsubscribe(token) {
      const outcome = await queue.push(personOf(ring, token, clock));
      if (typeof outcome === 'boolean') return outcome;
      counts.late += 1;
      return 'late';
    },
    flush: () => queue.flush(),
  };
}

function personOf(ring: KeyRing, token: string, clock: Pick<Clock, 'now'>): Unsubscription | undefined {
  const opened = openToken(ring, token);
  if (opened?.purpose !== 'unsubscribe') return undefined;
  const { emailNumber, recipientNumber } = opened;
  return { emailNumber, recipientNumber, at: clock.now() };
}
