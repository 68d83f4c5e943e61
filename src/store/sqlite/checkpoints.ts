import { Worker } from 'node:worker_threads';
import type { Database } from './database.js';
import type { GroupCommit } from './group-commit.js';

/** 64 MB: then commits wait once for what is left to be moved, some milliseconds, and the log begins anew. */
const longestLogPages = 16_000;
const pageBytes = 4_096;

/**
 * Moves what was committed from the write-ahead log into the database file in another thread: the connection that commits never
 * does. While commits never pause, that thread is never done, and the log would grow for ever. So when the log has become long,
 * and nearly all of it is moved, commits are held for the small rest.
 * @param longestPages of the log, before commits are held.
 * @returns ends it.
 */
export function checkpointAside(
  database: Database,
  commits: GroupCommit,
  longestPages = longestLogPages,
): () => Promise<void> {
  database.pragma('wal_autocheckpoint = 0');
  // A log that grew beside somebody who read for long is cut when it begins anew.
  database.pragma(`journal_size_limit = ${2 * longestLogPages * pageBytes}`);
  const worker = new Worker(new URL('./checkpoint-worker.js', import.meta.url), {
    workerData: { file: database.name, longestPages },
    // It needs nothing of ours, least of all a secret.
    env: {},
  });
  const ended = new Promise<void>(resolve => worker.once('exit', () => resolve()));
  // Without it the connection does all of it.
  worker.on('error', () => void database.pragma(`wal_autocheckpoint = ${longestLogPages}`));
  worker.on('message', (said: string) => {
    if (said === 'long') void commits.heldWhile(() => restart(worker, ended));
  });
  worker.unref();
  return async () => {
    // The process is to wait for it, even when it waits for nothing else.
    worker.ref();
    worker.postMessage('end');
    await ended;
  };
}

/** Resolves when the log begins anew, or cannot: somebody reads. */
async function restart(worker: Worker, ended: Promise<void>): Promise<void> {
  const told = new Promise<void>(resolve => worker.once('message', () => resolve()));
  worker.postMessage('restart');
  await Promise.race([told, ended]);
}
