import { expect, it } from 'vitest';
import { keepForgetting } from '../../src/workflow/forget-user-agents.js';

const day = 86_400_000;

it('forgets what is older than it is kept, once a day, and tells of how many fetches', async () => {
  const end = new AbortController();
  const told: [number, string][] = [];
  const slept: number[] = [];
  let now = Date.UTC(2026, 10, 24);
  const clock = {
    now: () => new Date(now),
    async sleep(ms: number) {
      slept.push(ms);
      now += ms;
      if (slept.length === 8) end.abort();
    },
  };
  const passes = [[300, 12], [0], 'locked', [5]] as const;
  let pass = 0;
  const forgetter = {
    async *forgetUserAgents() {
      const steps = passes[pass] ?? [];
      pass += 1;
      if (steps === 'locked') throw new Error('the database is locked');
      yield* steps;
    },
  };
  const onForgotten = (fetches: number, before: Date) => told.push([fetches, before.toISOString()]);
  await keepForgetting(forgetter, clock, { keepMs: 30 * day, onForgotten }, end.signal);
  expect(slept).toEqual([20, 20, day, 20, day, 60_000, 20, day]);
  expect(told).toEqual([
    [312, '2026-10-25T00:00:00.000Z'],
    [5, '2026-10-27T00:01:00.060Z'],
  ]);
});
