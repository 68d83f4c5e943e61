import { setImmediate } from 'node:timers/promises';
/** A small world for the use cases: a clock that only moves when somebody waits, and a server that does as it is told. */

import type { Problem } from '../../src/problem.js';
import type { OutcomeKind, SendOutcome } from '../../src/smtp/outcome.js';
import type { Clock, Delivery, Session, Transport } from '../../src/workflow/ports.js';

export class PatientClock implements Clock {
  ms = Date.parse('2026-11-23T09:00:00Z');
  readonly waits: number[] = [];

  now(): Date {
    return new Date(this.ms);
  }
  monotonicMs(): number {
    return this.ms;
  }
  async sleep(ms: number): Promise<void> {
    if (ms <= 0) return;
    this.waits.push(ms);
    this.ms += ms;
  }
  nextTurn(): Promise<void> {
    return setImmediate();
  }
}

/** What the server does with one transaction. */
export type Act = OutcomeKind | (() => Promise<OutcomeKind> | OutcomeKind);

/** Never loses anything: remembers whom it accepted and in which session. */
export class PostOffice implements Transport {
  readonly accepted: { session: number; to: string; message: Uint8Array }[] = [];
  sessions = 0;
  /** Acts by address, in order; afterwards, and for others, `accepted`. */
  readonly script = new Map<string, Act[]>();
  /** Replaces code and text of a deferral. */
  reply: () => readonly [number, string] | undefined = () => undefined;
  /** Whether the message is handed over before that answer; refused at RCPT it is not. */
  handsOver: (kind: OutcomeKind) => boolean = () => true;
  /** Thrown by the next `openSession` calls, in order; undefined opens. */
  readonly refusals: (Problem | undefined)[] = [];

  /** Where outcomes are decided. */
  stage: SendOutcome['stage'] = 'end-of-data';

  async openSession(_giveUp?: AbortSignal): Promise<Session> {
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    this.sessions += 1;
    return new OfficeSession(this, this.sessions);
  }
}

class OfficeSession implements Session {
  readonly maxMessageBytes = undefined;
  readonly depth = 1;
  usable = true;

  constructor(
    private readonly office: PostOffice,
    private readonly number: number,
  ) {}

  async send(delivery: Delivery, beforeHandover: () => Promise<boolean>): Promise<SendOutcome> {
    const act = this.office.script.get(delivery.forwardPath)?.shift() ?? 'accepted';
    const kind = typeof act === 'function' ? await act() : act;
    if (kind === 'not-sent') {
      this.usable = false;
      return { ...outcome('not-sent', 421, 'closing'), stage: this.office.stage };
    }
    if (kind === 'sender-refused') return outcome(kind, 550, 'not you');
    if (this.office.handsOver(kind) && !(await beforeHandover())) {
      this.usable = false;
      return outcome('withdrawn', 0, '');
    }
    if (kind === 'accepted') {
      this.office.accepted.push({
        session: this.number,
        to: delivery.forwardPath,
        message: delivery.message,
      });
    }
    if (kind === 'uncertain') this.usable = false;
    const [code, text] = (kind === 'deferred' ? this.office.reply() : undefined) ?? [
      codes[kind] ?? 250,
      kind,
    ];
    return outcome(kind, code, text);
  }

  async quit(): Promise<void> {
    this.usable = false;
  }
  abort(): void {
    this.usable = false;
  }
}

const codes: Partial<Record<OutcomeKind, number>> = { deferred: 451, rejected: 550, uncertain: 0 };

function outcome(kind: OutcomeKind, replyCode: number, replyText: string): SendOutcome {
  return { kind, stage: 'end-of-data', replyCode, enhancedStatusCode: '', replyText };
}
