import { Worker } from 'node:worker_threads';
import type { Database } from './database.js';

/** 64 MB: so long the log may become before whoever commits has to help. */
const longestLogPages = 16_000;

/**
 * Moves what was committed from the write-ahead log into the database file in another thread, so that nobody who waits for
 * a commit waits for that too. While commits never pause, that thread is never done, and the log would grow for
 * ever: the connection itself does the small rest when the log has become long, and begins it anew.
 * @returns ends it.
 */
export function checkpointAside(database: Database): () => Promise<void> {
  database.pragma(`wal_autocheckpoint = ${longestLogPages}`);
  const worker = new Worker(new URL('./checkpoint-worker.js', import.meta.url), {
    workerData: database.name,
    // It needs nothing of ours, least of all a secret.
    env: {},
  });
  // Without it the connection does all of it, later.
  worker.on('error', () => undefined);
  worker.unref();
  const ended = new Promise(resolve => worker.once('exit', resolve));
  return async () => {
    // The process is to wait for it, even when it waits for nothing else.
    worker.ref();
    worker.postMessage('end');
    await ended;
  };
}
