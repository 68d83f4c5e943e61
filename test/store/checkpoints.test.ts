import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import type * as checkpoints from '../../src/store/sqlite/checkpoints.js';
import { GroupCommit } from '../../src/store/sqlite/group-commit.js';

const folder = mkdtempSync(join(tmpdir(), 'mailtrack-checkpoints-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the log begins anew while commits never pause, and the connection that commits moves nothing of it', async () => {
  const file = join(folder, 'mailtrack.db');
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE t (text)');
  const commits = new GroupCommit(database);
  // Its thread runs what is built.
  const built = pathToFileURL(join(process.cwd(), 'dist/store/sqlite/checkpoints.js')).href;
  const { checkpointAside } = (await import(built)) as typeof checkpoints;
  const end = checkpointAside(database, commits, 50);
  expect(database.pragma('wal_autocheckpoint', { simple: true })).toBe(0);
  const insert = database.prepare('INSERT INTO t VALUES (hex(randomblob(3000)))');
  const salt = () => readFileSync(`${file}-wal`).subarray(16, 24).toString('hex');
  const first = salt();
  let rows = 0;
  while (salt() === first) {
    await commits.run('now', () => insert.run());
    rows += 1;
    await nextTurn();
  }
  await end();
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(rows);
  database.close();
});
