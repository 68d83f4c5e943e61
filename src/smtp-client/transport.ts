import type { Transport } from '../workflow/ports.js';
import { type ConnectionTimeouts, openConnection, type SmtpServer } from './open-connection.js';
import { createSession, type StageTimeouts } from './session.js';

export type { SmtpServer } from './open-connection.js';

/** Sessions with one server, each opened when it is asked for. */
export function createSmtpTransport(
  server: SmtpServer,
  timeouts: { readonly connection?: ConnectionTimeouts; readonly stages?: StageTimeouts } = {},
): Transport {
  return {
    async openSession() {
      return createSession(await openConnection(server, timeouts.connection), timeouts.stages);
    },
  };
}
