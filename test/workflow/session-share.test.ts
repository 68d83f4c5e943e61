import { afterEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import type { OutcomeKind } from '../../src/smtp/outcome.js';
import { ManualClock, quiet } from './fetch-world.js';
import { SendRun } from './send-run.js';
import { type Act, refusal } from './world.js';

let run: SendRun;
afterEach(() => run.close());

const cut = refusal('rcpt', 0, 'the connection was closed', 'not-sent');
const unreachable = () => new Problem('server-unreachable', 'connection refused');
/** As many sessions that end at MAIL. */
const ends = (count: number): Act[] => Array<Act>(count).fill(refusal('mail', 421, 'closing'));
const minutes = 60_000;

describe('sessions that end one after another', () => {
  it('are followed by others ever later, and after the sixth by the end of the run', async () => {
    run = await SendRun.open(1).then(opened => opened.at(0, ...ends(9)));
    const finished = await run.send();
    expect(run.clock.waits).toEqual([250, 500, 1_000, 2_000, 4_000]);
    expect(run.office.sessions).toBe(6);
    expect(finished.stopped).toMatchObject({
      code: 'unfinished',
      message: 'the server ends every session: 421 closing',
      fix: 'Look at the server, then run `mailtrack resume`.',
    });
  });

  it('are replaced until the time for retries is over', async () => {
    run = await SendRun.open(1).then(opened => opened.at(0, ...ends(50)));
    const finished = await run.send({ retryForMs: 2 * minutes });
    // 63.75 s after the eighth; at the ninth it is 127.75 s since the first.
    expect(run.clock.waits).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000]);
    expect(finished.stopped?.message).toContain('the server ends every session');
  });

  it('are counted anew behind one that settled somebody, and so is the time', async () => {
    run = await SendRun.open(3);
    run.at(0, ...ends(4)).at(2, ...ends(8));
    run.at(1, () => {
      run.clock.ms += 60 * minutes;
      return 'accepted';
    });
    const finished = await run.send({ retryForMs: 10 * minutes });
    expect(finished.counts.accepted).toBe(3);
    // The session that took messages closes at MAIL: that is no failure, the seven behind it are.
    expect(run.clock.waits).toEqual([
      ...[250, 500, 1_000, 2_000],
      ...[250, 500, 1_000, 2_000, 4_000, 8_000, 16_000],
    ]);
  });

  it('are counted anew behind one that refused somebody, too', async () => {
    run = await SendRun.open(3);
    run
      .at(0, ...ends(5))
      .at(1, refusal('rcpt', 550, '5.1.1 nobody', 'rejected'))
      .at(2, ...ends(5));
    const finished = await run.send();
    expect(finished.counts).toMatchObject({ accepted: 2, rejected: 1 });
  });

  it('are followed by none when the run is interrupted in between', async () => {
    run = await SendRun.open(2).then(opened => opened.at(0, cut));
    run.clock.afterWait = () => run.drain.abort('SIGTERM');
    const finished = await run.send();
    expect([run.office.sessions, run.office.ends]).toEqual([1, ['1 quit']]);
    expect(finished).toMatchObject({ interruptedBy: 'SIGTERM', counts: { pending: 2 } });
  });
});

describe('a session that cannot be opened', () => {
  it('is tried again, when one was open before', async () => {
    run = await SendRun.open(3).then(opened => opened.at(1, cut));
    run.office.refusals.push(undefined, unreachable(), unreachable());
    const finished = await run.send();
    expect(finished.counts.accepted).toBe(3);
    expect(run.eventsOf('session-lost').map(({ why }) => why)).toEqual([
      'the connection was closed',
      'connection refused',
      'connection refused',
    ]);
    expect(run.clock.waits).toEqual([250, 500, 1_000]);
  });

  it('ends the run when the server speaks another protocol, whatever was open before', async () => {
    run = await SendRun.open(3).then(opened => opened.at(1, cut));
    run.office.refusals.push(undefined, new Problem('server-protocol', 'no SMTP here'));
    const finished = await run.send();
    expect(finished.stopped).toMatchObject({ code: 'server-protocol', message: 'no SMTP here' });
    expect(finished.counts).toMatchObject({ accepted: 1, pending: 2 });
  });

  it('is tried five times when its login is refused although one passed before; then the run ends', async () => {
    run = await SendRun.open(3).then(opened => opened.at(1, cut));
    const refused = Array.from({ length: 9 }, () => new Problem('auth-refused', '535 too many logins'));
    run.office.refusals.push(undefined, ...refused);
    const finished = await run.send({ retryForMs: 60 * minutes });
    expect(finished.stopped).toMatchObject({ code: 'auth-refused', message: '535 too many logins' });
    expect(run.office.expected).toHaveLength(1 + 5);
    expect(run.clock.waits).toEqual([250, 500, 1_000, 2_000, 4_000]);
  });

  it('is a fault of the program when it is no Problem, and the run says so', async () => {
    run = await SendRun.open(1);
    run.office.openSession = () => Promise.reject(new TypeError('x is not a function'));
    const finished = await run.send();
    expect(finished.stopped).toMatchObject({ code: 'bug', message: 'x is not a function' });
  });

  it('is tried once more before the others go on without it', async () => {
    run = await SendRun.open(20);
    run.office.refusals.push(undefined, unreachable());
    await run.send({ connections: 2 });
    expect([run.office.sessions, run.eventsOf('session-refused')]).toEqual([2, []]);
    expect(run.eventsOf('session-lost')).toHaveLength(1);
  });

  it('is given up when the others go on without it, and they carry everything', async () => {
    run = await SendRun.open(20);
    run.office.refusals.push(undefined, unreachable(), unreachable());
    const finished = await run.send({ connections: 2 });
    expect(run.eventsOf('session-refused').map(({ why }) => why)).toEqual(['connection refused']);
    expect([run.office.sessions, finished.counts.accepted]).toEqual([1, 20]);
  });

  it('is given up at once when its login is refused and another session is open', async () => {
    run = await SendRun.open(20);
    run.office.refusals.push(undefined, new Problem('auth-refused', '535 too many logins'));
    const finished = await run.send({ connections: 2 });
    expect(run.eventsOf('session-refused').map(({ why }) => why)).toEqual(['535 too many logins']);
    expect([run.office.expected.length, finished.counts.accepted]).toEqual([2, 20]);
  });
});

describe('a server that wants fewer sessions, in the middle of them', () => {
  const fewer = refusal('mail', 421, '4.7.0 too many connections from 192.0.2.1', 'not-sent');

  it('loses the one that it said it to, and the others carry everything', async () => {
    run = await SendRun.open(20).then(opened => opened.at(1, fewer));
    const finished = await run.send({ connections: 2 });
    expect(finished.counts).toMatchObject({ accepted: 20, deferred: 0 });
    expect(run.eventsOf('session-refused').map(({ why }) => why)).toEqual([
      '421 4.7.0 too many connections from 192.0.2.1',
    ]);
    expect(run.eventsOf('slowed-down')).toEqual([]);
    expect(run.clock.waits).toContain(100);
    // Nobody opens a third one in its place, only to close it.
    expect([run.office.sessions, run.office.ends.toSorted()]).toEqual([2, ['1 quit', '2 quit']]);
  });

  it('may say so time after time, while one session is left', async () => {
    run = await SendRun.open(40).then(opened => opened.at(1, fewer).at(9, fewer).at(25, fewer));
    const finished = await run.send({ connections: 3 });
    expect(finished.counts.accepted).toBe(40);
    expect(run.eventsOf('session-refused').length).toBe(2);
    // The last one is told so, too: another one follows it.
    expect(run.office.ends).toHaveLength(4);
    expect(run.office.ends.every(end => end.endsWith('quit'))).toBe(true);
  });

  it('is asked more slowly when it says so to the only one', async () => {
    run = await SendRun.open(3).then(opened => opened.at(1, fewer));
    const finished = await run.send();
    expect(finished.counts.accepted).toBe(3);
    expect(run.eventsOf('slowed-down')).toMatchObject([{ pauseMs: 1_000 }]);
    expect([run.eventsOf('session-lost'), run.office.sessions]).toEqual([[], 2]);
  });
});

describe('a session that is one too many, with several transactions under way', () => {
  const fewer = refusal('mail', 421, '4.7.0 too many connections', 'not-sent');

  it('counts once, though each of them is told so', async () => {
    run = await SendRun.open(40);
    run.office.depth = 2;
    run.at(3, fewer).at(4, fewer).at(20, fewer);
    const finished = await run.send({ connections: 4 });
    expect(finished.counts.accepted).toBe(40);
    expect(run.eventsOf('session-refused').length).toBe(2);
  });
});

describe('sessions that are told at the same time that they are too many', () => {
  const fewer = refusal('mail', 421, '4.7.0 too many connections', 'not-sent');
  it('lose one of them, and the other is replaced', async () => {
    run = await SendRun.open(30);
    let tell: () => void = () => undefined;
    const told = new Promise<void>(resolve => {
      tell = resolve;
    });
    run.at(0, async (): Promise<OutcomeKind> => {
      while (run.office.sessions < 3) await quiet();
      await quiet();
      tell();
      for (let turn = 0; turn < 9; turn += 1) await quiet();
      return 'accepted';
    });
    for (const position of [1, 2]) run.at(position, () => told.then(() => fewer));
    const finished = await run.send({ connections: 3 });
    expect(finished.counts).toMatchObject({ accepted: 30, deferred: 0 });
    expect(run.eventsOf('session-refused')).toHaveLength(1);
    expect(run.eventsOf('slowed-down')).toEqual([]);
  });

  it('go on more slowly when none of them is left', async () => {
    run = await SendRun.open(20);
    let tell: () => void = () => undefined;
    const told = new Promise<void>(resolve => {
      tell = resolve;
    });
    run.at(0, () => told.then(() => fewer));
    run.at(1, async () => {
      tell();
      await told;
      return fewer;
    });
    const finished = await run.send({ connections: 2 });
    expect(finished.counts).toMatchObject({ accepted: 20, deferred: 0 });
    expect([run.eventsOf('session-refused').length, run.eventsOf('slowed-down').length]).toEqual([0, 1]);
  });
});

describe('while the first sessions are being opened', () => {
  /** The calls end one after another, each some turns behind the one before: undefined opens. */
  const opening = (...ends: (Problem | undefined)[]) => {
    const openSession = run.office.openSession.bind(run.office);
    let calls = 0;
    run.office.openSession = async (giveUp, messages) => {
      const call = calls++;
      for (let turn = 0; turn <= call; turn += 1) await quiet();
      const problem = ends[call];
      if (problem !== undefined) throw problem;
      return openSession(giveUp, messages);
    };
  };

  it('one that fails does not end the run, since another may open', async () => {
    run = await SendRun.open(20);
    opening(unreachable());
    const finished = await run.send({ connections: 2 });
    expect(finished).toMatchObject({ stopped: undefined, counts: { accepted: 20 } });
  });

  it('the run ends when each of them failed once: nobody waits for a server that lets nobody in', async () => {
    run = await SendRun.open(20);
    let calls = 0;
    run.office.openSession = async () => {
      calls += 1;
      await quiet();
      throw unreachable();
    };
    // Both have failed when the first one has waited.
    run.clock.afterWait = async ms => {
      for (let turn = 0; turn < 5 && ms === 250; turn += 1) await quiet();
    };
    const finished = await run.send({ connections: 2, retryForMs: 60 * minutes });
    expect(finished).toMatchObject({ stopped: { code: 'server-unreachable' }, counts: { pending: 20 } });
    expect([calls, run.clock.waits]).toEqual([2, [250]]);
  });

  it('an interrupt that ends the attempt is no failure of the server', async () => {
    run = await SendRun.open(3);
    run.office.openSession = async () => {
      run.drain.abort('SIGTERM');
      throw new Problem('server-unreachable', 'given up');
    };
    const finished = await run.send();
    expect(finished).toMatchObject({ stopped: undefined, interruptedBy: 'SIGTERM', counts: { pending: 3 } });
    expect(run.eventsOf('session-lost')).toEqual([]);
  });

  it('nothing is sent when the run is interrupted, and the session that opens is closed', async () => {
    run = await SendRun.open(3);
    const openSession = run.office.openSession.bind(run.office);
    run.office.openSession = (giveUp, messages) => {
      run.drain.abort('SIGINT');
      return openSession(giveUp, messages);
    };
    // On a clock that stands still, so that nothing but this ends it.
    const finished = await run.send({}, { clock: new ManualClock() });
    expect([run.order, run.office.ends.at(-1)]).toEqual([[], '1 quit']);
    expect(finished).toMatchObject({ stopped: undefined, interruptedBy: 'SIGINT', counts: { pending: 3 } });
  });
});

it('closes a session only when each of its transactions has its outcome', async () => {
  run = await SendRun.open(4);
  run.office.depth = 2;
  const ended: string[] = [];
  run.at(0, async () => {
    await quiet();
    return cut;
  });
  run.at(1, async () => {
    await quiet();
    await quiet();
    ended.push(...run.office.ends);
    return cut;
  });
  const finished = await run.send();
  expect([ended, run.order.slice(0, 2)]).toEqual([[], [0, 1]]);
  expect(finished.counts.accepted).toBe(4);
});
