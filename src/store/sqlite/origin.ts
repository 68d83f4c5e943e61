import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Database } from './database.js';

/** Where a database file is: another machine, disk or file is another place. */
interface Origin {
  readonly host: string;
  readonly device: number;
  readonly inode: number;
  /** Unix time in milliseconds the file was made, since inodes are used again; 0 where the file system does not say. */
  readonly born: number;
}

/**
 * true when the file was copied or restored since it was made. Such a copy may be older than what was sent from the
 * original, so nobody may be sent to from it unless the user says that the original is gone.
 */
export function isCopy(database: Database): boolean {
  const made = database.prepare('SELECT host, device, inode, born FROM origin').get() as Origin | undefined;
  const now = placeOf(database.name);
  return (
    made !== undefined && Object.entries(made).some(([key, value]) => now[key as keyof Origin] !== value)
  );
}

/** This place is the database's own from now on. */
export function adopt(database: Database): void {
  const { host, device, inode, born } = placeOf(database.name);
  database.transaction(() => {
    database.prepare('DELETE FROM origin').run();
    database
      .prepare('INSERT INTO origin (host, device, inode, born) VALUES (?, ?, ?, ?)')
      .run(host, device, inode, born);
  })();
}

function placeOf(file: string): Origin {
  const { dev, ino, birthtimeMs } = statSync(file);
  return { host: machineId(), device: dev, inode: ino, born: Math.floor(birthtimeMs) };
}

/** machine-id(5) where there is one: a host name is often the same on two machines. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || hostname();
  } catch {
    return hostname();
  }
}
