import type { ServeEvent } from './events.js';
import type { DiskRoom } from './fact-ports.js';

/** Notices when a disk becomes nearly full, from when on fetches are only counted, and when it has room again. */
export class DiskAlarm {
  #sinceMs: number | undefined;

  look({ isNearlyFull, freeBytes }: DiskRoom, nowMs: number): ServeEvent | undefined {
    if (isNearlyFull === (this.#sinceMs !== undefined)) return undefined;
    const sinceMs = this.#sinceMs;
    this.#sinceMs = isNearlyFull ? nowMs : undefined;
    if (sinceMs === undefined) return { kind: 'disk-nearly-full', freeBytes };
    return { kind: 'disk-has-room', freeBytes, seconds: (nowMs - sinceMs) / 1_000 };
  }
}
