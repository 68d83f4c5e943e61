import type { Capabilities } from './capabilities.js';
import type { MailTransaction } from './envelope.js';
import { lengthOf, type Octets } from './octets.js';
import { isWorthTrying, Pipelining } from './pipelining.js';
import type { ReplySigns } from './reply-signs.js';
import type { Underway } from './underway.js';
import { createWindow, type WindowLimit } from './window.js';

/** What the sessions of a run share, and what one of them may gain by a trial. */
export interface BeginOptions {
  /** Of transactions that may be unanswered at a time, where the server offers what that takes. */
  readonly window?: WindowLimit;
  readonly pipelining?: Pipelining;
  /** Messages this session is expected to carry; 0: too few for a trial. */
  readonly messages?: number;
}

/**
 * How the next transaction begins: its envelope alone, its envelope behind the final dot of the message before it, or whole and
 * at once; or not yet.
 */
export type Beginning = 'alone' | 'behind-dot' | 'streamed' | 'wait';

/** A message goes out in blocks of this many octets, so that it is known whether its last ones have left. */
export const blockOctets = 64 * 1024;
/** Of all messages in the window: more would only wait in buffers. */
const windowOctets = 1024 * 1024;
/** Messages a session has to have taken with the dot alone before the next envelope is tried behind one. */
const cleanBeforeTrial = 2;

/** When the transactions of one session may begin, by what the server offers, took so far, and is known to take. */
export class BeginRule {
  readonly pipelining: Pipelining;
  readonly #server: Capabilities;
  readonly #signs: ReplySigns;
  readonly #window: ReturnType<typeof createWindow>;
  readonly #isWindowWanted: boolean;
  readonly #messages: number;
  #accepted = 0;
  #roundTripMs = 0;

  constructor(server: Capabilities, signs: ReplySigns, options: BeginOptions) {
    const { window = { widest: 1 }, pipelining = new Pipelining('not-taken'), messages = 0 } = options;
    this.pipelining = pipelining;
    this.#server = server;
    this.#signs = signs;
    this.#isWindowWanted = server.pipelining && server.chunking && window.widest > 1;
    this.#window = createWindow(this.#isWindowWanted ? window : { widest: 1 });
    this.#messages = messages;
  }

  /** Whether MAIL, RCPT and DATA are written together. */
  get groups(): boolean {
    return this.#server.pipelining && this.pipelining.groups;
  }

  /**
   * How many transactions are worth offering at a time: where envelopes overlap also the one that follows in the same group; and
   * one in reserve, so that nothing ever waits for its message to be made.
   */
  get depth(): number {
    return this.#overlaps ? this.#width + 2 : 2;
  }

  /** @param underway in the order they began. */
  next({ message }: MailTransaction, underway: readonly Underway[]): Beginning {
    // What is larger than a block waits for nobody's round trip, and is better known step by step.
    const streamed = this.#width > 1 && lengthOf(message) <= blockOctets;
    const last = underway.at(-1);
    if (last === undefined) return streamed ? 'streamed' : 'alone';
    if (streamed) return this.#hasRoom(message, underway, last) ? 'streamed' : 'wait';
    // The next message waits for its 354, and so for the reply to this one: one uncertain recipient at most. RFC 2920 §3.1
    if (underway.length > 1 || last.intent !== 'durable') return 'wait';
    return this.#overlaps || this.#mayTryBehind(last) ? 'behind-dot' : 'wait';
  }

  accepted(): void {
    this.#accepted += 1;
    this.#window.accepted();
  }

  /** Any other end of a transaction. */
  unexpected(): void {
    this.#window.unexpected();
  }

  closeWindow(): void {
    this.#window.close();
  }

  /** @param roundTripMs between a command and its reply; what it costs to wait for the server before each message. */
  measured(roundTripMs: number): void {
    this.#roundTripMs = roundTripMs;
  }

  /**
   * Whole transactions need a server that takes commands behind a message: Dovecot's submission service offers CHUNKING and
   * may close the connection even at a single one. And without words to tell replies apart, one too few would go unnoticed.
   */
  get #width(): number {
    return this.#overlaps && this.#signs.areDistinct ? this.#window.width : 1;
  }

  get #overlaps(): boolean {
    return this.#server.pipelining && this.pipelining.overlaps;
  }

  /** A window pays in any case: the user asked for it, and it needs a server that takes commands behind a message. */
  get #gainsByTrial(): boolean {
    const gain = { messages: this.#messages, roundTripMs: this.#roundTripMs };
    return this.groups && (this.#isWindowWanted || isWorthTrying(gain));
  }

  #mayTryBehind({ streamed }: Underway): boolean {
    const isClean = this.#accepted >= cleanBeforeTrial && !streamed;
    return isClean && this.pipelining.isUntried && this.#gainsByTrial;
  }

  /** Behind what has been handed over, or is streamed as well: nothing is ever written between DATA and its message. */
  #hasRoom(message: Octets, underway: readonly Underway[], last: Underway): boolean {
    if (underway.length >= this.#width || (last.intent !== 'durable' && !last.streamed)) return false;
    const octets = underway.reduce((sum, { transaction }) => sum + lengthOf(transaction.message), 0);
    return octets + lengthOf(message) <= windowOctets;
  }
}
