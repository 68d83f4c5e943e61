import type { KeyRing } from '../tracking/key.js';
import { openStopToken } from '../tracking/stop-tracking.js';
import type { FetchLog } from './fact-ports.js';
import { createLinkAction, type LinkAction } from './link-action.js';
import type { Clock } from './ports.js';

export interface StopPorts {
  readonly log: Pick<FetchLog, 'recordOptOuts'>;
  readonly ring: KeyRing;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'monotonicMs'>;
}

/** The link in a copy with which its reader ends that opens are recorded. @param onStalled as of `createLinkAction`. */
export function createTrackingStopper(
  { log, ring, clock }: StopPorts,
  onStalled?: (error: unknown) => void,
): LinkAction {
  return createLinkAction(
    { open: token => openStopToken(ring, token), write: people => log.recordOptOuts(people), clock },
    onStalled,
  );
}
