import { expect, it } from 'vitest';
import { keepTime, keepTimeMs } from '../../../src/cli/config/keep-time.js';

it.each([
  ['720h', 2_592_000_000],
  ['30d', 2_592_000_000],
  ['4 w', 2_419_200_000],
  ['13 months', 34_187_400_000],
  ['1 year', 31_557_600_000],
  ['forever', undefined],
])('%j is kept for %d ms', (text, ms) => {
  expect([keepTime(text), keepTimeMs(text)]).toEqual([{ ok: true, value: text }, ms]);
});

it.each(['', '0d', '30', '-1d', '1.5d', '30 days', '13 moons', '1.5 years', 'never', '100000d', 30])(
  '%j is no time to keep something for',
  value => {
    expect(keepTime(value).ok).toBe(false);
  },
);

it('is for ever when nothing is said', () => {
  expect(keepTimeMs(undefined)).toBeUndefined();
});
