/**
 * Deleted means gone from the files, for what somebody asked to be forgotten. SQLite leaves deleted rows in free space until
 * something is written there, and older pages in the write-ahead log until it begins anew.
 */
import type { Database } from './database.js';

/**
 * Overwrites with zeros whatever `work` deletes, the pages that become free included. Copies of single rows that a page kept when it
 * was split stay: empty the whole table, or `VACUUM`. The write-ahead log has everything until `emptyLog`.
 * @param work synchronous; no transaction may be open.
 */
export function erasing<T>(database: Database, work: () => T): T {
  database.pragma('secure_delete = ON');
  try {
    return work();
  } finally {
    database.pragma('secure_delete = OFF');
  }
}

/**
 * Moves the write-ahead log into the database file and cuts it to nothing. Does not wait.
 * @returns false when it could not, since somebody reads or writes: ask again later.
 */
export function emptyLog(database: Database): boolean {
  if (database.inTransaction) return false;
  const patienceMs = database.pragma('busy_timeout', { simple: true });
  database.pragma('busy_timeout = 0');
  try {
    const [outcome] = database.pragma('wal_checkpoint(TRUNCATE)') as { readonly busy: number }[];
    return outcome?.busy === 0;
  } finally {
    database.pragma(`busy_timeout = ${patienceMs}`);
  }
}
