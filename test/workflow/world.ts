import { setImmediate } from 'node:timers/promises';
/** A small world for the use cases: a clock that only moves when somebody waits, and a server that does as it is told. */

import { Problem } from '../../src/problem.js';
import { joined } from '../../src/smtp/octets.js';
import type { OutcomeKind, SendOutcome } from '../../src/smtp/outcome.js';
import type { Clock, Delivery, Session, Transport } from '../../src/workflow/ports.js';

/** Began to count when the machine did, which is not when the wall clock did. */
const bootMs = Date.parse('2026-11-21T23:58:57.250Z');

export class PatientClock implements Clock {
  ms = Date.parse('2026-11-23T09:00:00Z');
  readonly waits: number[] = [];
  /** Called behind each wait, before whoever waited goes on. */
  afterWait: (ms: number) => Promise<void> | void = () => undefined;
  /** Called in each wait, before any time has passed. */
  duringWait: (ms: number) => Promise<void> | void = () => undefined;

  now(): Date {
    return new Date(this.ms);
  }
  monotonicMs(): number {
    return this.ms - bootMs;
  }
  async sleep(ms: number, giveUp?: AbortSignal): Promise<void> {
    if (ms <= 0) return;
    this.waits.push(ms);
    await this.duringWait(ms);
    // Whoever gives up goes on at once: no time has passed.
    if (giveUp?.aborted) return setImmediate();
    // In whole milliseconds, as timers do.
    this.ms += Math.ceil(ms);
    await this.afterWait(ms);
  }
  nextTurn(): Promise<void> {
    return setImmediate();
  }
}

/**
 * What the server does with one transaction; a whole outcome stands for one at RCPT, before the message is handed over. `hangs` says
 * nothing any more, and ends when the session is aborted.
 */
export type Act =
  | OutcomeKind
  | SendOutcome
  | 'hangs'
  | 'hangs-behind-message'
  | (() => Promise<OutcomeKind | SendOutcome> | OutcomeKind | SendOutcome);

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

  /** Sessions it admits at a time; the others are refused as if the password were wrong. */
  mostSessions = Number.POSITIVE_INFINITY;
  /** Sessions begin with a login. */
  logsIn = false;
  /** How many transactions each session is worth having under way. */
  depth = 1;
  /** What each call of `openSession` said about how many messages to expect. */
  readonly expected: (number | undefined)[] = [];
  /** How each session ended, in order: `1 quit`, `2 abort`. */
  readonly ends: string[] = [];
  /** Every transaction, whatever it came to, and how many others its session had under way when it began. */
  readonly transactions: { session: number; delivery: Delivery; others: number }[] = [];
  readonly #open = new Set<OfficeSession>();

  async openSession(_giveUp?: AbortSignal, messages?: number): Promise<Session> {
    this.expected.push(messages);
    const refusal = this.refusals.shift();
    if (refusal !== undefined) throw refusal;
    if ([...this.#open].filter(({ usable }) => usable).length >= this.mostSessions)
      throw new Problem('auth-refused', '535 5.7.8 too many logins');
    this.sessions += 1;
    const session = new OfficeSession(this, this.sessions);
    this.#open.add(session);
    return session;
  }
}

class OfficeSession implements Session {
  readonly maxMessageBytes = undefined;
  holdsMessage = false;
  usable = true;
  #underway = 0;
  #aborted: () => void = () => undefined;

  constructor(
    private readonly office: PostOffice,
    private readonly number: number,
  ) {}

  get depth(): number {
    return this.office.depth;
  }

  async send(delivery: Delivery, beforeHandover: () => Promise<boolean>): Promise<SendOutcome> {
    this.office.transactions.push({ session: this.number, delivery, others: this.#underway });
    this.#underway += 1;
    try {
      return await this.#act(delivery, beforeHandover);
    } finally {
      this.#underway -= 1;
    }
  }

  async #act(delivery: Delivery, beforeHandover: () => Promise<boolean>): Promise<SendOutcome> {
    const scripted = this.office.script.get(delivery.forwardPath)?.shift() ?? 'accepted';
    if (scripted === 'hangs' || scripted === 'hangs-behind-message') {
      const holds = scripted === 'hangs-behind-message' && (await beforeHandover());
      this.holdsMessage = holds;
      await new Promise<void>(resolve => {
        this.#aborted = resolve;
      });
      return refusal(
        holds ? 'end-of-data' : 'rcpt',
        0,
        'the connection was closed',
        holds ? 'uncertain' : 'not-sent',
      );
    }
    const act = typeof scripted === 'function' ? await scripted() : scripted;
    if (typeof act === 'object') {
      const isAtEnd = act.stage === 'end-of-data';
      if (act.kind === 'not-sent' || act.replyCode === 421) this.usable = false;
      if (isAtEnd && this.office.handsOver(act.kind) && !(await beforeHandover())) return this.#withdrawn();
      return act;
    }
    return this.#decided(act, delivery, beforeHandover);
  }

  async #decided(
    kind: OutcomeKind,
    delivery: Delivery,
    beforeHandover: () => Promise<boolean>,
  ): Promise<SendOutcome> {
    if (kind === 'not-sent') {
      this.usable = false;
      return { ...outcome('not-sent', 421, 'closing'), stage: this.office.stage };
    }
    if (kind === 'sender-refused') return outcome(kind, 550, 'not you');
    if (this.office.handsOver(kind) && !(await beforeHandover())) return this.#withdrawn();
    if (kind === 'accepted') {
      this.office.accepted.push({
        session: this.number,
        to: delivery.forwardPath,
        message: joined(delivery.message),
      });
    }
    if (kind === 'uncertain') this.usable = false;
    const [code, text] = (kind === 'deferred' ? this.office.reply() : undefined) ?? [
      codes[kind] ?? 250,
      kind,
    ];
    return outcome(kind, code, text);
  }

  #withdrawn(): SendOutcome {
    this.usable = false;
    return outcome('withdrawn', 0, '');
  }

  async quit(): Promise<void> {
    this.office.ends.push(`${this.number} quit`);
    this.usable = false;
  }
  abort(): void {
    this.office.ends.push(`${this.number} abort`);
    this.usable = false;
    this.#aborted();
  }
}

const codes: Partial<Record<OutcomeKind, number>> = { deferred: 451, rejected: 550, uncertain: 0 };

function outcome(kind: OutcomeKind, replyCode: number, replyText: string): SendOutcome {
  return { kind, stage: 'end-of-data', replyCode, enhancedStatusCode: '', replyText };
}

/** A refusal in words about the sender, or, with 421, the end of the session. */
export function refusal(
  stage: SendOutcome['stage'],
  replyCode: number,
  replyText: string,
  kind: OutcomeKind = replyCode === 421 ? 'not-sent' : 'sender-refused',
): SendOutcome {
  const [enhancedStatusCode = ''] = /^[245]\.\d+\.\d+/.exec(replyText) ?? [];
  return { kind, stage, replyCode, enhancedStatusCode, replyText };
}
