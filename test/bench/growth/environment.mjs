/** A folder with its database and its key, and nothing of the machine's configuration. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createKey, printKey } from '../../../dist/tracking/key.js';

export const benchKey = createKey(1, new Uint8Array(32).fill(1));

export function writeKey(folder) {
  writeFileSync(join(folder, 'key'), `${printKey(benchKey)}\n`, { mode: 0o600 });
}

export function environmentOf(folder) {
  return {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_DATA_HOME: folder,
    XDG_CONFIG_HOME: folder,
    MAILTRACK_DB: join(folder, 'mailtrack.db'),
    MAILTRACK_KEY: join(folder, 'key'),
  };
}
