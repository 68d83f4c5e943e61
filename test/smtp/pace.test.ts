import { describe, expect, it } from 'vitest';
import { createPace } from '../../src/smtp/pace.js';

/** When each turn is asked for, in milliseconds, and how long it has to wait then. */
function waits(count: number, perMs: number, ...asked: number[]): number[] {
  const takeTurn = createPace({ count, perMs });
  return asked.map(takeTurn);
}

describe('a rate', () => {
  it('lets the first message go at once and spaces the others evenly', () => {
    expect(waits(4, 1_000, 5_000, 5_000, 5_000, 5_100)).toEqual([0, 250, 500, 650]);
  });

  it('is a number of messages in a time, not a time for each message', () => {
    expect(waits(2, 60_000, 7, 7, 7)).toEqual([0, 30_000, 60_000]);
  });

  it('does not save up turns while nobody asks', () => {
    expect(waits(10, 1_000, 0, 100, 9_000, 9_000, 9_050)).toEqual([0, 0, 0, 100, 150]);
  });

  it('begins at any reading of the clock, also below zero', () => {
    expect(waits(10, 1_000, -500, -450)).toEqual([0, 50]);
  });
});

it('lets every message go at once where there is no rate', () => {
  const takeTurn = createPace(undefined);
  expect([5, 5, 5, 1].map(takeTurn)).toEqual([0, 0, 0, 0]);
});
