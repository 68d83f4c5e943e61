/** What the links in a copy do when they are pressed: one thing for each purpose, durable before the page says that it is done. */
import type { SealedContent } from '../tracking/token.js';
import type { Unsubscription } from './fact-ports.js';
import { FetchQueue } from './fetch-queue.js';
import type { Clock } from './ports.js';

export interface LinkActionPorts {
  /** What a link of that purpose says; undefined unless a key here sealed it. */
  readonly open: (token: string) => SealedContent | undefined;
  /** Resolves when all of them are durable. */
  readonly write: (pressed: readonly Unsubscription[]) => Promise<void>;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'monotonicMs'>;
}

/** Since the start. */
export interface LinkCounts {
  /** Of links that verify; who asks twice counts twice. */
  readonly recorded: number;
  /** Answered before the log took anything. */
  readonly late: number;
}

/**
 * - `done`: it is durable, now or since an earlier request: nothing tells the two apart.
 * - `late`: the log takes nothing for too long. Whoever asks has to be told to try again, though it is tried on here.
 * - `no-link`: no key here sealed the token for this purpose. The link is incomplete, or of another server: nothing was done.
 */
export type LinkOutcome = 'done' | 'late' | 'no-link';

export interface LinkAction {
  readonly counts: LinkCounts;
  /** Whether the link of a request is one that `press` would carry out. Never throws. */
  isLink(token: string): boolean;
  /** Carries out what the link in one copy asks for. Never rejects. */
  press(token: string): Promise<LinkOutcome>;
  /** Tries what is held once more. Call once, at the end. @returns how many are not recorded. */
  flush(): Promise<number>;
}

const maxWaitMs = 2_000;
const maxWaiting = 10_000;
const maxHeld = 100_000;

/** @param onStalled called when the log begins to refuse, with its reason. Must not throw. */
export function createLinkAction(
  { open, write, clock }: LinkActionPorts,
  onStalled: (error: unknown) => void = () => undefined,
): LinkAction {
  const counts = { recorded: 0, late: 0 };
  const queue = new FetchQueue<Unsubscription, 'done'>({
    clock,
    async write(pressed) {
      await write(pressed);
      counts.recorded += pressed.length;
      return pressed.map(() => 'done' as const);
    },
    onWritten: () => undefined,
    onStalled,
    maxWaitMs,
    maxWaiting,
    maxHeld,
  });
  return {
    counts,
    isLink: token => open(token) !== undefined,
    async press(token) {
      const opened = open(token);
      if (opened === undefined) return 'no-link';
      const { emailNumber, recipientNumber } = opened;
      const outcome = await queue.push({ emailNumber, recipientNumber, at: clock.now() });
      if (outcome === 'done') return outcome;
      counts.late += 1;
      return 'late';
    },
    flush: () => queue.flush(),
  };
}
