import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import type { RecipientState } from '../../src/recipients/recipient.js';
import type { UncertainDecision } from '../../src/workflow/send-email.js';
import { SendRun } from './send-run.js';
import { recipientOf } from './sent-email.js';
import { type Act, refusal } from './world.js';

let run: SendRun;
afterEach(() => run.close());

const minutes = 60_000;
const later = refusal('rcpt', 451, '4.3.0 later', 'deferred');

describe('the time for retries', () => {
  it('ends: who is deferred then stays so', async () => {
    run = await SendRun.open(1).then(opened => opened.at(0, ...Array<Act>(50).fill(later)));
    const finished = await run.send({ retryForMs: 15 * minutes });
    // After 1 and 5 minutes; the third would come 15 minutes later, behind the end.
    expect(run.clock.waits).toEqual([1 * minutes, 5 * minutes]);
    expect(run.order).toEqual([0, 0, 0]);
    expect(finished).toMatchObject({ stopped: undefined, counts: { deferred: 1 } });
  });

  it.each([
    [6 * minutes, 3],
    [6 * minutes - 1, 2],
  ])(
    'of %i ms is enough for %i attempts: a retry at its very end still counts',
    async (retryForMs, attempts) => {
      run = await SendRun.open(1).then(opened => opened.at(0, ...Array<Act>(50).fill(later)));
      await run.send({ retryForMs });
      expect(run.order).toHaveLength(attempts);
    },
  );

  it('begins at the end of the first pass, and not again at each retry', async () => {
    run = await SendRun.open(2).then(opened => opened.at(0, ...Array<Act>(50).fill(later)));
    run.at(1, () => {
      run.clock.ms += 20 * minutes;
      return 'accepted';
    });
    await run.send({ retryForMs: 5 * minutes });
    // Due long ago when the first pass ended; then 5 minutes later.
    expect(run.order).toEqual([0, 1, 0, 0]);
  });

  it('is told with how many are deferred and when the first of them falls due, a little later by chance', async () => {
    run = await SendRun.open(3).then(opened => opened.at(0, later).at(2, later));
    run.jitter = 0.25;
    const startedMs = run.clock.ms;
    await run.send({ retryForMs: 15 * minutes });
    expect(run.eventsOf('retry-scheduled')).toEqual([
      { kind: 'retry-scheduled', deferred: 2, at: new Date(startedMs + minutes + 250) },
    ]);
    expect(run.clock.waits).toEqual([minutes + 250]);
  });

  it('comes when the first of several falls due, wherever in the list that one is', async () => {
    const before = [2, 0, 1].map((attempts, at) => ({ ...recipientOf(at), attempts }));
    run = await SendRun.open(before).then(opened => opened.at(0, later).at(1, later).at(2, later));
    await run.send({ retryForMs: 15 * minutes });
    // Their third, first and second refusal: due after 15, 1 and 5 minutes.
    expect(run.clock.waits).toEqual([1 * minutes, 4 * minutes, 10 * minutes]);
    // The first pass begins with the one who was not refused before.
    expect(run.order).toEqual([1, 0, 2, 1, 2, 0]);
  });

  it('visits only those who are due', async () => {
    run = await SendRun.open(3).then(opened => opened.at(0, later, later));
    run.at(1, () => {
      run.clock.ms += 30_000;
      return 'accepted';
    });
    run.at(2, later, later);
    await run.send({ retryForMs: 60 * minutes });
    // The last one falls due half a minute behind the first, each time.
    expect(run.order).toEqual([0, 1, 2, 0, 2, 0, 2]);
  });

  it('sends nothing more when the run is interrupted while it waits', async () => {
    run = await SendRun.open(1).then(opened => opened.at(0, later));
    run.clock.afterWait = () => run.drain.abort('SIGINT');
    const finished = await run.send({ retryForMs: 15 * minutes });
    expect(run.order).toEqual([0]);
    expect(finished).toMatchObject({ interruptedBy: 'SIGINT', counts: { deferred: 1 } });
  });

  it('is of the recipients that the limit let in, and of no other', async () => {
    run = await SendRun.open(4).then(opened => opened.at(2, later).at(0, later));
    await run.send({ limit: 3 });
    run.clock.ms += 60 * minutes;
    await run.send({ resumed: true, limit: 1, retryForMs: 90 * minutes });
    expect(run.order).toEqual([0, 1, 2, 0]);
  });
});

describe('sessions', () => {
  it.each([
    [1, 1],
    [10, 1],
    [11, 2],
    [40, 4],
    [41, 4],
  ])('for %i recipients are %i, of four that may be opened', async (recipients, sessions) => {
    run = await SendRun.open(recipients);
    await run.send({ connections: 4 });
    expect(run.office.sessions).toBe(sessions);
    expect(run.office.expected[0]).toBe(Math.ceil(recipients / sessions));
  });

  it('are counted by those who are due, with the deferred and without the settled', async () => {
    run = await SendRun.open(25);
    for (let position = 0; position < 6; position += 1) run.at(position, later);
    await run.send({ limit: 20 });
    const opened = run.office.sessions;
    // 6 deferred and 5 pending.
    await run.send({ resumed: true, connections: 4 });
    expect(run.office.sessions - opened).toBe(2);
  });

  it('are none when nobody is due', async () => {
    run = await SendRun.open(2);
    await run.send();
    await run.send({ resumed: true });
    expect(run.office.sessions).toBe(1);
  });
});

/** In the states of the names, in their order. */
async function opened(...acts: Act[]): Promise<SendRun> {
  const run = await SendRun.open(acts.length);
  for (const [position, act] of acts.entries()) run.at(position, act);
  await run.send({ retryForMs: 0 });
  run.events.length = 0;
  return run;
}

const states = async (): Promise<RecipientState[]> => {
  const found: RecipientState[] = [];
  for await (const batch of run.store.ledger.readRecipients(run.email.emailId))
    found.push(...batch.map(({ state }) => state));
  return found;
};

describe('who is uncertain', () => {
  it.each<[UncertainDecision | undefined, RecipientState, number]>([
    [undefined, 'uncertain', 0],
    ['resend', 'accepted', 1],
    ['accepted', 'accepted', 0],
    ['skip', 'skipped', 0],
  ])('and decided about with %s becomes %s, and gets %i more copies', async (uncertain, state, copies) => {
    run = await opened('accepted', 'uncertain', refusal('rcpt', 550, '5.1.1 nobody', 'rejected'));
    const before = run.order.length;
    await run.send({ resumed: true, uncertain });
    expect(await states()).toEqual(['accepted', state, 'rejected']);
    expect(run.order.slice(before)).toEqual(Array<number>(copies).fill(1));
  });

  it('is named when the email is resumed, the first twenty of them', async () => {
    run = await SendRun.open(30);
    for (let position = 3; position < 28; position += 1)
      await run.store.ledger.recordIntent(run.email.emailId, position, run.clock.now());
    await run.send({ resumed: true });
    const [resumed] = run.eventsOf('send-resumed');
    expect(resumed).toMatchObject({
      emailId: 'em_aaaaaaaaaaaa',
      subject: 'S',
      counts: { pending: 5, uncertain: 25, accepted: 0 },
    });
    expect(resumed?.uncertain).toEqual(Array.from({ length: 20 }, (_, at) => `r${at + 3}@example.com`));
  });
});

it('says that it resumes only when it does', async () => {
  run = await SendRun.open(1);
  await run.send();
  expect(run.eventsOf('send-resumed')).toEqual([]);
});

describe('who must not be mailed any more', () => {
  it('is left out when deferred, too', async () => {
    run = await SendRun.open(3);
    run.at(1, later);
    await run.send();
    const findSuppressedRecipients = async () => [1, 2];
    await run.send({ resumed: true }, { ledger: { findSuppressedRecipients } });
    // Who was accepted stays so.
    expect(await states()).toEqual(['accepted', 'skipped', 'accepted']);
    expect(run.order).toEqual([0, 1, 2]);
  });
});

describe('the end of a run', () => {
  it('is told with every count, the seconds it took, and by what it was stopped', async () => {
    run = await SendRun.open(7);
    run
      .at(1, later)
      .at(2, refusal('rcpt', 550, '5.1.1 nobody', 'rejected'))
      .at(3, 'uncertain');
    run.at(4, () => {
      run.clock.ms += 2_500;
      run.drain.abort(new Problem('database', 'the disk fills up'));
      return 'accepted';
    });
    const finished = await run.send();
    expect(finished).toEqual({
      kind: 'send-finished',
      emailId: 'em_aaaaaaaaaaaa',
      counts: { pending: 2, sending: 0, accepted: 2, deferred: 1, rejected: 1, uncertain: 1, skipped: 0 },
      recipients: 7,
      // A quarter of a second of it waits for the session behind the uncertain one; the rest is what leaving takes.
      seconds: 2.75 + 2,
      stopped: expect.objectContaining({ code: 'database', message: 'the disk fills up' }) as Problem,
      interruptedBy: undefined,
    });
    expect(run.events.at(-1)).toEqual(finished);
  });

  it('keeps the reason of a stop that is not about the rest, even where there is no rest', async () => {
    run = await SendRun.open(1);
    const recordTransaction: typeof run.store.ledger.recordTransaction = async (...facts) => {
      await run.store.ledger.recordTransaction(...facts);
      throw new Problem('database', 'the disk is full');
    };
    const finished = await run.send({}, { ledger: { recordTransaction } });
    expect(finished).toMatchObject({ stopped: { code: 'database' }, counts: { accepted: 1 } });
  });

  it('gives back the lock, whether it was brought along or taken here, and after a fault', async () => {
    run = await SendRun.open(1);
    const { emailId } = run.email;
    const brought = await run.store.ledger.lockEmail(emailId);
    if (!('release' in brought)) throw new Error('it is free');
    await run.send({ lock: brought });
    expect(await run.store.ledger.findHolder(emailId)).toBeUndefined();
    await run.send();
    expect(await run.store.ledger.findHolder(emailId)).toBeUndefined();
    const countStates = () => Promise.reject(new Problem('database', 'no such table'));
    await expect(run.send({}, { ledger: { countStates } })).rejects.toMatchObject({ code: 'database' });
    expect(await run.store.ledger.findHolder(emailId)).toBeUndefined();
  });
});

it('refuses to send an email that was cancelled, and says what to do', async () => {
  run = await SendRun.open(1);
  const email = { ...run.email, cancelledAt: new Date(0) };
  await expect(run.send({ email })).rejects.toMatchObject({
    code: 'email-state',
    message: 'em_aaaaaaaaaaaa was cancelled',
    fix: 'Write a new email.',
  });
  expect(run.office.expected).toEqual([]);
});
