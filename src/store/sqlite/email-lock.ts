import { closeSync, existsSync, lstatSync, openSync, rmSync, statSync } from 'node:fs';
import type { Driver } from './connection.js';
import type { Database } from './database.js';
import { databaseProblem } from './database.js';
import { loadDriver } from './driver.js';

/**
 * An exclusive lock on one email of one database that ends with the process, whatever ends it: a small SQLite file
 * beside the database, held by `BEGIN EXCLUSIVE` in rollback mode. The operating system drops it; nothing goes stale.
 * @returns a function that releases it, or undefined when another process holds it.
 */
export async function takeEmailLock(
  databaseFile: string,
  emailId: string,
): Promise<(() => void) | undefined> {
  const file = `${databaseFile}-${emailId}.lock`;
  const Connection = await loadDriver();
  for (;;) {
    const database = openLockFile(Connection, file);
    if (database === undefined) continue;
    const found = tryLock(database, file);
    if (found === 'busy') {
      database.close();
      return undefined;
    }
    // The last holder removes the file. If it did so between our open and our lock, we hold a file without a name,
    // and another process may hold the one that has it: try again with that one.
    if (found === 'locked' && sameFile(database, file)) {
      return () => {
        rmSync(file, { force: true });
        database.close();
      };
    }
    database.close();
  }
}

/** Whether a process holds the lock. A file that a killed process left behind is no lock. */
export async function isEmailLocked(databaseFile: string, emailId: string): Promise<boolean> {
  const file = `${databaseFile}-${emailId}.lock`;
  const Connection = await loadDriver();
  const database = openIfThere(Connection, file);
  if (database === undefined) return false;
  try {
    return tryLock(database, file) === 'busy';
  } finally {
    database.close();
  }
}

/** Longer than `isEmailLocked` holds a lock that it only looks at. */
const patientMs = 50;

const inodes = new WeakMap<Database, number>();

/** Never makes the file: nobody would remove it. */
function openIfThere(Connection: Driver, file: string): Database | undefined {
  try {
    return new Connection(file, { timeout: 0, fileMustExist: true });
  } catch (error) {
    // Its last holder removed it, perhaps just now.
    if (!existsSync(file)) return undefined;
    throw databaseProblem(file, error);
  }
}

/** @returns undefined when its last holder removed it just now. */
function openLockFile(Connection: Driver, file: string): Database | undefined {
  makeLockFile(file);
  try {
    const database = new Connection(file, { timeout: patientMs, fileMustExist: true });
    const facts = statSync(file, { throwIfNoEntry: false });
    if (facts !== undefined) inodes.set(database, facts.ino);
    return database;
  } catch (error) {
    if (!existsSync(file)) return undefined;
    throw databaseProblem(file, error);
  }
}

/**
 * SQLite would make it readable for others, and follow a link that somebody laid there. A file that is there is not opened:
 * closing it again would drop the locks this process has on it. A file that cannot be made will not be made the next time either.
 */
function makeLockFile(file: string): void {
  try {
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'EEXIST') throw databaseProblem(file, error);
    if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      throw databaseProblem(file, Object.assign(new Error('it is a link'), { code: 'ELOOP' }));
  }
}

/** `gone`: the file lost its name while we waited for it, and SQLite may take that for a broken disk. */
function tryLock(database: Database, file: string): 'locked' | 'busy' | 'gone' {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return 'locked';
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return 'busy';
    if (inodes.has(database) && !sameFile(database, file)) return 'gone';
    if (!existsSync(file)) return 'gone';
    throw databaseProblem(file, error);
  }
}

function sameFile(database: Database, file: string): boolean {
  const facts = statSync(file, { throwIfNoEntry: false });
  return facts !== undefined && facts.ino === inodes.get(database);
}
