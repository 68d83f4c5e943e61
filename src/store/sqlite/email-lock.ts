import { closeSync, constants, existsSync, openSync, rmSync, statSync } from 'node:fs';
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
  const Driver = await loadDriver();
  for (;;) {
    const database = openLockFile(Driver, file);
    if (!tryLock(database, file)) {
      database.close();
      return undefined;
    }
    // The last holder removes the file. If it did so between our open and our lock, we hold a file without a name,
    // and another process may hold the one that has it: try again with that one.
    if (sameFile(database, file)) {
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
  const Driver = await loadDriver();
  const database = openIfThere(Driver, file);
  if (database === undefined) return false;
  try {
    return !tryLock(database, file);
  } finally {
    database.close();
  }
}

/** Longer than `isEmailLocked` holds a lock that it only looks at. */
const patientMs = 50;

const inodes = new WeakMap<Database, number>();

/** Never makes the file: nobody would remove it. */
function openIfThere(Driver: Awaited<ReturnType<typeof loadDriver>>, file: string): Database | undefined {
  try {
    return new Driver(file, { timeout: 0, fileMustExist: true });
  } catch (error) {
    // Its last holder removed it, perhaps just now.
    if (!existsSync(file)) return undefined;
    throw databaseProblem(file, error);
  }
}

function openLockFile(Driver: Awaited<ReturnType<typeof loadDriver>>, file: string): Database {
  try {
    // SQLite would make it readable for others, and follow a link that somebody laid there.
    closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600));
    const database = new Driver(file, { timeout: patientMs });
    inodes.set(database, statSync(file).ino);
    return database;
  } catch (error) {
    throw databaseProblem(file, error);
  }
}

function tryLock(database: Database, file: string): boolean {
  try {
    database.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return false;
    throw databaseProblem(file, error);
  }
}

function sameFile(database: Database, file: string): boolean {
  const facts = statSync(file, { throwIfNoEntry: false });
  return facts !== undefined && facts.ino === inodes.get(database);
}
