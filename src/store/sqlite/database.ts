import { closeSync, existsSync, fsyncSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { Problem } from '../../problem.js';
import type { Database, Statement } from './connection.js';
import { loadDriver } from './driver.js';
import { adopt } from './origin.js';
import { migrations } from './schema.js';

export type { Database, Statement };

/**
 * Opens the database file, creating it (0600) with its tables when it is not there.
 * @param busyTimeoutMs how long a statement waits for another writer before it gives up; it blocks the process.
 * @throws Problem `database`: locked, unwritable, not a database, made by a newer mailtrack, or no driver.
 */
export async function openDatabase(file: string, busyTimeoutMs: number): Promise<Database> {
  const Driver = await loadDriver();
  try {
    const isNew = !existsSync(file);
    if (isNew) createPrivateFile(file);
    const database = new Driver(file, { timeout: busyTimeoutMs });
    try {
      makeDurable(database);
      migrate(database, file);
    } catch (error) {
      database.close();
      throw error;
    }
    if (isNew) syncFolder(dirname(file));
    return database;
  } catch (error) {
    throw databaseProblem(file, error);
  }
}

/**
 * better-sqlite3 is built so that WAL lowers `synchronous` to NORMAL, with which a power cut takes back commits that
 * were already acted upon. FULL has to be set after WAL, and is asserted, since nothing else would notice.
 */
function makeDurable(database: Database): void {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL');
  database.pragma('foreign_keys = ON');
  // In KiB. An email is read and written from its beginning to its end: more pages than these are not asked for again.
  database.pragma('cache_size = -6144');
  const synchronous = database.pragma('synchronous', { simple: true });
  const journalMode = database.pragma('journal_mode', { simple: true });
  if (synchronous !== 2 || journalMode !== 'wal') {
    throw new Problem(
      'database',
      `${database.name} cannot be made durable: ${journalMode}, synchronous ${synchronous}`,
      {
        fix: 'Keep the database on a local disk.',
      },
    );
  }
}

function migrate(database: Database, file: string): void {
  if (schemaVersion(database) === migrations.length) return;
  // Another process may have migrated while we waited for the write lock: look again inside.
  const run = database.transaction(() => {
    const version = schemaVersion(database);
    if (version > migrations.length) {
      throw new Problem('database', `${file} was written by a newer mailtrack (schema ${version})`, {
        fix: 'Update mailtrack, or name another database with --db.',
      });
    }
    for (const sql of migrations.slice(version)) database.exec(sql);
    // With its tables, a new file gets its place; one without would never be known for a copy.
    if (version === 0) adopt(database);
    database.pragma(`user_version = ${migrations.length}`);
  });
  run.immediate();
}

function schemaVersion(database: Database): number {
  return database.pragma('user_version', { simple: true }) as number;
}

/** SQLite gives its -wal and -shm files the mode of the main file, so one private file makes three. */
function createPrivateFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
}

/** A new file is only there after a power cut when its folder was synced. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

/** @throws Problem `database` for what SQLite says of the file. */
export function explained<T>(database: Database, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw databaseProblem(database.name, error);
  }
}

/** What SQLite or the file system said, in words a user can act on. Problems pass through. */
export function databaseProblem(file: string, error: unknown): Problem {
  if (error instanceof Problem) return error;
  const code = String((error as { code?: unknown }).code ?? '');
  const [what, fix] = describe(code, error as Error);
  return new Problem('database', `the database ${file} ${what}`, { fix, cause: error });
}

function describe(code: string, error: Error): readonly [string, string | undefined] {
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED')) {
    return ['is locked by another program', 'Close the program that holds it, then run the command again.'];
  }
  if (code.startsWith('SQLITE_READONLY') || code === 'EROFS' || code === 'EACCES' || code === 'EPERM') {
    return ['cannot be written', 'Make the file and its folder writable for you, or name another with --db.'];
  }
  if (code.startsWith('SQLITE_CANTOPEN') || code === 'ENOTDIR' || code === 'EISDIR' || code === 'ENOENT') {
    return [
      'cannot be opened',
      'Check the path and the permissions of its folder, or name another with --db.',
    ];
  }
  if (code.startsWith('SQLITE_FULL') || code === 'ENOSPC') {
    return ['cannot grow: the disk is full', 'Make room, then run the command again.'];
  }
  if (code === 'GONE') {
    return ['was removed or replaced', 'Put the file back where it was, or start again.'];
  }
  if (code.startsWith('SQLITE_NOTADB')) {
    return ['is not a mailtrack database', 'Name another with --db.'];
  }
  if (code.startsWith('SQLITE_CORRUPT') || /no such (table|column)|has no column named/.test(error.message)) {
    return ['is damaged', 'Restore it from a copy; nothing was sent.'];
  }
  return [`failed: ${error.message}`, undefined];
}
