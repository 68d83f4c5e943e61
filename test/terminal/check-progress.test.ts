import { expect, it } from 'vitest';
import { startCheckProgress } from '../../src/terminal/check-progress.js';

function progressOn(columns: number | undefined) {
  const written: string[] = [];
  let nowMs = 0;
  const progress = startCheckProgress({ write: text => written.push(text), columns }, () => nowMs);
  return {
    written,
    progress,
    wait: (ms: number) => {
      nowMs += ms;
    },
  };
}

it('says how far a check is in one line, which is erased in the end', () => {
  const { written, progress, wait } = progressOn(80);
  wait(600);
  progress.read(1_000);
  wait(200);
  progress.looked(1_000, 30_000);
  progress.clear();
  expect(written).toEqual([
    '\r\x1b[2KReading: 1,000 rows',
    '\r\x1b[2KChecking: 1,000 of 30,000 copies (3 %)',
    '\r\x1b[2K',
  ]);
});

it('says nothing of a check that is through at once, and not more often than can be read', () => {
  const { written, progress, wait } = progressOn(0);
  progress.read(1_000);
  progress.clear();
  expect(written).toEqual([]);
  wait(600);
  progress.read(2_000);
  progress.read(3_000);
  wait(50);
  progress.read(4_000);
  expect(written).toEqual(['\r\x1b[2KReading: 2,000 rows']);
});

it('is no wider than the terminal', () => {
  const { written, progress, wait } = progressOn(10);
  wait(600);
  progress.read(1_000);
  expect(written).toEqual(['\r\x1b[2KReading: ']);
});
