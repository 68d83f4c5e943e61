/** One email in a database of its own, and a world to send it in. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore, type Store } from '../../src/store/open-store.js';
import type { SendEvent } from '../../src/workflow/events.js';
import type { Clock, Ledger, RecipientRecord } from '../../src/workflow/ports.js';
import { type SendRequest, sendEmail } from '../../src/workflow/send-email.js';
import { copyOf, emailOf, recipientOf } from './sent-email.js';
import { type Act, PatientClock, PostOffice } from './world.js';

export class SendRun {
  readonly office = new PostOffice();
  readonly clock = new PatientClock();
  readonly events: SendEvent[] = [];
  readonly drain = new AbortController();
  readonly abort = new AbortController();
  readonly email = emailOf('em_aaaaaaaaaaaa');
  /** Of 0 to 1, for retries. */
  jitter = 0;

  private constructor(
    readonly store: Store,
    private readonly folder: string,
  ) {}

  /** @param recipients so many, `r0@example.com` and on; or these. */
  static async open(recipients: number | readonly RecipientRecord[]): Promise<SendRun> {
    const folder = mkdtempSync(join(tmpdir(), 'mailtrack-run-'));
    const run = new SendRun(await openStore(join(folder, 'mailtrack.db')), folder);
    const people =
      typeof recipients === 'number'
        ? Array.from({ length: recipients }, (_, position) => recipientOf(position))
        : recipients;
    await run.store.ledger.openEmail(run.email, people);
    return run;
  }

  /** What the server does with `r<position>@example.com`, in order. */
  at(position: number, ...acts: Act[]): this {
    this.office.script.set(`r${position}@example.com`, acts);
    return this;
  }

  /** @param ports in place of the run's own; by default over one session, without retries. */
  send(changes: Partial<SendRequest> = {}, ports: { ledger?: Partial<Ledger>; clock?: Clock } = {}) {
    return sendEmail(
      {
        email: this.email,
        copies: copyOf,
        reversePath: 'news@example.org',
        connections: 1,
        window: 1,
        retryForMs: 0,
        interleave: false,
        resumed: false,
        ...changes,
      },
      {
        ledger: { ...this.store.ledger, ...ports.ledger },
        transport: this.office,
        clock: ports.clock ?? this.clock,
        jitter: () => this.jitter,
        emit: event => this.events.push(event),
      },
      { drain: this.drain.signal, abort: this.abort.signal },
    );
  }

  /** Of one kind, in order. */
  eventsOf<Kind extends SendEvent['kind']>(kind: Kind): Extract<SendEvent, { kind: Kind }>[] {
    return this.events.filter(event => event.kind === kind) as Extract<SendEvent, { kind: Kind }>[];
  }

  /** Positions in the order of their transactions, those begun again too. */
  get order(): number[] {
    return this.office.transactions.map(({ delivery }) => delivery.position);
  }

  async close(): Promise<void> {
    await this.store.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
