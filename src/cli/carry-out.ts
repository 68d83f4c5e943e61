import { setMaxListeners } from 'node:events';
import { createSmtpTransport, type SmtpServer } from '../smtp-client/transport.js';
import type { Store } from '../store/open-store.js';
import { systemClock } from '../system/clock.js';
import { onStopSignal } from '../system/signals.js';
import type { SendFinished } from '../workflow/events.js';
import { type SendRequest, sendEmail } from '../workflow/send-email.js';
import { describeLoss } from './lost-output.js';
import type { Output } from './output.js';
import type { SendView } from './send-view.js';

export interface CarryOutWith {
  readonly store: Store;
  readonly settings: SmtpServer;
  readonly view: SendView;
  readonly output: Output;
}

/** Runs the sending use case with real parts: signals end it gently, a second one at once; so does output that is lost. */
export async function carryOut(request: SendRequest, parts: CarryOutWith): Promise<SendFinished> {
  const drain = new AbortController();
  const abort = new AbortController();
  // Each session listens, and there may be more of them than Node takes for a leak.
  setMaxListeners(0, drain.signal, abort.signal);
  const restoreSignals = onStopSignal(
    signal => {
      parts.view.show({ kind: 'interrupted', signal });
      drain.abort(signal);
    },
    () => abort.abort(),
  );
  const endWatch = parts.output.streams.onLoss(loss => {
    const problem = describeLoss(loss, 'send');
    if (problem !== undefined) drain.abort(problem);
  });
  try {
    return await sendEmail(
      request,
      {
        ledger: parts.store.ledger,
        transport: createSmtpTransport(parts.settings, {
          window: request.window,
          notes: parts.store.serverNotes,
          onSilence: seconds => parts.view.show({ kind: 'server-silent', seconds }),
        }),
        clock: systemClock,
        jitter: Math.random,
        emit: event => parts.view.show(event),
      },
      { drain: drain.signal, abort: abort.signal },
    );
  } finally {
    restoreSignals();
    endWatch();
    await parts.view.close();
  }
}
