/** Sending with real parts, from the ledger to a socket, to servers with the habits of those people use. */
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSmtpTransport } from '../../src/smtp-client/transport.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { systemClock } from '../../src/system/clock.js';
import type { SendEvent, SendFinished } from '../../src/workflow/events.js';
import { type SendRequest, sendEmail } from '../../src/workflow/send-email.js';
import {
  type ScriptedServer,
  type ServerHabits,
  startScriptedServer,
} from '../smtp-client/scripted-server.js';
import * as habitsOf from '../smtp-client/server-habits.js';
import { copyOf, emailOf, recipientOf } from '../workflow/sent-email.js';

const { refusing, ...servers } = habitsOf;

let folder: string;
let store: Store;
let server: ScriptedServer;
let emails: number;
let events: SendEvent[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-servers-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  emails = 0;
  events = [];
});
afterEach(async () => {
  await server.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Options extends Partial<SendRequest> {
  readonly login?: boolean;
  readonly stop?: AbortSignal;
}

/** Sends to r0@example.com and so on; with the same `count` again it is another email. */
async function send(count: number, options: Options = {}): Promise<SendFinished> {
  emails += 1;
  const email = { ...emailOf(`em_${'a'.repeat(11)}${emails}`), emailNumber: emails };
  const people = Array.from({ length: count }, (_, position) => recipientOf(position));
  await store.ledger.openEmail(email, people);
  return resume(email, options);
}

async function resume(email: SendRequest['email'], options: Options = {}): Promise<SendFinished> {
  const { login = false, stop = new AbortController().signal, ...request } = options;
  // Each session listens.
  setMaxListeners(0, stop);
  const transport = createSmtpTransport(
    {
      host: '127.0.0.1',
      port: server.port,
      tls: 'none',
      timeouts: { trial: 200, mail: 20_000 },
      ...(login ? { user: 'anna', password: 'secret' } : {}),
    },
    { window: request.window ?? 1, notes: store.serverNotes },
  );
  return sendEmail(
    {
      email,
      copies: copyOf,
      reversePath: 'news@example.org',
      connections: 1,
      window: 1,
      retryForMs: 0,
      interleave: false,
      resumed: false,
      ...request,
    },
    {
      ledger: store.ledger,
      transport,
      clock: systemClock,
      jitter: () => 0,
      emit: event => events.push(event),
    },
    { drain: stop, abort: new AbortController().signal },
  );
}

const modes = [
  { connections: 1, window: 8 },
  { connections: 4, window: 1 },
  { connections: 10, window: 1 },
] as const;

describe.each(
  Object.entries(servers).filter((entry): entry is [string, ServerHabits] => typeof entry[1] === 'object'),
)('a server like %s', (_, habits) => {
  it('takes group mail to four in one session', async () => {
    server = await startScriptedServer(habits);
    expect((await send(4)).counts).toMatchObject({ accepted: 4, uncertain: 0 });
    expect([...server.copies().values()]).toEqual([1, 1, 1, 1]);
    expect(server.sessions).toHaveLength(1);
  });

  it.each(modes)('takes 99 of 100 once, and leaves nobody uncertain: %o', async mode => {
    server = await startScriptedServer(refusing(habits, 'r50@example.com'));
    const finished = await send(100, mode);
    expect(finished.counts).toMatchObject({ accepted: 99, rejected: 1, uncertain: 0, pending: 0 });
    expect(server.copies().size).toBe(99);
    expect(Math.max(...server.copies().values())).toBe(1);
  });
});

describe('a server that nobody knows, and a window that needs commands behind a message', () => {
  const unknown: ServerHabits = {
    greeting: 'mail.example.test ready',
    ehlo: ['mail.example.test', 'PIPELINING', 'CHUNKING'],
  };

  it.each([
    ['take', 0],
    ['silent', 0],
    ['503', 0],
    ['close', 1],
  ] as const)('is tried once and never again: %s', async (afterDot, uncertain) => {
    server = await startScriptedServer({ ...unknown, afterDot });
    const first = await send(60, { window: 8 });
    expect(first.counts).toMatchObject({ accepted: 60 - uncertain, uncertain, pending: 0 });
    const tried = server.triedBehindDot;
    expect(tried).toBeGreaterThan(0);
    const second = await send(60, { window: 8, connections: 4 });
    expect(second.counts).toMatchObject({ accepted: 60, uncertain: 0 });
    if (afterDot === 'take') expect(server.triedBehindDot).toBeGreaterThan(tried);
    else expect(server.triedBehindDot).toBe(tried);
    expect(Math.max(...server.copies().values())).toBe(2);
  });

  it('is never tried by a short list over a short way', async () => {
    server = await startScriptedServer({ ...unknown, afterDot: 'close' });
    expect((await send(60, { connections: 4 })).counts).toMatchObject({ accepted: 60, uncertain: 0 });
    expect(server.triedBehindDot).toBe(0);
  });
});

describe('a server with habits that are hard to live with', () => {
  it('admits one login at a time, and answers the others with 535', async () => {
    server = await startScriptedServer({
      ...servers.smtpServer,
      decide: ({ stage, open }) =>
        stage === 'auth' && open > 1 ? '535 5.7.8 Error: authentication failed' : undefined,
    });
    const finished = await send(60, { connections: 4, login: true });
    expect(finished.stopped).toBeUndefined();
    expect(finished.counts).toMatchObject({ accepted: 60 });
    expect(Math.max(...server.copies().values())).toBe(1);
  });

  it('says at DATA that there are too many sessions, and gets fewer', async () => {
    server = await startScriptedServer({
      ...servers.smtpServer,
      decide: ({ stage, open }) =>
        stage === 'data' && open > 3 ? '432 4.3.2 Concurrent connections limit exceeded.' : undefined,
    });
    const finished = await send(200, { connections: 5 });
    expect(finished.counts).toMatchObject({ accepted: 200 });
    expect(events.some(({ kind }) => kind === 'slowed-down')).toBe(false);
    expect(events.some(({ kind }) => kind === 'session-refused')).toBe(true);
  });

  it('ends each session at one recipient with 421', async () => {
    server = await startScriptedServer(
      refusing(servers.postfix, 'r0@example.com', '421 4.3.0 internal error'),
    );
    const finished = await send(9);
    expect(finished.counts).toMatchObject({ accepted: 8, deferred: 1, uncertain: 0 });
  });

  it('closes the connection at one recipient without a word', async () => {
    server = await startScriptedServer(refusing(servers.postfix, 'r4@example.com', 'close'));
    const finished = await send(30, { connections: 4 });
    expect(finished.counts).toMatchObject({ accepted: 29, deferred: 1, uncertain: 0 });
  });

  it('waits long before it refuses, and gets a new session then', async () => {
    let now = 0;
    server = await startScriptedServer({
      ...servers.courier,
      decide: ({ stage, address, refused }) => {
        if (stage !== 'rcpt' || !/^r[36]@/.test(address)) return undefined;
        // Courier doubles its wait with each refusal of a session.
        now += 8_000 * 2 ** refused;
        return '550 5.1.1 No such user';
      },
    });
    const transport = createSmtpTransport({ host: '127.0.0.1', port: server.port, tls: 'none' });
    const email = emailOf('em_aaaaaaaaaaaa');
    await store.ledger.openEmail(
      email,
      Array.from({ length: 9 }, (_, position) => recipientOf(position)),
    );
    const finished = await sendEmail(
      {
        email,
        copies: copyOf,
        reversePath: 'news@example.org',
        connections: 1,
        window: 1,
        retryForMs: 0,
        interleave: false,
        resumed: false,
      },
      {
        ledger: store.ledger,
        transport,
        clock: { ...systemClock, monotonicMs: () => now },
        jitter: () => 0,
        emit: () => undefined,
      },
      { drain: new AbortController().signal, abort: new AbortController().signal },
    );
    expect(finished.counts).toMatchObject({ accepted: 7, rejected: 2 });
    expect(server.sessions).toHaveLength(3);
  });

  it('does not answer a group at all, and is spoken to one command at a time', async () => {
    server = await startScriptedServer({
      greeting: 'mail.example.test ESMTP ready',
      ehlo: ['mail.example.test', 'PIPELINING'],
      decide: ({ stage, session }) => (session === 1 && stage === 'mail' ? 'silence' : undefined),
    });
    const transport = createSmtpTransport({
      host: '127.0.0.1',
      port: server.port,
      tls: 'none',
      timeouts: { group: 100 },
    });
    const email = emailOf('em_aaaaaaaaaaaa');
    await store.ledger.openEmail(email, [recipientOf(0), recipientOf(1)]);
    const finished = await sendEmail(
      {
        email,
        copies: copyOf,
        reversePath: '',
        connections: 1,
        window: 1,
        retryForMs: 0,
        interleave: false,
        resumed: false,
      },
      { ledger: store.ledger, transport, clock: systemClock, jitter: () => 0, emit: () => undefined },
      { drain: new AbortController().signal, abort: new AbortController().signal },
    );
    expect(finished.counts).toMatchObject({ accepted: 2 });
  });

  it('says that a message is too big with the code of a login, which is about the message', async () => {
    server = await startScriptedServer({
      ...servers.courier,
      decide: ({ stage }) => (stage === 'mail' ? '534 SIZE=Message too big.' : undefined),
    });
    const finished = await send(2);
    expect(finished.counts).toMatchObject({ rejected: 2 });
    expect(finished.stopped).toBeUndefined();
  });

  it('takes ten messages in a session when it is Exim', async () => {
    server = await startScriptedServer(servers.exim);
    expect((await send(35)).counts).toMatchObject({ accepted: 35 });
    expect(
      server.sessions.map(commands => commands.filter(command => command.startsWith('MAIL')).length),
    ).toEqual([10, 10, 10, 5]);
  });
});

describe('a run that is asked to stop', () => {
  it('does not wait for a server that is silent before a message is handed over', async () => {
    const stop = new AbortController();
    server = await startScriptedServer({
      ...servers.openSmtpd,
      decide: ({ stage, address }) => {
        if (stage !== 'rcpt' || address !== 'r3@example.com') return undefined;
        stop.abort('SIGTERM');
        return 'silence';
      },
    });
    const finished = await send(9, { stop: stop.signal });
    expect(finished).toMatchObject({ interruptedBy: 'SIGTERM' });
    expect(finished.counts).toMatchObject({ accepted: 3, pending: 6, uncertain: 0 });
  });
});
