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

class WatchedCommits extends GroupCommit {
  /** How often, and it is over. */
  held = 0;

  override async heldWhile(act: () => Promise<void>): Promise<void> {
    await super.heldWhile(act);
    this.held += 1;
  }
}

it('the log begins anew while commits never pause, as soon as nobody reads an older state', async () => {
  const file = join(folder, 'mailtrack.db');
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.exec('CREATE TABLE t (text)');
  const commits = new WatchedCommits(database);
  // Its thread runs what is built.
  const built = pathToFileURL(join(process.cwd(), 'dist/store/sqlite/checkpoints.js')).href;
  const { checkpointAside } = (await import(built)) as typeof checkpoints;
  const end = checkpointAside(database, commits, 50);
  expect(database.pragma('wal_autocheckpoint', { simple: true })).toBe(0);
  const insert = database.prepare('INSERT INTO t VALUES (hex(randomblob(3000)))');
  const salt = () => readFileSync(`${file}-wal`).subarray(16, 24).toString('hex');
  const first = salt();
  let rows = 0;
  async function commitUntil(isEnough: () => boolean): Promise<void> {
    for (; !isEnough(); rows += 1) {
      await commits.run('now', () => insert.run());
      await nextTurn();
    }
  }
  // Somebody reads an older state: the log cannot begin anew, and commits go on all the same.
  const reader = new Database(file);
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM t').get();
  await commitUntil(() => commits.held > 0);
  expect(salt()).toBe(first);
  reader.close();
  await commitUntil(() => salt() !== first);
  await end();
  expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(rows);
  database.close();
});
