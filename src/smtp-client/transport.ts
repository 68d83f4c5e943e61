import type { Transport } from '../workflow/ports.js';
import { openConnection, type SmtpServer } from './open-connection.js';
import { SocketSession } from './session.js';
import { standardTimeouts } from './timeouts.js';

export type { SmtpServer } from './open-connection.js';

/**
 * Sessions with one server, each on a connection of its own.
 * @param window whole transactions that may be unanswered in a session; 1: message by message. It closes for all of them when
 * the server turns out not to know BDAT, or a connection breaks with several on the way.
 */
export function createSmtpTransport(server: SmtpServer, window = 1): Transport {
  const timeouts = { ...standardTimeouts, ...server.timeouts };
  const limit = { widest: window };
  return {
    openSession: async giveUp => new SocketSession(await openConnection(server, giveUp), timeouts, limit),
  };
}
