/** The thread of `checkpoints.ts`: copies what is in the write-ahead log by now, once a second. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadDriver } from './driver.js';

const everyMs = 1_000;
/** For readers, while commits are held. */
const patienceMs = 20;
/** So few pages are moved in some milliseconds. */
const fewPages = 1_000;
const mostRounds = 5;

const { file, longestPages } = workerData as { readonly file: string; readonly longestPages: number };
const Driver = await loadDriver();
const database = new Driver(file, { fileMustExist: true, timeout: patienceMs });
// What is copied has to be on disk before it is written over in the log.
database.pragma('synchronous = FULL');

/** Moves what there is, and what came meanwhile, until little is left. @returns whether the log is long all the same. */
function move(): boolean {
  for (let round = 0; round < mostRounds; round += 1) {
    const [done] = database.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
    if (done === undefined || done.log < longestPages) return false;
    if (done.log - done.checkpointed < fewPages) return true;
  }
  return true;
}

function quietly<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    // A full disk, for one: the log keeps what it has, and the next time may do.
    return undefined;
  }
}

const timer = setInterval(() => {
  if (quietly(move) === true) parentPort?.postMessage('long');
}, everyMs);

parentPort?.on('message', (asked: string) => {
  if (asked === 'restart') {
    quietly(() => database.pragma('wal_checkpoint(RESTART)'));
    parentPort?.postMessage('restarted');
    return;
  }
  clearInterval(timer);
  database.close();
  parentPort?.close();
});
