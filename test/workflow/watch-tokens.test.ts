import { expect, it } from 'vitest';
import { TokenWatch } from '../../src/workflow/watch-tokens.js';

const counts = (unverifiable: number, recorded: number, rehearsals = 0) => ({
  unverifiable,
  recorded,
  counted: 0,
  rehearsals,
});
const minute = 60_000;

it('says at once when many tokens do not verify', () => {
  const watch = new TokenWatch(0);
  expect(watch.look(counts(9, 0), 1_000)).toBeUndefined();
  expect(watch.look(counts(10, 4, 2), 2_000)).toEqual({ unverifiable: 10, verified: 6, sinceMs: 2_000 });
});

it('is quiet for ten minutes then, and begins to count anew', () => {
  const watch = new TokenWatch(0);
  expect(watch.look(counts(10, 0), 0)).toBeDefined();
  expect(watch.look(counts(5_000, 0), 9 * minute)).toBeUndefined();
  expect(watch.look(counts(5_009, 0), 10 * minute)).toMatchObject({ unverifiable: 4_999 });
  expect(watch.look(counts(5_010, 0), 20 * minute)).toBeUndefined();
  expect(watch.look(counts(5_019, 0), 30 * minute)).toBeUndefined();
});

it('is quiet about few among many that verify', () => {
  const watch = new TokenWatch(0);
  expect(watch.look(counts(100, 301), 1_000)).toBeUndefined();
  expect(watch.look(counts(100, 300), 1_000)).toBeDefined();
});

it('takes fetches that were only counted for verified', () => {
  const watch = new TokenWatch(0);
  expect(watch.look({ ...counts(10, 0), counted: 1_000 }, 1_000)).toBeUndefined();
});

it('forgets what was verified more than ten minutes ago: the keys may have been changed since', () => {
  const watch = new TokenWatch(0);
  expect(watch.look(counts(0, 10_000), 10 * minute)).toBeUndefined();
  expect(watch.look(counts(10, 10_000), 11 * minute)).toEqual({
    unverifiable: 10,
    verified: 0,
    sinceMs: minute,
  });
});
