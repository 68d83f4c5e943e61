import { expect, it } from 'vitest';
import { plural, printDuration } from '../src/amount.js';

it('counts one thing in the singular', () => {
  expect([plural(0, 'row'), plural(1, 'row'), plural(2, 'fetch', 'fetches')]).toEqual([
    '0 rows',
    '1 row',
    '2 fetches',
  ]);
});

it.each([
  [0, '0 s'],
  [45, '45 s'],
  [60, '1 min'],
  [3_600, '1 h'],
  [3_661, '1 h 1 min'],
  [3_605, '1 h'],
  [5_400, '1 h 30 min'],
  [172_800, '2 d'],
])('says %i seconds as %s', (seconds, words) => {
  expect(printDuration(seconds)).toBe(words);
});
