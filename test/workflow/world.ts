import { setImmediate } from 'node:timers/promises';
/** A small world for the use cases: a clock that only moves when somebody waits, and a server that does as it is told. */

import { Problem } from '../../src/problem.js';
import { joined } from '../../src/smtp/octets.js';
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

/** What the server does with one transaction; a whole outcome stands for one at RCPT, before the message is handed over. */
export type Act = OutcomeKind | SendOutcome | (() => Promise<OutcomeKind> | OutcomeKind);

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
  readonly #open = new Set<OfficeSession>();

  async openSession(_giveUp?: AbortSignal): Promise<Session> {
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
  readonly depth = 1;
  readonly holdsMessage = false;
  usable = true;

  constructor(
    private readonly office: PostOffice,
    private readonly number: number,
  ) {}

  async send(delivery: Delivery, beforeHandover: () => Promise<boolean>): Promise<SendOutcome> {
    const act = this.office.script.get(delivery.forwardPath)?.shift() ?? 'accepted';
    if (typeof act === 'object') {
      if (act.kind === 'not-sent') this.usable = false;
      return act;
    }
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
