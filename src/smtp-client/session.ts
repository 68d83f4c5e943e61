import type { Socket } from 'node:net';
import type { SendOutcome, SmtpStage } from '../smtp/outcome.js';
import { type Effect, TransactionEngine } from '../smtp/transaction-engine.js';
import type { Delivery, Session } from '../workflow/ports.js';
import type { OpenConnection } from './open-connection.js';

/** How long each reply may take, in milliseconds. */
export type StageTimeouts = Readonly<Record<Exclude<SmtpStage, 'connect' | 'ehlo' | 'auth'>, number>>;

/** RFC 5321 §4.5.3.2. The last is the longest: giving up early makes duplicates (RFC 1047). */
export const stageTimeouts: StageTimeouts = {
  mail: 300_000,
  rcpt: 300_000,
  data: 120_000,
  'end-of-data': 600_000,
};

const quitTimeoutMs = 2_000;

interface Sending {
  readonly beforeHandover: () => Promise<boolean>;
  readonly resolve: (outcome: SendOutcome) => void;
}

/** Drives the engine on a socket: its octets out, the server's in, and the clock for what does not come. */
export function createSession(connection: OpenConnection, timeouts: StageTimeouts = stageTimeouts): Session {
  const { socket, capabilities } = connection;
  const engine = new TransactionEngine(capabilities);
  const sendings = new Map<number, Sending>();
  let transactions = 0;
  let timer: NodeJS.Timeout | undefined;

  function perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      switch (effect.kind) {
        case 'write':
          socket.write(effect.octets);
          break;
        case 'ready-for-message':
          void decide(effect.id);
          break;
        case 'settled':
          sendings.get(effect.id)?.resolve(effect.outcome);
          sendings.delete(effect.id);
          break;
        case 'over':
          socket.destroy();
          break;
      }
    }
    watch();
  }

  async function decide(id: number): Promise<void> {
    const go = (await sendings.get(id)?.beforeHandover()) === true;
    perform(go ? engine.handOver(id) : engine.withdraw(id));
  }

  /** One timer, for the reply that is due next. */
  function watch(): void {
    clearTimeout(timer);
    const { awaiting } = engine;
    if (awaiting === undefined) return;
    const stage = awaiting === 'rset' ? 'mail' : awaiting;
    timer = setTimeout(
      () => perform(engine.lost(`no reply within ${timeouts[stage] / 1_000} s`)),
      timeouts[stage],
    );
  }

  socket.on('data', (chunk: Buffer) => perform(engine.received(chunk)));
  socket.on('error', (error: Error) => perform(engine.lost(`the connection broke: ${error.message}`)));
  socket.on('close', () => perform(engine.lost('the server closed the connection')));

  return {
    maxMessageBytes: capabilities.maxMessageBytes,
    depth: engine.depth,

    get usable() {
      return !engine.over && transactions < (capabilities.maxTransactions ?? Number.POSITIVE_INFINITY);
    },

    send(delivery: Delivery, beforeHandover: () => Promise<boolean>): Promise<SendOutcome> {
      transactions += 1;
      return new Promise(resolve => {
        sendings.set(delivery.position, { beforeHandover, resolve });
        const { position, reversePath, forwardPath, message } = delivery;
        perform(engine.offer({ id: position, reversePath, forwardPath, message }));
      });
    },

    async quit() {
      clearTimeout(timer);
      if (engine.over || !engine.idle) {
        socket.destroy();
        return;
      }
      await quit(socket);
    },

    abort() {
      perform(engine.lost('the run was ended'));
    },
  };
}

/** Waits for the reply, since a connection closed before it looks like a fault in the server's log. RFC 5321 §4.1.1.10 */
async function quit(socket: Socket): Promise<void> {
  socket.removeAllListeners('data');
  socket.removeAllListeners('close');
  await new Promise<void>(resolve => {
    const timer = setTimeout(resolve, quitTimeoutMs);
    const done = () => {
      clearTimeout(timer);
      resolve();
    };
    socket.once('data', done);
    socket.once('close', done);
    socket.write('QUIT\r\n');
  });
  socket.destroy();
}
