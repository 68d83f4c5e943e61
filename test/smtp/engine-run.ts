import { expect } from 'vitest';
import type { BeginOptions } from '../../src/smtp/begin-rule.js';
import { type Capabilities, noCapabilities } from '../../src/smtp/capabilities.js';
import type { MailTransaction } from '../../src/smtp/envelope.js';
import type { SendOutcome } from '../../src/smtp/outcome.js';
import { Pipelining } from '../../src/smtp/pipelining.js';
import { type EngineEffect, TransactionEngine } from '../../src/smtp/transaction-engine.js';

export const mail = (position: number, more: Partial<MailTransaction> = {}): MailTransaction => ({
  position,
  reversePath: 'news@example.org',
  forwardPath: `r${position}@example.net`,
  message: Buffer.from(`Subject: ${position}\r\n\r\nHello\r\n`),
  ...more,
});

/** Runs an engine and remembers its effects in words: `> octets written`, `? position`, `= position kind`, `over`. */
export class Run {
  readonly engine: TransactionEngine;
  readonly outcomes = new Map<number, SendOutcome>();
  written = '';
  over = '';
  #words: string[] = [];

  constructor(server: Partial<Capabilities> = {}, options: BeginOptions = {}) {
    this.engine = new TransactionEngine(
      { ...noCapabilities, ...server },
      { pipelining: new Pipelining('taken'), ...options },
    );
  }

  take(effects: readonly EngineEffect[]): this {
    for (const effect of effects) {
      if (effect.kind === 'write') {
        const text = Buffer.concat(effect.chunks).toString();
        this.written += text;
        this.#words.push(`> ${text}`);
      } else if (effect.kind === 'needs-intent') this.#words.push(`? ${effect.position}`);
      else if (effect.kind === 'settled') {
        expect(this.outcomes.has(effect.position)).toBe(false);
        this.outcomes.set(effect.position, effect.outcome);
        this.#words.push(`= ${effect.position} ${effect.outcome.kind}`);
      } else {
        this.over = effect.why;
        this.#words.push('over');
      }
    }
    return this;
  }

  offer(...transactions: MailTransaction[]): this {
    for (const transaction of transactions) this.take(this.engine.offer(transaction));
    return this;
  }
  hear(...lines: string[]): this {
    return this.take(this.engine.received(Buffer.from(lines.map(line => `${line}\r\n`).join(''))));
  }
  intend(position: number): this {
    return this.take(this.engine.intentDurable(position));
  }
  /** What happened since it was asked last. */
  get words(): string[] {
    return this.#words.splice(0);
  }
}

export const envelope = (position: number, parameters = '') =>
  `MAIL FROM:<news@example.org>${parameters}\r\nRCPT TO:<r${position}@example.net>\r\nDATA\r\n`;
export const data = (position: number) => `Subject: ${position}\r\n\r\nHello\r\n.\r\n`;
