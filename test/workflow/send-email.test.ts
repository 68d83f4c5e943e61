import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import type { SendEvent } from '../../src/workflow/events.js';
import type { RecipientRecord } from '../../src/workflow/ports.js';
import { type SendRequest, sendEmail } from '../../src/workflow/send-email.js';
import { SendRun } from './send-run.js';
import { copyOf, emailOf, recipientOf } from './sent-email.js';
import { type Act, PatientClock, PostOffice, refusal } from './world.js';

let folder: string;
let store: Store;
let office: PostOffice;
let clock: PatientClock;
let events: SendEvent[];
let drain: AbortController;

const email = emailOf('em_aaaaaaaaaaaa');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-send-'));
  store = await openStore(join(folder, 'mailtrack.db'));
  office = new PostOffice();
  clock = new PatientClock();
  events = [];
  drain = new AbortController();
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(count: number): Promise<void> {
  await store.ledger.openEmail(email, people(count));
}

function people(count: number): RecipientRecord[] {
  return Array.from({ length: count }, (_, position) => recipientOf(position));
}

function send(changes: Partial<SendRequest> = {}) {
  return sendEmail(
    {
      email,
      copies: copyOf,
      reversePath: 'a@example.com',
      connections: 4,
      window: 1,
      retryForMs: 900_000,
      interleave: false,
      resumed: false,
      ...changes,
    },
    { ledger: store.ledger, transport: office, clock, jitter: () => 0, emit: event => events.push(event) },
    { drain: drain.signal, abort: new AbortController().signal },
  );
}

const kinds = () => events.map(event => event.kind);
const acceptedOnce = () => office.accepted.map(({ to }) => to).sort();
const everybody = (count: number) =>
  Array.from({ length: count }, (_, index) => `r${index}@example.com`).sort();

describe('sendEmail', () => {
  it('sends everybody one copy over one session when there are few', async () => {
    await open(4);
    const finished = await send();
    expect(finished.counts).toMatchObject({ accepted: 4, pending: 0 });
    expect(office.sessions).toBe(1);
    expect(acceptedOnce()).toEqual(everybody(4));
    expect(kinds()).toContain('send-finished');
  });

  it('shares many among its sessions, each recipient once', async () => {
    await open(1_234);
    await send();
    expect(office.sessions).toBe(4);
    expect(acceptedOnce()).toEqual(everybody(1_234));
  });

  it('interleaves domains when asked to, beyond a batch too, and sends to each once', async () => {
    const all = people(2_400).map((recipient, index) => ({
      ...recipient,
      emailAddress: `r${index}@${index < 1_600 ? 'large' : 'small'}.example`,
    }));
    await store.ledger.openEmail(email, all);
    const finished = await send({ interleave: true, connections: 1 });
    expect(finished.counts).toMatchObject({ accepted: 2_400, pending: 0 });
    expect(new Set(acceptedOnce()).size).toBe(2_400);
    // Two of the large domain for one of the small, all the way.
    for (let at = 0; at < 2_400; at += 300) {
      const domains = office.accepted.slice(at, at + 300).map(({ to }) => to.replace(/.*@/, ''));
      expect(domains.filter(domain => domain === 'small.example')).toHaveLength(100);
    }
  });

  it('tries a deferred recipient again when the time has come, and logs both attempts', async () => {
    await open(2);
    office.script.set('r1@example.com', ['deferred']);
    const finished = await send();
    expect(finished.counts).toMatchObject({ accepted: 2, deferred: 0 });
    expect(kinds()).toContain('retry-scheduled');
    expect(Math.max(...clock.waits)).toBe(60_000);
    const log = await store.reader.readTransactions(email.emailId, 1);
    expect(log.map(({ state, replyCode }) => [state, replyCode])).toEqual([
      ['deferred', 451],
      ['accepted', 250],
    ]);
  });

  it('waits longer each time somebody is deferred again, also where nothing was handed over', async () => {
    await open(1);
    office.handsOver = kind => kind !== 'deferred';
    office.script.set('r0@example.com', ['deferred', 'deferred', 'deferred']);
    await send({ retryForMs: 3_600_000 });
    expect(clock.waits).toEqual([60_000, 300_000, 900_000]);
    const log = await store.reader.readTransactions(email.emailId, 0);
    expect(log.map(({ state }) => state)).toEqual(['deferred', 'deferred', 'deferred', 'accepted']);
  });

  it('makes no second attempt when there is no time for retries', async () => {
    await open(2);
    office.script.set('r0@example.com', ['deferred']);
    const finished = await send({ retryForMs: 0 });
    expect(finished.counts).toMatchObject({ accepted: 1, deferred: 1 });
  });

  it('never tries a rejected or an uncertain recipient again', async () => {
    await open(3);
    office.script.set('r0@example.com', ['rejected']);
    office.script.set('r1@example.com', ['uncertain']);
    expect((await send()).counts).toMatchObject({ accepted: 1, rejected: 1, uncertain: 1 });
    expect((await send({ resumed: true })).counts).toMatchObject({ accepted: 1, rejected: 1, uncertain: 1 });
    expect(acceptedOnce()).toEqual(['r2@example.com']);
  });

  it('replaces a session that is closed before the hand-over, and the recipient is as before', async () => {
    await open(3);
    office.script.set('r1@example.com', ['not-sent', 'not-sent']);
    const finished = await send({ retryForMs: 0 });
    expect(finished.counts).toMatchObject({ accepted: 3 });
    expect(office.sessions).toBe(3);
    expect(await store.reader.readTransactions(email.emailId, 1)).toHaveLength(1);
  });

  it('gives up a server that closes every session', async () => {
    await open(1);
    office.script.set(
      'r0@example.com',
      Array.from({ length: 50 }, () => 'not-sent' as const),
    );
    const finished = await send({ retryForMs: 0 });
    expect(finished.stopped).toMatchObject({ code: 'unfinished' });
    expect(finished.counts).toMatchObject({ pending: 1 });
  });

  it('stops when MAIL is refused and marks nobody rejected', async () => {
    await open(30);
    office.script.set('r2@example.com', [refusal('mail', 550, '5.7.1 not you')]);
    const finished = await send({ connections: 1 });
    expect(finished.stopped).toMatchObject({ code: 'sender-refused' });
    expect(finished.counts).toMatchObject({ accepted: 2, rejected: 0, pending: 28 });
  });

  it('ends at once when no session can ever be opened', async () => {
    await open(2);
    office.refusals.push(new Problem('server-unreachable', 'down'));
    const finished = await send();
    expect(finished.stopped).toMatchObject({ code: 'server-unreachable' });
    expect(finished.counts).toMatchObject({ pending: 2 });
    expect(clock.waits).toEqual([]);
  });

  it('waits for a server that was there before', async () => {
    await open(2);
    office.script.set('r1@example.com', ['not-sent']);
    office.refusals.push(
      undefined,
      new Problem('server-unreachable', 'down'),
      new Problem('server-unreachable', 'down'),
    );
    expect((await send()).counts).toMatchObject({ accepted: 2 });
  });

  it('does not try the login of a first session again', async () => {
    await open(2);
    office.refusals.push(new Problem('auth-refused', '535'));
    const finished = await send();
    expect(finished.stopped).toMatchObject({ code: 'auth-refused' });
    expect(finished.counts).toMatchObject({ pending: 2 });
    expect(clock.waits).toEqual([]);
  });

  it('gives up after five refusals of a login that passed before', async () => {
    await open(2);
    office.script.set('r1@example.com', ['not-sent']);
    office.refusals.push(undefined, ...Array.from({ length: 20 }, () => new Problem('auth-refused', '535')));
    const finished = await send();
    expect(finished.stopped).toMatchObject({ code: 'auth-refused' });
    expect(finished.counts).toMatchObject({ accepted: 1, pending: 1 });
    expect(office.refusals).toHaveLength(15);
  });

  it('holds everybody but stops after the limit, and goes on with the rest', async () => {
    await open(50);
    expect((await send({ limit: 7 })).counts).toMatchObject({ accepted: 7, pending: 43 });
    expect((await send({ resumed: true })).counts).toMatchObject({ accepted: 50 });
    expect(acceptedOnce()).toEqual(everybody(50));
  });

  it('finishes what is under way when it is interrupted, and begins nothing more', async () => {
    await open(40);
    office.script.set('r5@example.com', [
      () => {
        drain.abort('SIGINT');
        return 'accepted';
      },
    ]);
    const finished = await send({ connections: 1 });
    expect(finished).toMatchObject({
      interruptedBy: 'SIGINT',
      counts: { accepted: 6, pending: 34, sending: 0 },
    });
  });

  it('slows down when the server asks for it, and everybody is still sent to', async () => {
    await open(40);
    office.reply = () =>
      office.accepted.length === 5 ? [454, 'Throttling failure: Maximum sending rate exceeded'] : undefined;
    office.script.set('r5@example.com', ['deferred', 'deferred']);
    const finished = await send({ connections: 1 });
    expect(finished.counts).toMatchObject({ accepted: 40 });
    expect(events.filter(({ kind }) => kind === 'slowed-down')).toMatchObject([{ pauseMs: 1_000 }]);
    expect(clock.waits).toContain(1_000);
  });

  it('stops when many are refused alike', async () => {
    await open(100);
    for (let index = 0; index < 100; index += 2) office.script.set(`r${index}@example.com`, ['rejected']);
    const finished = await send({ connections: 1 });
    expect(finished.stopped).toMatchObject({
      code: 'unfinished',
      message: expect.stringContaining('10 recipients were refused alike'),
    });
    expect(finished.counts).toMatchObject({ rejected: 10, pending: 81 });
  });

  it('does not speak of a rest when the last of all was refused', async () => {
    await open(10);
    for (let index = 0; index < 10; index += 1) office.script.set(`r${index}@example.com`, ['rejected']);
    const finished = await send({ connections: 1 });
    expect(finished).toMatchObject({ stopped: undefined, counts: { rejected: 10, pending: 0 } });
  });

  it('keeps the rate over all sessions together', async () => {
    await open(40);
    const before = clock.ms;
    await send({ rate: { count: 10, perMs: 1_000 } });
    expect(clock.ms - before).toBeGreaterThanOrEqual(3_900);
  });

  it('takes what a dead run left sending as uncertain', async () => {
    await open(2);
    await store.ledger.recordIntent(email.emailId, 0, clock.now());
    const finished = await send({ resumed: true });
    expect(finished.counts).toMatchObject({ accepted: 1, uncertain: 1 });
    expect(acceptedOnce()).toEqual(['r1@example.com']);
  });

  it('leaves an email alone that another process is sending', async () => {
    await open(1);
    const lock = await store.ledger.lockEmail(email.emailId);
    await expect(send()).rejects.toMatchObject({
      code: 'email-locked',
      message: expect.stringContaining(String(process.pid)),
    });
    if ('release' in lock) await lock.release();
  });

  it('hands nothing over when the intent cannot be recorded', async () => {
    await open(3);
    const { recordIntent } = store.ledger;
    const ledger = {
      ...store.ledger,
      recordIntent: async (...args: Parameters<typeof recordIntent>) => {
        if (args[1] === 1) throw new Problem('database', 'the disk is full');
        return recordIntent(...args);
      },
    };
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
      { ledger, transport: office, clock, jitter: () => 0, emit: () => undefined },
      { drain: drain.signal, abort: new AbortController().signal },
    );
    expect(finished.stopped).toMatchObject({ code: 'database' });
    expect(finished.counts).toMatchObject({ accepted: 1, pending: 2 });
    expect(acceptedOnce()).toEqual(['r0@example.com']);
  });
});

describe('a long run', () => {
  it('retries those deferred after the first pass, however long that took', async () => {
    await open(3);
    office.script.set('r0@example.com', ['deferred']);
    // As a rate limit would.
    office.script.set('r1@example.com', [
      () => {
        clock.ms += 60 * 60_000;
        return 'accepted';
      },
    ]);
    const finished = await send({ retryForMs: 15 * 60_000 });
    expect(finished.counts).toMatchObject({ accepted: 3, deferred: 0 });
  });

  it('gives an outage in the end as much time as one in the beginning', async () => {
    await open(2);
    office.stage = 'mail';
    office.script.set('r0@example.com', [
      () => {
        clock.ms += 60 * 60_000;
        return 'accepted';
      },
    ]);
    office.script.set('r1@example.com', Array<Act>(8).fill('not-sent'));
    const finished = await send({ retryForMs: 15 * 60_000 });
    expect(finished.counts).toMatchObject({ accepted: 2 });
  });

  it('ends when the server says that its quota is spent, and when it only ever asks to slow down', async () => {
    for (const text of ['4.3.2 daily quota exceeded', '4.3.2 too many messages']) {
      const emailId = `em_${text.includes('daily') ? 'b' : 'c'}aaaaaaaaaaa`;
      await store.ledger.openEmail({ ...email, emailId, emailNumber: text.length }, people(200));
      office.reply = () => [454, text];
      for (let index = 0; index < 200; index += 1)
        office.script.set(`r${index}@example.com`, Array<Act>(500).fill('deferred'));
      const finished = await send({ email: { ...email, emailId }, retryForMs: 0 });
      expect(finished.stopped).toMatchObject({ code: 'unfinished' });
      expect(finished.stopped?.message).toContain('is not accepting more mail right now');
    }
  });
});

describe('connections that break before the server answers', () => {
  it('end a run in which more become uncertain than one break of all of them explains', async () => {
    await open(200);
    for (let index = 0; index < 200; index += 2) office.script.set(`r${index}@example.com`, ['uncertain']);
    const finished = await send({ connections: 4, window: 1 });
    expect(finished.stopped).toMatchObject({ code: 'unfinished' });
    expect(finished.stopped?.message).toContain('10 recipients are uncertain');
    expect(finished.counts.uncertain).toBeLessThan(20);
    expect(finished.counts.pending).toBeGreaterThan(150);
  });

  it('do not end a run when all break at once', async () => {
    await open(200);
    for (let index = 40; index < 52; index += 1) office.script.set(`r${index}@example.com`, ['uncertain']);
    const finished = await send({ connections: 4, window: 3 });
    expect(finished.counts).toMatchObject({ accepted: 188, uncertain: 12 });
  });

  it('are failures, and let the next one wait', async () => {
    await open(3);
    office.script.set('r0@example.com', ['uncertain']);
    const finished = await send();
    expect(finished.counts).toMatchObject({ accepted: 2, uncertain: 1 });
    expect(kinds()).toContain('session-lost');
    expect(clock.waits).not.toEqual([]);
  });
});

describe('a session that is closed at MAIL', () => {
  it('has taken what it takes, when it took anything', async () => {
    await open(3);
    office.script.set('r1@example.com', ['not-sent']);
    office.stage = 'mail';
    const finished = await send();
    expect(finished.counts.accepted).toBe(3);
    expect([office.sessions, clock.waits, kinds().includes('session-lost')]).toEqual([2, [], false]);
  });

  it('has failed when it took nothing', async () => {
    await open(3);
    office.script.set('r0@example.com', ['not-sent']);
    office.stage = 'mail';
    await send();
    expect(kinds()).toContain('session-lost');
    expect(clock.waits).not.toEqual([]);
  });
});

describe('an interrupt', () => {
  it('ends a run that is still waiting for the server to open a session', async () => {
    await open(3);
    office.openSession = giveUp =>
      new Promise((_, reject) => {
        giveUp?.addEventListener('abort', () => reject(new Problem('server-unreachable', 'given up')));
        setImmediate(() => drain.abort('SIGINT'));
      });
    const finished = await send();
    expect(finished).toMatchObject({ stopped: undefined, counts: { pending: 3 } });
  });
});

describe('a limit', () => {
  it('counts recipients, whose retries are part of the run', async () => {
    await open(6);
    office.script.set('r0@example.com', ['deferred']);
    office.script.set('r2@example.com', ['deferred', 'deferred']);
    const finished = await send({ limit: 3, retryForMs: 60 * 60_000 });
    expect(finished.counts).toMatchObject({ accepted: 3, pending: 3, deferred: 0 });
  });
});

describe('a server that admits fewer sessions than asked for', () => {
  it('gets everything through those it admits', async () => {
    await open(40);
    const openSession = office.openSession.bind(office);
    let inside = 0;
    office.openSession = async () => {
      const isAdmitted = inside < 1;
      if (isAdmitted) inside += 1;
      // A login takes longer than a refusal.
      for (let turn = isAdmitted ? 10 : 1; turn > 0; turn -= 1) await new Promise(setImmediate);
      if (!isAdmitted) throw new Problem('server-unreachable', '421 4.7.0 too many connections');
      const session = await openSession();
      const quit = session.quit.bind(session);
      session.quit = async () => {
        inside -= 1;
        await quit();
      };
      return session;
    };
    // The clock only moves when somebody waits, and those left outside do nothing else.
    const finished = await send({ connections: 4, retryForMs: 1_000 * 60 * 60_000 });
    expect(finished.counts.accepted).toBe(40);
  });
});

describe('a fault in one of the loops', () => {
  it('ends the others before the lock is given back', async () => {
    await open(40);
    const broken: typeof copyOf = {
      ...copyOf,
      make: async recipient => {
        if (recipient.emailAddress === 'r3@example.com') throw new Error('no such copy');
        return copyOf.make(recipient);
      },
    };
    const finished = await send({ copies: broken, connections: 4 });
    expect(finished.stopped?.message).toContain('no such copy');
    const { accepted, pending } = finished.counts;
    expect([accepted + pending, office.accepted.length]).toEqual([40, accepted]);
  });
});

describe('who is uncertain', () => {
  it('is decided about only after being shown', async () => {
    await open(2);
    await store.ledger.recordIntent(email.emailId, 0, clock.now());
    await send({ resumed: true, uncertain: 'resend' });
    expect((await store.ledger.countStates(email.emailId)).uncertain).toBe(1);
    expect(events.find(event => event.kind === 'send-resumed')).toMatchObject({
      uncertain: ['r0@example.com'],
    });
    await send({ resumed: true, uncertain: 'resend' });
    expect((await store.ledger.countStates(email.emailId)).accepted).toBe(2);
  });
});

it('leaves out who asked not to be mailed since the email was begun', async () => {
  await open(3);
  const ledger = { ...store.ledger, findSuppressedRecipients: async () => [1] };
  const finished = await sendEmail(
    {
      email,
      copies: copyOf,
      reversePath: '',
      connections: 1,
      window: 1,
      retryForMs: 0,
      interleave: false,
      resumed: true,
    },
    { ledger, transport: office, clock, jitter: () => 0, emit: () => undefined },
    { drain: drain.signal, abort: new AbortController().signal },
  );
  expect(finished.counts).toMatchObject({ accepted: 2, skipped: 1 });
  expect(acceptedOnce()).toEqual(['r0@example.com', 'r2@example.com']);
});

it('gives each transaction the reverse-path of its recipient, where each has one', async () => {
  const run = await SendRun.open(
    [71, 72].map((number, at) => ({ ...recipientOf(at), recipientNumber: number })),
  );
  const paths: (readonly [string, string])[] = [];
  const open = run.office.openSession.bind(run.office);
  run.office.openSession = async (...args) => {
    const session = await open(...args);
    const send = session.send.bind(session);
    return Object.assign(session, {
      send: (...[delivery, beforeHandover]: Parameters<typeof send>) => {
        paths.push([delivery.reversePath, delivery.forwardPath]);
        return send(delivery, beforeHandover);
      },
    });
  };
  await run.send({ ownReversePath: number => `b+${number}@example.org` });
  expect(paths).toEqual([
    ['b+71@example.org', 'r0@example.com'],
    ['b+72@example.org', 'r1@example.com'],
  ]);
  await run.close();
});
