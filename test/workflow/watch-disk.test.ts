import { expect, it } from 'vitest';
import { DiskAlarm } from '../../src/workflow/watch-disk.js';

it('says once that a disk is nearly full, and once that it has room again', () => {
  const alarm = new DiskAlarm();
  const look = (isNearlyFull: boolean, nowMs: number) =>
    alarm.look({ isNearlyFull, freeBytes: nowMs }, nowMs);
  expect([
    look(false, 0),
    look(true, 1_000),
    look(true, 2_000),
    look(false, 3_500),
    look(false, 5_000),
  ]).toEqual([
    undefined,
    { kind: 'disk-nearly-full', freeBytes: 1_000 },
    undefined,
    { kind: 'disk-has-room', freeBytes: 3_500, seconds: 2.5 },
    undefined,
  ]);
  expect(look(true, 9_000)).toMatchObject({ kind: 'disk-nearly-full' });
});
