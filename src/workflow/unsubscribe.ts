import type { KeyRing } from '../tracking/key.js';
import { openUnsubscribeToken } from '../tracking/unsubscribe.js';
import type { FetchLog } from './fact-ports.js';
import { createLinkAction, type LinkAction, type LinkCounts } from './link-action.js';
import type { Clock } from './ports.js';

export interface UnsubscriberPorts {
  readonly log: Pick<FetchLog, 'recordUnsubscribes'>;
  readonly ring: KeyRing;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'monotonicMs'>;
}

export type UnsubscriberCounts = LinkCounts;

/** As `LinkOutcome`. */
export type UnsubscribeOutcome = 'unsubscribed' | 'late' | 'no-link';

export interface Unsubscriber extends Omit<LinkAction, 'press'> {
  /** Carries out what the link in one copy asks for. Never rejects. */
  unsubscribe(token: string): Promise<UnsubscribeOutcome>;
}

/** @param onStalled called when the log begins to refuse, with its reason. Must not throw. */
export function createUnsubscriber(
  { log, ring, clock }: UnsubscriberPorts,
  onStalled?: (error: unknown) => void,
): Unsubscriber {
  const { press, ...action } = createLinkAction(
    {
      open: token => openUnsubscribeToken(ring, token),
      write: people => log.recordUnsubscribes(people),
      clock,
    },
    onStalled,
  );
  return {
    ...action,
    async unsubscribe(token) {
      const outcome = await press(token);
      return outcome === 'done' ? 'unsubscribed' : outcome;
    },
  };
}
