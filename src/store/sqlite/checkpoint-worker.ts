/** The thread of `checkpoints.ts`: copies what is in the write-ahead log by now, once a second. */
import { parentPort, workerData } from 'node:worker_threads';
import { loadDriver } from './driver.js';

const everyMs = 1_000;

const Driver = await loadDriver();
const database = new Driver(String(workerData), { fileMustExist: true });
// What is copied has to be on disk before it is written over in the log.
database.pragma('synchronous = FULL');
const timer = setInterval(() => {
  try {
    database.pragma('wal_checkpoint(PASSIVE)');
  } catch {
    // A full disk, for one: the log keeps what it has, and the next time may do.
  }
}, everyMs);

parentPort?.once('message', () => {
  clearInterval(timer);
  database.close();
});
