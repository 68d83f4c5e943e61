import { expect, it } from 'vitest';
import { watchCommits } from '../../src/workflow/serve-metrics.js';
import { FetchLogWorld } from './fetch-world.js';

it('times commits, counts those that failed, and tells when one works again', async () => {
  const disk = new FetchLogWorld();
  let ms = 0;
  const recovered: number[] = [];
  const { log, watch } = watchCommits(
    { appendFetches: fetches => disk.appendFetches(fetches) },
    { monotonicMs: () => (ms += 100) },
    seconds => recovered.push(seconds),
  );
  await log.appendFetches([]);
  expect([watch.durations.sum, watch.failed, watch.isStalled]).toEqual([0.1, 0, false]);
  disk.disk = 'locked';
  await expect(log.appendFetches([])).rejects.toThrow();
  await expect(log.appendFetches([])).rejects.toThrow();
  expect([watch.failed, watch.isStalled, recovered]).toEqual([2, true, []]);
  disk.disk = 'free';
  await log.appendFetches([]);
  expect([watch.isStalled, recovered]).toEqual([false, [0.3]]);
});
