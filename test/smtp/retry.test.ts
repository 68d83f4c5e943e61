import { describe, expect, it } from 'vitest';
import { reconnectDelayMs, retryDelayMs } from '../../src/smtp/retry.js';
import { fc } from '../properties/fast-check.js';

const minutes = (ms: number) => ms / 60_000;

describe('a deferred recipient', () => {
  it('is tried again after 1, 5, 15 and 30 minutes, then every hour', () => {
    const delays = [1, 2, 3, 4, 5, 6, 100].map(attempts => minutes(retryDelayMs(attempts, 0)));
    expect(delays).toEqual([1, 5, 15, 30, 60, 60, 60]);
  });

  it.each([
    [1, 1, 1.1],
    [2, 0.5, 5.25],
    [4, 0.1, 30.3],
    [9, 1, 66],
  ])(
    'waits up to a tenth longer: after %i attempts, with a jitter of %d, %d minutes',
    (attempts, jitter, delay) => {
      expect(minutes(retryDelayMs(attempts, jitter))).toBeCloseTo(delay);
    },
  );

  it('waits at least a minute, at most 66, and never less than the time before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (attempts, jitter) => {
          const delay = minutes(retryDelayMs(attempts, jitter));
          expect(delay).toBeGreaterThanOrEqual(1);
          expect(Math.round(delay)).toBeLessThanOrEqual(66);
          expect(minutes(retryDelayMs(attempts + 1, jitter))).toBeGreaterThanOrEqual(delay);
        },
      ),
    );
  });
});

describe('the pause before another session', () => {
  it('doubles from a quarter of a second to a minute', () => {
    const pauses = Array.from({ length: 10 }, (_, at) => reconnectDelayMs(at + 1));
    expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
  });

  it('is never longer than a minute, after any number of failures', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), failures => {
        expect(reconnectDelayMs(failures)).toBeGreaterThan(0);
        expect(reconnectDelayMs(failures)).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});
