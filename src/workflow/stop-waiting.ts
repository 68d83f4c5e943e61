/** How long a run that was asked to stop still waits for its server. */
import type { DeliveryRun } from './delivery-run.js';
import type { Share } from './session-share.js';

/** Before a message is handed over nothing is lost by leaving, so the server gets only a moment to be done. */
const beforeHandoverMs = 2_000;
/** For the reply to a message: without it the recipient is uncertain. Service managers kill after 30 to 90 s. */
const afterHandoverMs = 20_000;

/** Closes the session at once when the run is aborted, and in time when it is to drain. @returns ends the watch. */
export function abortWhenStopped(run: DeliveryRun, share: Share): () => void {
  const { drain, abort } = run.stop;
  const over = new AbortController();
  const abortNow = () => share.session?.abort();
  const abortInTime = () => void waitAWhile(run, share, over.signal);
  abort.addEventListener('abort', abortNow);
  drain.addEventListener('abort', abortInTime);
  if (drain.aborted) abortInTime();
  return () => {
    over.abort();
    abort.removeEventListener('abort', abortNow);
    drain.removeEventListener('abort', abortInTime);
  };
}

async function waitAWhile({ ports }: DeliveryRun, share: Share, over: AbortSignal): Promise<void> {
  await ports.clock.sleep(beforeHandoverMs, over);
  if (share.session?.holdsMessage === true) await ports.clock.sleep(afterHandoverMs - beforeHandoverMs, over);
  if (!over.aborted) share.session?.abort();
}
