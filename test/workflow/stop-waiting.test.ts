import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock, quiet } from './fetch-world.js';
import { SendRun } from './send-run.js';
import type { Act } from './world.js';

let run: SendRun;
let clock: ManualClock;
afterEach(() => run.close());

/** A run whose second message gets no reply, up to where it waits for that. */
async function waiting(act: Act): Promise<{ readonly finished: ReturnType<SendRun['send']> }> {
  run = await SendRun.open(3).then(opened => opened.at(1, act));
  clock = new ManualClock();
  const finished = run.send({}, { clock });
  while (run.office.transactions.length < 2) await quiet();
  await quiet();
  return { finished };
}

describe('a run that is to stop while a server says nothing', () => {
  it('waits two seconds before the message was handed over', async () => {
    const { finished } = await waiting('hangs');
    run.drain.abort('SIGINT');
    await clock.advance(1_999);
    expect(run.office.ends).toEqual([]);
    await clock.advance(1);
    expect(await finished).toMatchObject({ interruptedBy: 'SIGINT', counts: { accepted: 1, pending: 2 } });
    expect(run.office.ends).toEqual(['1 abort', '1 quit']);
  });

  it('waits twenty seconds behind the message, which is uncertain then', async () => {
    const { finished } = await waiting('hangs-behind-message');
    run.drain.abort('SIGINT');
    await clock.advance(19_999);
    expect(run.office.ends).toEqual([]);
    await clock.advance(1);
    expect((await finished).counts).toMatchObject({ accepted: 1, uncertain: 1, pending: 1 });
  });

  it('waits no longer than for the reply, and says QUIT', async () => {
    let answer: () => void = () => undefined;
    const { finished } = await waiting(
      () =>
        new Promise(resolve => {
          answer = () => resolve('accepted');
        }),
    );
    run.drain.abort('SIGINT');
    await clock.advance(1_500);
    answer();
    expect((await finished).counts).toMatchObject({ accepted: 2, pending: 1 });
    await clock.advance(60_000);
    expect([run.office.ends, clock.sleeping]).toEqual([['1 quit'], 0]);
  });

  it('does not wait when it is asked a second time', async () => {
    const { finished } = await waiting('hangs-behind-message');
    run.drain.abort('SIGINT');
    run.abort.abort();
    expect((await finished).counts).toMatchObject({ uncertain: 1, pending: 1 });
  });

  it('begins nothing when it was asked before it began', async () => {
    run = await SendRun.open(3);
    run.drain.abort('SIGTERM');
    const finished = await run.send();
    expect(finished).toMatchObject({ interruptedBy: 'SIGTERM', counts: { pending: 3 } });
    expect(run.office.expected).toEqual([]);
  });
});
