import { expect, test } from 'vitest';
import { createTimeFormat } from '../src/time-format.js';

const now = new Date('2026-11-23T23:30:00Z');

test('the hour alone on the same day, where the reader is', () => {
  const inPrague = createTimeFormat(now, () => 60);
  expect(inPrague.short(new Date('2026-11-24T08:05:00Z'))).toBe('09:05');
  expect(inPrague.short(new Date('2026-11-23T08:05:00Z'))).toBe('23 Nov 09:05');
  expect(inPrague.full(new Date('2026-01-02T23:00:00Z'))).toBe('3 Jan 2026, 00:00 UTC+1');
  expect(inPrague.zone).toBe('UTC+1');
});

test.each([
  [0, 'UTC'],
  [345, 'UTC+5:45'],
  [-210, 'UTC-3:30'],
  [-480, 'UTC-8'],
])('an offset of %i minutes is %s', (offset, zone) => {
  expect(createTimeFormat(now, () => offset).zone).toBe(zone);
});

test('summer time holds for the instants that have it', () => {
  const prague = (at: Date) => (at < new Date('2026-10-25T01:00:00Z') ? 120 : 60);
  const time = createTimeFormat(now, prague);
  expect(time.full(new Date('2026-07-01T10:00:00Z'))).toBe('1 Jul 2026, 12:00 UTC+2');
  expect(time.exact(new Date('2026-07-01T10:00:09Z'))).toBe('1 Jul 2026, 12:00:09 UTC+2');
  expect(time.day(new Date('2026-07-01T22:30:00Z'))).toBe('2 Jul 2026');
});

test('a table has one zone, which is that of its heading', () => {
  const prague = (at: Date) => (at < new Date('2026-10-25T01:00:00Z') ? 120 : 60);
  const time = createTimeFormat(now, prague);
  expect([time.zone, time.short(new Date('2026-07-01T10:00:00Z'))]).toEqual(['UTC+1', '1 Jul 11:00']);
});

test('by default, where this machine is', () => {
  const { full } = createTimeFormat(now);
  expect(full(new Date(2026, 10, 3, 9, 7))).toMatch(/^3 Nov 2026, 09:07 UTC/);
});
