import type { DiskRoom } from '../../workflow/fact-ports.js';
import type { Settling } from './settling.js';

const everyMs = 1_000;
/** The share of the last second in which the event loop was busy; with more of it settling waits for a quieter one. */
const busyShare = 0.5;
/** Whoever asks about one email looks through all of those; beyond them settling waits for nothing. */
const mostWaiting = 100_000;
/** Whoever stops the server waits for it. What is left is settled the next time. */
const longestEndMs = 1_000;

/**
 * Settles beside the answers, when there is time.
 * @returns ends it, with the slice that is under way.
 */
export function keepSettling(settling: Settling, diskRoom: () => DiskRoom): () => void {
  let isEnded = false;
  let isUnderWay = false;
  let before = performance.eventLoopUtilization();

  async function look(): Promise<void> {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, before);
    before = now;
    if (isUnderWay || settling.waiting === 0) return;
    // A disk that is nearly full has room for what is moved only after it was moved.
    if (diskRoom().isNearlyFull || (utilization > busyShare && settling.waiting < mostWaiting)) return;
    isUnderWay = true;
    await settling.settle('soon', () => isEnded);
    isUnderWay = false;
  }

  const timer = setInterval(() => {
    // A database that is locked, or a disk that is full: whatever is wrong is told by who records a fetch.
    look().catch(() => {
      isUnderWay = false;
    });
  }, everyMs);
  timer.unref();
  return () => {
    clearInterval(timer);
    isEnded = true;
  };
}

/** Before the database is closed. Never rejects. */
export async function settleAtEnd(settling: Settling, diskRoom: () => DiskRoom): Promise<void> {
  if (diskRoom().isNearlyFull) return;
  const endMs = performance.now() + longestEndMs;
  await settling.settle('now', () => performance.now() > endMs).catch(() => undefined);
}
