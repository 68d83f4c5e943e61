import { readFileSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Database } from './database.js';

/** Where a database file is: another machine, disk or file is another place. */
interface Origin {
  readonly host: string;
  readonly device: number;
  readonly inode: number;
}

/**
 * true when the file was copied or restored since it was made. Such a copy may be older than what was sent from the
 * original, so nobody may be sent to from it unless the user says that the original is gone.
 */
export function isCopy(database: Database): boolean {
  const made = database.prepare('SELECT host, device, inode FROM origin').get() as Origin | undefined;
  const now = placeOf(database.name);
  return (
    made !== undefined && (made.host !== now.host || made.device !== now.device || made.inode !== now.inode)
  );
}

/** This place is the database's own from now on. */
export function adopt(database: Database): void {
  const { host, device, inode } = placeOf(database.name);
  database.transaction(() => {
    database.prepare('DELETE FROM origin').run();
    database.prepare('INSERT INTO origin (host, device, inode) VALUES (?, ?, ?)').run(host, device, inode);
  })();
}

function placeOf(file: string): Origin {
  const { dev, ino } = statSync(file);
  return { host: machineId(), device: dev, inode: ino };
}

/** machine-id(5) where there is one: a host name is often the same on two machines. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim() || hostname();
  } catch {
    return hostname();
  }
}
