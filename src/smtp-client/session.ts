import type { Socket } from 'node:net';
import type { BeginOptions } from '../smtp/begin-rule.js';
import type { SendOutcome } from '../smtp/outcome.js';
import { type Awaited, type EngineEffect, TransactionEngine } from '../smtp/transaction-engine.js';
import type { Delivery, Session } from '../workflow/ports.js';
import { askServer } from './ask-server.js';
import type { OpenConnection } from './open-connection.js';
import type { Timeouts } from './timeouts.js';

/** A delivery whose outcome somebody waits for. */
interface Sender {
  readonly beforeHandover: () => Promise<boolean>;
  readonly resolve: (outcome: SendOutcome) => void;
  readonly reject: (error: unknown) => void;
  /** `beforeHandover` under way. The outcome waits for it, or an intent would be recorded after its result. */
  decision: Promise<void> | undefined;
}

/**
 * The engine on a socket. `send` may be called while earlier ones are outstanding: with PIPELINING the next envelope
 * then travels with the message before it. No two outstanding deliveries may have the same position.
 */
export class SocketSession implements Session {
  readonly maxMessageBytes: number | undefined;
  readonly #socket: Socket;
  readonly #engine: TransactionEngine;
  readonly #timeouts: Timeouts;
  readonly #senders = new Map<number, Sender>();
  readonly #outstanding = new Set<Promise<unknown>>();
  #awaited: Awaited | undefined;
  #answered = 0;
  #timer: NodeJS.Timeout | undefined;
  #quitting = false;
  /** When the first command left, until its reply has come. */
  #asked: number | undefined;
  #isMeasured = false;

  constructor({ socket, capabilities }: OpenConnection, timeouts: Timeouts, options: BeginOptions) {
    this.maxMessageBytes = capabilities.maxMessageBytes;
    this.#socket = socket;
    this.#engine = new TransactionEngine(capabilities, options);
    this.#timeouts = timeouts;
    this.#listen();
  }

  get depth(): number {
    return this.#engine.depth;
  }

  get usable(): boolean {
    return this.#engine.usable && !this.#quitting;
  }

  get holdsMessage(): boolean {
    return this.#engine.holdsMessage;
  }

  /** @throws what `beforeHandover` throws, after the session is closed: nothing was handed over then. */
  send(delivery: Delivery, beforeHandover: () => Promise<boolean>): Promise<SendOutcome> {
    const outcome = new Promise<SendOutcome>((resolve, reject) => {
      this.#senders.set(delivery.position, { beforeHandover, resolve, reject, decision: undefined });
      this.#apply(this.#engine.offer(delivery));
    });
    const settled: Promise<boolean> = outcome.then(
      () => this.#outstanding.delete(settled),
      () => this.#outstanding.delete(settled),
    );
    this.#outstanding.add(settled);
    return outcome;
  }

  /** Waits for what is outstanding, then says QUIT. Never rejects. */
  async quit(): Promise<void> {
    this.#quitting = true;
    await Promise.all(this.#outstanding);
    if (!this.#socket.destroyed) {
      this.#socket.pause().removeListener('data', this.#onData);
      // Who said QUIT does not need the reply; waiting lets the server close in peace. RFC 5321 §4.1.1.10
      await askServer(this.#socket, 'QUIT', this.#timeouts.quit).catch(() => undefined);
    }
    this.abort();
  }

  abort(): void {
    this.#apply(this.#engine.lost('the session was aborted'));
  }

  #listen(): void {
    let why = 'the server closed the connection';
    const onGone = () => this.#apply(this.#engine.lost(why));
    this.#socket.on('error', error => {
      why = `the connection broke: ${error.message}`;
    });
    this.#socket.on('data', this.#onData);
    this.#socket.on('end', onGone);
    this.#socket.on('close', onGone);
    if (this.#socket.destroyed) onGone();
    this.#socket.resume();
  }

  readonly #onData = (octets: Uint8Array): void => {
    if (this.#asked !== undefined) {
      this.#engine.measured(performance.now() - this.#asked);
      this.#asked = undefined;
    }
    this.#apply(this.#engine.received(octets));
  };

  #apply(effects: readonly EngineEffect[]): void {
    for (const effect of effects) this.#carryOut(effect);
    this.#watch();
  }

  #carryOut(effect: EngineEffect): void {
    switch (effect.kind) {
      case 'write':
        this.#write(effect.chunks);
        break;
      case 'needs-intent': {
        const sender = this.#senders.get(effect.position);
        if (sender !== undefined) sender.decision = this.#decide(effect.position, sender);
        break;
      }
      case 'settled':
        void this.#settle(effect.position, effect.outcome);
        break;
      case 'over':
        this.#socket.destroy();
        break;
    }
  }

  /** Corked, so that they leave as one without being copied into one. */
  #write(chunks: readonly Uint8Array[]): void {
    if (!this.#isMeasured) {
      this.#isMeasured = true;
      this.#asked = performance.now();
    }
    this.#socket.cork();
    for (const [index, chunk] of chunks.entries()) {
      if (index < chunks.length - 1) this.#socket.write(chunk);
      else
        this.#socket.write(chunk, error => {
          if (!error) this.#apply(this.#engine.flushed());
        });
    }
    this.#socket.uncork();
  }

  async #decide(position: number, sender: Sender): Promise<void> {
    let durable = false;
    try {
      durable = await sender.beforeHandover();
    } catch (error) {
      sender.reject(error);
    }
    this.#apply(durable ? this.#engine.intentDurable(position) : this.#engine.withdraw(position));
  }

  async #settle(position: number, outcome: SendOutcome): Promise<void> {
    const sender = this.#senders.get(position);
    this.#senders.delete(position);
    await sender?.decision;
    sender?.resolve(outcome);
  }

  /** One timer for the reply awaited first. It is not begun again by single octets, or a server could drip for ever. */
  #watch(): void {
    const { awaits: awaited, answered } = this.#engine;
    if (awaited === this.#awaited && answered === this.#answered && awaited !== 'body') return;
    this.#awaited = awaited;
    this.#answered = answered;
    clearTimeout(this.#timer);
    if (awaited === undefined) return;
    const { timeout, what } = patience[awaited];
    // Where a caller shortens the wait for MAIL, these are no longer.
    const ms = Math.min(
      this.#timeouts[timeout],
      shortened.has(timeout) ? this.#timeouts.mail : Number.POSITIVE_INFINITY,
    );
    this.#timer = setTimeout(() => this.#apply(this.#engine.timedOut(`${what} within ${ms / 1000} s`)), ms);
  }
}

const shortened: ReadonlySet<keyof Timeouts> = new Set(['group', 'trial']);

const patience: Readonly<Record<Awaited, { timeout: keyof Timeouts; what: string }>> = {
  reset: { timeout: 'mail', what: 'no reply to RSET' },
  mail: { timeout: 'mail', what: 'no reply to MAIL' },
  rcpt: { timeout: 'rcpt', what: 'no reply to RCPT' },
  data: { timeout: 'data', what: 'no reply to DATA' },
  body: { timeout: 'dataBlock', what: 'the server took none of the message' },
  group: { timeout: 'group', what: 'no reply to commands that were sent together' },
  trial: { timeout: 'trial', what: 'no reply to what came behind the end of a message' },
  'end-of-data': { timeout: 'endOfData', what: 'no reply to the end of the message' },
};
