import type { Transport } from '../workflow/ports.js';
import { openConnection, type SmtpServer } from './open-connection.js';
import { SocketSession } from './session.js';
import { standardTimeouts } from './timeouts.js';

export type { SmtpServer } from './open-connection.js';

/**
 * Sessions with one server, each on a connection of its own.
 * @param window whole transactions that may be unanswered in a session; 1: message by message.
 */
export function createSmtpTransport(server: SmtpServer, window = 1): Transport {
  const timeouts = { ...standardTimeouts, ...server.timeouts };
  return { openSession: async () => new SocketSession(await openConnection(server), timeouts, window) };
}
