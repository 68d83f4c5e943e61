import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { DiskRoom } from '../../workflow/fact-ports.js';

/** Less room than this, and only numbers are kept of what could go on growing. */
const leastFreeBytes = 200e6;
/** So much, and rows are kept again: a disk that is just about full would be called so again every second. */
const enoughFreeBytes = 220e6;
const lookMs = 1_000;

export interface DiskWatch {
  /** The file was removed, moved or replaced: SQLite would go on writing to one that nobody can open any more. */
  isGone(): boolean;
  /** As it was within the last second. */
  room(): DiskRoom;
}

/** @param file the database, which is there now. */
export function createDiskWatch(file: string): DiskWatch {
  const { dev, ino } = statSync(file);
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let room: DiskRoom = { isNearlyFull: false, freeBytes: Number.POSITIVE_INFINITY };
  return {
    isGone() {
      const now = statSync(file, { throwIfNoEntry: false });
      return now === undefined || now.ino !== ino || now.dev !== dev;
    },
    room() {
      if (performance.now() - lookedAtMs > lookMs) {
        lookedAtMs = performance.now();
        const free = freeBytes(dirname(file));
        room = {
          freeBytes: free,
          isNearlyFull: free < (room.isNearlyFull ? enoughFreeBytes : leastFreeBytes),
        };
      }
      return room;
    },
  };
}

function freeBytes(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize;
  } catch {
    // A disk that does not say has room until a write fails.
    return Number.POSITIVE_INFINITY;
  }
}
