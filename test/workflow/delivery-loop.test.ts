import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { piecesOf } from '../../src/smtp/octets.js';
import type { OutcomeKind, SendOutcome } from '../../src/smtp/outcome.js';
import { quiet } from './fetch-world.js';
import { SendRun } from './send-run.js';
import { recipientOf } from './sent-email.js';
import { type Act, refusal } from './world.js';

let run: SendRun;
afterEach(() => run.close());

const closing = refusal('rcpt', 421, '4.3.0 internal error');

/** The reply comes when whatever else is ready has been done. */
const late =
  (act: Decision): (() => Promise<OutcomeKind | SendOutcome>) =>
  async () => {
    await quiet();
    return typeof act === 'function' ? act() : act;
  };
type Decision = OutcomeKind | SendOutcome | (() => Promise<OutcomeKind | SendOutcome>);

describe('a slot', () => {
  it.each([1, 3])('has %i transactions under way where its session is worth so many', async depth => {
    run = await SendRun.open(9);
    run.office.depth = depth;
    for (let position = 0; position < 9; position += 1) run.at(position, late('accepted'));
    await run.send();
    expect(Math.max(...run.office.transactions.map(({ others }) => others)) + 1).toBe(depth);
    expect(run.office.sessions).toBe(1);
  });

  it('hands each session the envelope of its recipient, and expects as many messages as are its share', async () => {
    run = await SendRun.open(31);
    await run.send({ connections: 9 });
    // One session for every ten recipients that have begun.
    expect(run.office.expected).toEqual([8, 8, 8, 8]);
    const [first] = run.office.transactions;
    expect(first?.delivery).toMatchObject({
      position: 0,
      reversePath: 'news@example.org',
      forwardPath: 'r0@example.com',
    });
    expect(Buffer.concat(piecesOf(first?.delivery.message ?? [])).toString()).toBe('r0@example.com');
    expect(run.eventsOf('session-opened').map(({ sessions }) => sessions)).toEqual([1, 2, 3, 4]);
  });

  it('ends every session with QUIT, and leaves nothing that listens to the signals', async () => {
    run = await SendRun.open(20);
    await run.send({ connections: 2 });
    expect(run.office.ends.sort()).toEqual(['1 quit', '2 quit']);
    const listeners = [run.drain, run.abort].map(({ signal }) => getEventListeners(signal, 'abort').length);
    expect(listeners).toEqual([0, 0]);
  });

  it('begins a recipient again in a new session when the one before ended behind the last of the queue', async () => {
    run = await SendRun.open(2);
    run.office.depth = 2;
    run.at(1, refusal('mail', 421, 'closing'));
    const finished = await run.send();
    expect(finished.counts.accepted).toBe(2);
    expect(run.order).toEqual([0, 1, 1]);
    // Nothing was settled when the session ended.
    expect(run.eventsOf('recipient-settled').map(({ state }) => state)).toEqual(['accepted', 'accepted']);
  });

  it('keeps a recipient for another slot when its own cannot get a session', async () => {
    run = await SendRun.open(20);
    run.office.mostSessions = 1;
    const finished = await run.send({ connections: 2 });
    expect(finished.counts.accepted).toBe(20);
    expect(run.order.toSorted((a, b) => a - b)).toEqual([...Array(20).keys()]);
  });
});

describe('several sessions', () => {
  it('begin five milliseconds after one another', async () => {
    run = await SendRun.open(40);
    await run.send({ connections: 4 });
    expect(run.clock.waits).toEqual([5, 10]);
  });

  it('wait for the first when they log in, so that a wrong password is tried once', async () => {
    run = await SendRun.open(40);
    run.office.logsIn = true;
    run.office.refusals.push(...Array.from({ length: 4 }, () => new Problem('auth-refused', '535 no')));
    const finished = await run.send({ connections: 4 });
    expect(finished.stopped).toMatchObject({ code: 'auth-refused', message: '535 no' });
    expect(run.office.expected).toHaveLength(1);
  });

  it('are all opened when the first login passed', async () => {
    run = await SendRun.open(40);
    run.office.logsIn = true;
    await run.send({ connections: 4 });
    expect(run.office.sessions).toBe(4);
  });
});

describe('a pause that the server asked for', () => {
  const slower = refusal('rcpt', 450, '4.7.28 unusual rate', 'deferred');

  it('holds everybody until it is over', async () => {
    run = await SendRun.open(4).then(opened => opened.at(1, slower));
    await run.send();
    expect(run.clock.waits).toEqual([1_000]);
  });

  it('ends with nothing more sent when the run is interrupted in it', async () => {
    run = await SendRun.open(4).then(opened => opened.at(1, slower));
    run.clock.afterWait = () => run.drain.abort('SIGINT');
    const finished = await run.send();
    expect(run.order).toEqual([0, 1]);
    expect(finished).toMatchObject({
      interruptedBy: 'SIGINT',
      stopped: undefined,
      counts: { accepted: 1, deferred: 1, pending: 2 },
    });
  });

  it('ends at once when the run is interrupted in it, and nothing more is sent while the server has a moment', async () => {
    run = await SendRun.open(4).then(opened => opened.at(1, slower));
    const startedMs = run.clock.ms;
    run.clock.duringWait = async ms => {
      if (ms === 1_000) run.drain.abort('SIGINT');
      // Before the session is closed.
      else for (let turn = 0; turn < 20; turn += 1) await quiet();
    };
    const finished = await run.send();
    expect([run.order, run.clock.waits, run.clock.ms - startedMs]).toEqual([[0, 1], [1_000, 2_000], 0]);
    expect(finished).toMatchObject({
      interruptedBy: 'SIGINT',
      counts: { accepted: 1, deferred: 1, pending: 2 },
    });
  });

  it('is followed by another one that began while it was waited for', async () => {
    run = await SendRun.open(6);
    run.office.depth = 2;
    let answer: (act: typeof slower) => void = () => undefined;
    run.at(0, () => new Promise(resolve => (answer = resolve))).at(1, slower);
    run.clock.afterWait = async () => {
      answer(slower);
      await quiet();
    };
    await run.send();
    expect(run.eventsOf('slowed-down').map(({ pauseMs }) => pauseMs)).toEqual([1_000, 2_000]);
    expect(run.clock.waits).toEqual([1_000, 2_000]);
  });
});

it('keeps the rate to the millisecond, and waits for no turn that has come', async () => {
  run = await SendRun.open(5);
  run.at(2, () => {
    run.clock.ms += 400;
    return 'accepted';
  });
  await run.send({ rate: { count: 4, perMs: 1_000 } });
  expect(run.clock.waits).toEqual([250, 250, 250]);
});

describe('a message that is answered with 421', () => {
  const answered = refusal('end-of-data', 421, '4.3.0 later', 'deferred');

  it('is deferred, and the next session waits when this one took nothing', async () => {
    run = await SendRun.open(2).then(opened => opened.at(0, answered));
    const finished = await run.send();
    expect(finished.counts).toMatchObject({ deferred: 1, accepted: 1 });
    expect(run.eventsOf('session-lost').map(({ why }) => why)).toEqual(['421 4.3.0 later']);
    expect(run.clock.waits).toEqual([250]);
  });

  it('is deferred, and the next session comes at once when this one took a message', async () => {
    run = await SendRun.open(3).then(opened => opened.at(1, answered));
    await run.send();
    expect([run.eventsOf('session-lost'), run.clock.waits, run.office.sessions]).toEqual([[], [], 2]);
  });

  it('is judged by its own session, whatever the one before took', async () => {
    run = await SendRun.open(4).then(opened => opened.at(1, answered).at(2, answered));
    await run.send();
    expect(run.eventsOf('session-lost')).toHaveLength(1);
    expect(run.clock.waits).toEqual([250]);
  });
});

describe('a session whose refusals at RCPT take long', () => {
  const lasting =
    (ms: number, outcome: SendOutcome): Act =>
    () => {
      run.clock.ms += ms;
      return outcome;
    };
  const unknown = refusal('rcpt', 550, '5.1.1 No such user', 'rejected');

  it.each([
    [4_999, 1],
    [5_000, 2],
  ])('of %i ms: %i sessions are used in all, and none counts as lost', async (ms, sessions) => {
    run = await SendRun.open(5);
    run.at(1, lasting(ms, unknown));
    await run.send();
    expect([run.office.sessions, run.eventsOf('session-lost')]).toEqual([sessions, []]);
  });

  it('is replaced each time, and stays when it is another command that takes long', async () => {
    run = await SendRun.open(6);
    run.at(1, lasting(6_000, unknown)).at(3, lasting(6_000, unknown));
    run.at(4, lasting(6_000, refusal('end-of-data', 550, '5.6.0 no', 'rejected')));
    await run.send();
    expect(run.office.sessions).toBe(3);
  });
});

describe('a session that takes so many messages and no more', () => {
  const full = refusal('mail', 421, 'closing');

  it('is followed by another at once, time after time', async () => {
    run = await SendRun.open(7).then(opened => opened.at(2, full).at(4, full).at(6, full));
    const finished = await run.send();
    expect(finished.counts.accepted).toBe(7);
    expect([run.office.sessions, run.clock.waits, run.eventsOf('session-lost')]).toEqual([4, [], []]);
  });

  it('says so itself, at RCPT and before it took anything', async () => {
    run = await SendRun.open(2);
    run.at(0, refusal('rcpt', 452, '4.5.3 Too many messages in this session', 'not-sent'));
    await run.send();
    expect([run.office.sessions, run.clock.waits]).toEqual([2, []]);
  });

  it('is not what one is that took nothing after it', async () => {
    run = await SendRun.open(3).then(opened => opened.at(1, full, full));
    await run.send();
    expect(run.eventsOf('session-lost')).toHaveLength(1);
    expect(run.clock.waits).toEqual([250]);
  });

  it.each([
    ['at another command', refusal('rcpt', 421, 'closing')],
    ['with another code', refusal('mail', 451, 'later', 'not-sent')],
    ['without a reply', refusal('mail', 0, 'the connection was closed', 'not-sent')],
    ['since we are too fast', refusal('mail', 421, '4.7.28 unusual rate')],
  ])('is not what ends %s', async (_, end) => {
    run = await SendRun.open(3).then(opened => opened.at(1, end));
    const finished = await run.send();
    expect(finished.counts.accepted).toBe(3);
    expect(run.eventsOf('session-lost').map(({ why }) => why)).toEqual([
      `${end.replyCode} ${end.replyText}`.replace(/^0 /, ''),
    ]);
  });
});

describe('a recipient at whom sessions end', () => {
  it('is alone in the session that is left to them', async () => {
    run = await SendRun.open(8);
    run.office.depth = 3;
    run.at(0, closing, closing);
    for (let position = 1; position < 8; position += 1) run.at(position, late('accepted'));
    const finished = await run.send();
    expect(finished.counts.accepted).toBe(8);
    expect(run.order.filter(position => position === 0)).toHaveLength(3);
    expect(run.office.transactions.at(-1)).toMatchObject({ others: 0, delivery: { position: 0 } });
  });

  it('is not one whose session had ended at somebody else', async () => {
    run = await SendRun.open(6);
    run.office.depth = 2;
    run.at(0, late(closing), late(closing)).at(1, late(late(closing)), late(late(closing)));
    await run.send();
    // Only the first waits behind the others.
    expect(run.order.at(-1)).toBe(0);
    expect(run.order.lastIndexOf(1)).toBeLessThan(run.order.indexOf(3));
  });

  it('is not one at whose MAIL they end: everybody would meet that', async () => {
    run = await SendRun.open(4);
    const atMail = refusal('mail', 421, 'closing');
    run.at(0, atMail, atMail, atMail, atMail);
    const finished = await run.send();
    expect(finished.counts).toMatchObject({ accepted: 4, deferred: 0 });
    expect(run.order).toEqual([0, 0, 0, 0, 0, 1, 2, 3]);
  });

  it('is deferred at the third, with the reply, only when others were accepted', async () => {
    run = await SendRun.open(2);
    run.at(0, ...Array<Act>(4).fill(closing)).at(1, refusal('rcpt', 550, '5.1.1 nobody', 'rejected'));
    const finished = await run.send();
    expect(finished.counts).toMatchObject({ accepted: 1, rejected: 1 });
    expect(run.order).toEqual([0, 0, 1, 0, 0, 0]);
  });

  it('is tried again in the same run after being deferred, and one session is enough to tell then', async () => {
    run = await SendRun.open(2);
    run.at(0, ...Array<Act>(4).fill(closing));
    const finished = await run.send({ retryForMs: 900_000 });
    expect(finished.counts.accepted).toBe(2);
    expect(run.order).toEqual([0, 0, 1, 0, 0, 0]);
    const log = await run.store.reader.readTransactions(run.email.emailId, 0);
    expect(log.map(({ state, stage, replyText }) => [state, stage, replyText])).toEqual([
      ['deferred', 'rcpt', closing.replyText],
      ['deferred', 'rcpt', closing.replyText],
      ['accepted', 'end-of-data', 'accepted'],
    ]);
  });
});

describe('a transaction in the ledger', () => {
  it('is told with its own facts, each in its place', async () => {
    run = await SendRun.open([{ ...recipientOf(0), role: 'cc', emailAddress: 'Ann@Example.com' }]);
    const startedAt = new Date(run.clock.ms);
    run.office.script.set('Ann@Example.com', [
      () => {
        run.clock.ms += 1_500;
        return refusal('data', 554, '5.6.1 No such media', 'rejected');
      },
    ]);
    await run.send();
    const endedAt = new Date(startedAt.getTime() + 1_500);
    const facts = { replyCode: 554, enhancedStatusCode: '5.6.1', replyText: '5.6.1 No such media' };
    expect(await run.store.reader.readTransactions(run.email.emailId, 0)).toEqual([
      { startedAt, endedAt, stage: 'data', state: 'rejected', ...facts },
    ]);
    expect(run.eventsOf('recipient-settled')).toEqual([
      {
        kind: 'recipient-settled',
        emailId: 'em_aaaaaaaaaaaa',
        emailAddress: 'Ann@Example.com',
        role: 'cc',
        state: 'rejected',
        attempt: 1,
        at: endedAt,
        ...facts,
      },
    ]);
  });

  it('counts the attempts of a recipient', async () => {
    run = await SendRun.open(1).then(opened => opened.at(0, 'deferred', 'deferred'));
    await run.send({ retryForMs: 3_600_000 });
    expect(run.eventsOf('recipient-settled').map(({ attempt, state }) => [attempt, state])).toEqual([
      [1, 'deferred'],
      [2, 'deferred'],
      [3, 'accepted'],
    ]);
  });

  it('counts the attempt whose session ended between the intent and the message', async () => {
    run = await SendRun.open(1).then(opened =>
      opened.at(0, refusal('end-of-data', 421, 'closing', 'not-sent')),
    );
    await run.send();
    expect(run.eventsOf('recipient-settled').map(({ attempt, state }) => [attempt, state])).toEqual([
      [1, 'pending'],
      [2, 'accepted'],
    ]);
  });

  it('cannot be written: the run ends, and who has the message is never sent to again', async () => {
    run = await SendRun.open(3);
    const recordTransaction = () => Promise.reject(new Problem('database', 'the disk is full'));
    const finished = await run.send({}, { ledger: { recordTransaction } });
    expect(finished.stopped).toMatchObject({ code: 'database', message: 'the disk is full' });
    expect(finished.counts.sending).toBeGreaterThan(0);
    const sent = run.office.accepted.map(({ to }) => to);
    await run.send({ resumed: true });
    for (const to of sent) expect(run.office.accepted.filter(one => one.to === to)).toHaveLength(1);
  });

  it('cannot be begun: the run ends, and nobody is handed over', async () => {
    run = await SendRun.open(3);
    const recordIntent = () => Promise.reject(new Problem('database', 'the disk is full'));
    const finished = await run.send({}, { ledger: { recordIntent } });
    expect(finished).toMatchObject({
      stopped: { code: 'database', message: 'the disk is full' },
      counts: { pending: 3, sending: 0 },
    });
    expect([run.order, run.office.accepted]).toEqual([[0], []]);
  });

  it('that another process wrote before is told as the attempt that it was', async () => {
    run = await SendRun.open([{ ...recipientOf(0), attempts: 3, state: 'deferred' }]);
    await run.send({}, { ledger: { recordTransaction: async () => undefined } });
    expect(run.eventsOf('recipient-settled').map(({ attempt, state }) => [attempt, state])).toEqual([
      [4, 'accepted'],
    ]);
  });

  it('is not written of somebody whom another process moved meanwhile', async () => {
    run = await SendRun.open(2);
    const finished = await run.send({}, { ledger: { recordIntent: async () => false } });
    expect(finished.counts).toMatchObject({ pending: 2, accepted: 0 });
    expect(run.eventsOf('recipient-settled')).toEqual([]);
  });
});
