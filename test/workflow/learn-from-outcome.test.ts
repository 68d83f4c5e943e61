import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock, quiet } from './fetch-world.js';
import { SendRun } from './send-run.js';
import { type Act, refusal } from './world.js';

let run: SendRun;
afterEach(() => run.close());

const slower = refusal('rcpt', 450, '4.7.28 unusual rate', 'deferred');
const minutes = 60_000;
/** When whatever else is ready has been done. */
const late = async () => {
  await quiet();
  return slower;
};
const accepted =
  (afterMs: number): Act =>
  () => {
    run.clock.ms += afterMs;
    return 'accepted';
  };

describe('a server that asks to slow down', () => {
  it('gets pauses that double, and after each message that it takes shorter ones', async () => {
    run = await SendRun.open(8);
    for (const position of [0, 1, 2, 5, 7]) run.at(position, slower);
    await run.send();
    expect(run.eventsOf('slowed-down')).toMatchObject([
      { why: '450 4.7.28 unusual rate', pauseMs: 1_000 },
      { why: '450 4.7.28 unusual rate', pauseMs: 2_000 },
      { pauseMs: 4_000 },
      // 4,000 ms, less a tenth twice, doubled; then once.
      { pauseMs: 6_480 },
      { pauseMs: 11_664 },
    ]);
    expect(run.clock.waits).toEqual([1_000, 2_000, 4_000, 6_480]);
  });

  it('is heard once when it says so to all who are under way', async () => {
    run = await SendRun.open(8);
    run.office.depth = 3;
    for (const position of [0, 1, 2]) run.at(position, late);
    const clock = new ManualClock();
    const finished = run.send({}, { clock });
    while (run.events.every(({ kind }) => kind !== 'slowed-down')) await quiet();
    await quiet();
    expect(run.order).toEqual([0, 1, 2]);
    await clock.advance(999);
    expect(run.order).toHaveLength(3);
    await clock.advance(1);
    await finished;
    expect(run.eventsOf('slowed-down').map(({ pauseMs }) => pauseMs)).toEqual([1_000]);
  });

  it('ends the run after half an hour of nothing else, and not before', async () => {
    run = await SendRun.open(60);
    for (let position = 0; position < 60; position += 1) run.at(position, slower);
    const before = run.clock.ms;
    const finished = await run.send();
    expect(finished.stopped).toMatchObject({
      code: 'unfinished',
      message: 'the server is not accepting more mail right now: 450 4.7.28 unusual rate',
      fix: 'Go on later with `mailtrack resume`, slower with --rate. No recipient was lost.',
    });
    // 1, 2, 4 … 256 seconds and then five minutes each: 511 s and 300 s five times.
    expect(run.clock.ms - before).toBe(511_000 + 5 * 300_000);
  });

  it.each([
    [30 * minutes, 'goes on', undefined],
    [30 * minutes + 1, 'ends', 'unfinished'],
  ])('that does so %i ms after its first time: the run %s', async (afterMs, _, code) => {
    run = await SendRun.open(3).then(opened => opened.at(0, slower));
    const startedMs = run.clock.ms;
    run.at(1, () => {
      run.clock.ms = startedMs + afterMs;
      return slower;
    });
    const finished = await run.send();
    expect([finished.stopped?.code, run.eventsOf('slowed-down').length]).toEqual([code, code ? 1 : 2]);
  });

  it('ends no run in which it takes messages in between, however often it asks', async () => {
    run = await SendRun.open(9);
    for (const position of [0, 2, 4, 6]) run.at(position, slower).at(position + 1, accepted(31 * minutes));
    const finished = await run.send();
    expect(finished).toMatchObject({ stopped: undefined, counts: { accepted: 5, deferred: 4 } });
    expect(run.eventsOf('slowed-down')).toHaveLength(4);
  });

  it('is not believed to have passed because it refused somebody else', async () => {
    run = await SendRun.open(4);
    run.at(0, slower).at(2, slower);
    run.at(1, () => {
      run.clock.ms += 31 * minutes;
      return refusal('rcpt', 550, '5.1.1 nobody', 'rejected');
    });
    expect((await run.send()).stopped?.message).toContain('not accepting more mail right now');
  });

  it('ends the run at once when a quota is spent', async () => {
    run = await SendRun.open(4);
    run.at(1, refusal('rcpt', 454, '4.7.0 Daily message quota exceeded', 'deferred'));
    const finished = await run.send();
    expect(finished.stopped?.message).toBe(
      'the server is not accepting more mail right now: 454 4.7.0 Daily message quota exceeded',
    );
    expect([run.eventsOf('slowed-down'), run.clock.waits]).toEqual([[], []]);
    expect(finished.counts).toMatchObject({ accepted: 1, deferred: 1, pending: 2 });
  });
});

describe('refusals that are alike', () => {
  const nobody = refusal('rcpt', 550, '5.1.1 nobody', 'rejected');
  const refuse = (from: number, to: number, act: Act) => {
    for (let position = from; position < to; position += 1) run.at(position, act);
  };

  it('end the run, whoever was deferred or is uncertain before', async () => {
    run = await SendRun.open(80);
    refuse(0, 40, refusal('rcpt', 451, '4.3.0 later', 'deferred'));
    refuse(40, 49, 'uncertain');
    refuse(49, 59, nobody);
    const finished = await run.send({ retryForMs: 60 * minutes });
    expect(finished.counts).toMatchObject({ rejected: 10, pending: 21 });
    expect(finished.stopped).toMatchObject({
      code: 'unfinished',
      message: '10 recipients were refused alike, so the rest was not tried: 550 5.1.1 nobody',
      fix: 'Look at the replies. If the list is right, `mailtrack resume` goes on with the rest.',
    });
  });

  it('do not end it when they are a fifth of all that were taken or refused', async () => {
    run = await SendRun.open(60);
    refuse(40, 50, nobody);
    expect(await run.send()).toMatchObject({ stopped: undefined, counts: { accepted: 50, rejected: 10 } });
  });

  it('are counted apart from connections that break, which end it on their own', async () => {
    run = await SendRun.open(40);
    refuse(0, 9, nobody);
    refuse(9, 40, refusal('end-of-data', 0, 'the connection was closed', 'uncertain'));
    const second = await run.send({ retryForMs: 60 * minutes });
    expect(second.counts).toMatchObject({ rejected: 9, uncertain: 10, pending: 21 });
    expect(second.stopped).toMatchObject({
      code: 'unfinished',
      message:
        'connections keep breaking before the server answers, and 10 recipients are uncertain, so the rest was not tried: the connection was closed',
      fix: 'Look at the server and the network between. `mailtrack resume` goes on with the rest, and leaves the uncertain alone.',
    });
  });

  it.each([
    [4, 1, 10],
    [4, 3, 13],
  ])(
    'of %i connections with a window of %i are borne until %i are uncertain',
    async (connections, window, most) => {
      run = await SendRun.open(60);
      refuse(0, 60, 'uncertain');
      const finished = await run.send({ connections, window });
      expect(finished.stopped?.message).toContain(`and ${most} recipients are uncertain`);
    },
  );
});
