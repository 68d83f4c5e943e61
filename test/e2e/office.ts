/**
 * Plans and sends with real parts (files, database, connections) to a server that writes down what it gets, in this
 * process: a thousand emails in the time the command starts twenty times. Counts what may never happen.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { domainToASCII } from 'node:url';
import { inspectHeader } from '../../src/message/inspect-header.js';
import { Problem, Problems } from '../../src/problem.js';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { type Sandbox, type SandboxMessage, startSandbox } from '../../src/smtp-client/sandbox.js';
import { createSmtpTransport } from '../../src/smtp-client/transport.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { systemClock } from '../../src/system/clock.js';
import { systemFiles } from '../../src/system/files.js';
import { systemRandom } from '../../src/system/random.js';
import { planEmail } from '../../src/workflow/plan-email.js';
import type { Session } from '../../src/workflow/ports.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { sendEmail } from '../../src/workflow/send-email.js';
import { testRing } from '../tracking/keys.js';
import { draftWith } from '../workflow/draft.js';

export type Sent =
  | { readonly refused: readonly Problem[] }
  | { readonly received: readonly SandboxMessage[] };

/** What may never happen, and how often it did. */
export interface Tally {
  cases: number;
  /** Transactions with another forward-path than the ones that were named, or more than one of them. */
  misdirected: number;
  /** Header fields in a received message that are not ours, or ours twice. */
  strangeFields: number;
  /** Errors that are no Problem, exit code 70, stack traces. */
  crashes: number;
  /** Messages although something was refused. */
  sentAnyway: number;
}

export const nothingHappened: Omit<Tally, 'cases'> = {
  misdirected: 0,
  strangeFields: 0,
  crashes: 0,
  sentAnyway: 0,
};

/** Fields of every message, each once. RFC 5322 §3.6, RFC 2045 §4 */
const own = ['content-type', 'date', 'from', 'message-id', 'mime-version', 'subject'];
/** Those of some. */
const sometimes = [
  'to',
  'cc',
  'reply-to',
  'content-transfer-encoding',
  'in-reply-to',
  'references',
  'x-copy-id',
];

export class Office {
  readonly folder = mkdtempSync(join(tmpdir(), 'mailtrack-office-'));
  readonly tally: Tally = { cases: 0, ...nothingHappened };
  readonly #received: SandboxMessage[] = [];
  #sandbox: Sandbox | undefined;
  #store: Store | undefined;
  #session: Session | undefined;

  async open(): Promise<void> {
    this.#sandbox = await startSandbox({ port: 0, onMessage: message => this.#received.push(message) });
    this.#store = await openStore(join(this.folder, 'mailtrack.db'));
  }

  async close(): Promise<void> {
    await this.#session?.quit();
    await this.#store?.close();
    await this.#sandbox?.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get port(): number {
    return this.#sandbox?.port ?? 0;
  }

  /** What came since it was last taken. */
  take(): readonly SandboxMessage[] {
    // The server decodes A-labels before it tells.
    return this.#received
      .splice(0)
      .map(message => ({ ...message, recipients: message.recipients.map(withAsciiDomain) }));
  }

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.folder, name);
    writeFileSync(path, content);
    return path;
  }

  /**
   * One case: the email is planned and sent, or refused.
   * @param reached forward-paths that are meant.
   * @param fields of the user's own, in lower case.
   */
  async send(
    changes: Partial<EmailDraft>,
    reached: readonly string[],
    fields: readonly string[] = [],
  ): Promise<Sent> {
    this.tally.cases += 1;
    const sent = await this.#attempt({ ...this.#draft(), ...changes });
    const received = this.take();
    if ('refused' in sent) this.tally.sentAnyway += received.length;
    this.count(received, reached, fields);
    return 'refused' in sent ? sent : { received };
  }

  count(received: readonly SandboxMessage[], reached: readonly string[], fields: readonly string[]): void {
    for (const { recipients, bytes } of received) {
      const [forwardPath = '', ...others] = recipients;
      if (others.length > 0 || !reached.includes(forwardPath)) this.tally.misdirected += 1;
      this.tally.strangeFields += strangeFields(bytes, fields).length;
    }
  }

  async #attempt(draft: EmailDraft): Promise<Sent> {
    try {
      const planned = await planEmail(draft, {
        files: systemFiles,
        clock: systemClock,
        random: systemRandom,
        addressBook: createAddressBook([], new Map()),
        findSuppressed: async () => new Set(),
      });
      const ledger = (this.#store as Store).ledger;
      await ledger.openEmail(planned.email, planned.recipients());
      await sendEmail(
        {
          email: planned.email,
          copies: planned.copies('pixel', testRing),
          reversePath: planned.composition.reversePath,
          connections: 1,
          window: 1,
          retryForMs: 0,
          interleave: false,
          resumed: false,
        },
        {
          ledger,
          transport: { openSession: () => this.#openSession() },
          clock: systemClock,
          jitter: () => 0,
          emit: () => undefined,
        },
        { drain: new AbortController().signal, abort: new AbortController().signal },
      );
      return { received: [] };
    } catch (error) {
      if (error instanceof Problems) return { refused: error.problems };
      if (error instanceof Problem) return { refused: [error] };
      this.tally.crashes += 1;
      return { refused: [new Problem('bug', String(error), { cause: error })] };
    }
  }

  /** One for all cases: the server waits a while before it greets, and what is left of one case is met by the next. */
  async #openSession(): Promise<Session> {
    const server = { host: '127.0.0.1', port: this.port, tls: 'none' } as const;
    if (this.#session?.usable !== true) this.#session = await createSmtpTransport(server).openSession();
    const session = this.#session;
    return {
      holdsMessage: false,
      depth: session.depth,
      maxMessageBytes: session.maxMessageBytes,
      get usable() {
        return session.usable;
      },
      send: (delivery, beforeHandover) => session.send(delivery, beforeHandover),
      quit: async () => undefined,
      abort: () => session.abort(),
    };
  }

  #draft(): EmailDraft {
    return draftWith({
      templatePath: join(this.folder, 'msg.txt'),
      folder: this.folder,
      from: 'news@y.example',
      named: { to: ['anna@x.example'], cc: [], bcc: [], each: [] },
      maxVisible: 10_000,
    });
  }
}

function withAsciiDomain(address: string): string {
  return address.replace(/[^@]+$/, domainToASCII);
}

/** Only the header is looked at: what stands in a body is text. */
export function strangeFields(message: Buffer, fields: readonly string[]): readonly string[] {
  const left = inspectHeader(message).map(({ name }) => name.toLowerCase());
  const missing: string[] = [];
  const takeOut = (name: string, isNeeded: boolean) => {
    const at = left.indexOf(name);
    if (at !== -1) left.splice(at, 1);
    else if (isNeeded) missing.push(`no ${name}`);
  };
  for (const name of [...own, ...fields]) takeOut(name, true);
  for (const name of sometimes) takeOut(name, false);
  return [...left, ...missing];
}
