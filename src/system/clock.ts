import { performance } from 'node:perf_hooks';
import { setTimeout as delay, setImmediate } from 'node:timers/promises';
import type { Clock } from '../workflow/ports.js';

export const systemClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
  sleep: async (ms, signal) => {
    // A timer takes a millisecond at least, and this is asked for every message.
    if (ms <= 0) return;
    try {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    } catch {
      // Aborted: the caller looks at its signal.
    }
  },
  nextTurn: () => setImmediate(),
};
