import { closeSync, constants, openSync, rmSync, statSync } from 'node:fs';
import type { Database } from './database.js';
import { databaseProblem, loadDriver } from './database.js';

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
    // and somebody else may hold the one that has it: try again with that one.
    if (sameFile(database, file)) {
      return () => {
        rmSync(file, { force: true });
        database.close();
      };
    }
    database.close();
  }
}

const inodes = new WeakMap<Database, number>();

function openLockFile(Driver: Awaited<ReturnType<typeof loadDriver>>, file: string): Database {
  try {
    // SQLite would make it readable for others, and follow a link that somebody laid there.
    closeSync(openSync(file, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600));
    const database = new Driver(file, { timeout: 0 });
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
