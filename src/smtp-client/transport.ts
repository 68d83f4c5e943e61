import { Pipelining } from '../smtp/pipelining.js';
import { greetingKey } from '../smtp/server-traits.js';
import type { ServerNotes, Transport } from '../workflow/ports.js';
import { type OpenConnection, openConnection, type SmtpServer } from './open-connection.js';
import { SocketSession } from './session.js';
import { standardTimeouts } from './timeouts.js';

export type { SmtpServer } from './open-connection.js';

export interface TransportOptions {
  /** Whole transactions that may be unanswered in a session; 1, the default: message by message. */
  readonly window?: number;
  /** What earlier runs learnt about servers; without it this one learns for itself. */
  readonly notes?: ServerNotes;
  /** Told once when the server lets a session wait: after so many seconds without a word. */
  readonly onSilence?: (seconds: number) => void;
}

/**
 * Sessions with one server, each on a connection of its own. They share what they learn about it: a window closes for all of
 * them when the server turns out not to know BDAT, or a connection breaks with several messages on the way; and no envelope
 * travels behind a final dot any more once that went wrong.
 */
export function createSmtpTransport(server: SmtpServer, options: TransportOptions = {}): Transport {
  const timeouts = { ...standardTimeouts, ...server.timeouts };
  const window = { widest: options.window ?? 1 };
  const pipelinings = createPipelinings(server, options.notes);
  let isTold = false;
  const onSilence = (seconds: number) => {
    if (!isTold) options.onSilence?.(seconds);
    isTold = true;
  };
  return {
    logsIn: server.user !== undefined,
    async openSession(giveUp, messages = 0) {
      const connection = await openConnection(server, giveUp, onSilence);
      const pipelining = await pipelinings.find(connection);
      return new SocketSession(connection, timeouts, { window, pipelining, messages });
    },
  };
}

/** One for each kind of server that answers at this host: a name may stand for machines that differ. */
function createPipelinings({ host, port }: SmtpServer, notes: ServerNotes | undefined) {
  const known = new Map<string, Pipelining>();
  const name = `${host.toLowerCase()}:${port}`;
  return {
    async find({ greeting, traits }: OpenConnection): Promise<Pipelining> {
      const key = greetingKey(greeting);
      const noted = known.has(key) ? undefined : await notes?.readOverlap(name, key);
      // Another session may have come with the same greeting meanwhile.
      const pipelining =
        known.get(key) ??
        new Pipelining(noted ?? traits.overlap, standing => {
          void notes?.recordOverlap(name, key, standing, new Date());
        });
      known.set(key, pipelining);
      return pipelining;
    },
  };
}
