import { statfsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Less room than this, and only numbers are kept of what could go on growing. */
const leastFreeBytes = 200e6;
const lookMs = 1_000;

export interface DiskWatch {
  /** The file was removed, moved or replaced: SQLite would go on writing to one that nobody can open any more. */
  isGone(): boolean;
  isNearlyFull(): boolean;
}

/** @param file the database, which is there now. */
export function createDiskWatch(file: string): DiskWatch {
  const { dev, ino } = statSync(file);
  let lookedAtMs = Number.NEGATIVE_INFINITY;
  let nearlyFull = false;
  return {
    isGone() {
      const now = statSync(file, { throwIfNoEntry: false });
      return now === undefined || now.ino !== ino || now.dev !== dev;
    },
    isNearlyFull() {
      if (performance.now() - lookedAtMs > lookMs) {
        lookedAtMs = performance.now();
        nearlyFull = freeBytes(dirname(file)) < leastFreeBytes;
      }
      return nearlyFull;
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
