/** Where a benchmark's files are: the database on a disk, because its fsync is part of what is measured. */
import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { atEnd } from './leave.mjs';

const tmpfs = 0x01021994;

/** @returns a new folder that is gone at the end. On a disk if there is one to be had. */
export function makeDiskFolder() {
  // /var/tmp outlives a restart, hence is on a disk nearly everywhere; /tmp often is memory.
  const parent = ['/var/tmp', '/tmp', process.cwd()].find(folder => !isMemory(folder)) ?? '/var/tmp';
  return makeFolder(join(parent, 'mailtrack-bench-'));
}

/** @returns the same in memory. Short, since sockets in it have to fit into the 108 octets of a unix-domain path. */
export function makeMemoryFolder() {
  return makeFolder(isMemory('/dev/shm') ? '/dev/shm/mtb-' : '/tmp/mtb-');
}

export function isMemory(folder) {
  try {
    return statfsSync(folder).type === tmpfs;
  } catch {
    return false;
  }
}

function makeFolder(prefix) {
  const folder = mkdtempSync(prefix);
  atEnd(() => rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }));
  return folder;
}
