import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import type { Database } from '../../src/store/sqlite/connection.js';
import { openDatabase } from '../../src/store/sqlite/database.js';
import { GroupCommit } from '../../src/store/sqlite/group-commit.js';

let folder: string;
let database: Database;
/** Another process, as far as the file knows. */
let other: Database;
let commits: GroupCommit;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-commit-'));
  const file = join(folder, 'mailtrack.db');
  database = await openDatabase(file, 0);
  database.exec('CREATE TABLE words (word TEXT UNIQUE)');
  other = await openDatabase(file, 0);
  commits = new GroupCommit(database);
});
afterEach(() => {
  database.close();
  other.close();
  rmSync(folder, { recursive: true, force: true });
});

const write = (word: string) => () => database.prepare('INSERT INTO words VALUES (?)').run(word).changes;
/** What is committed. */
const words = () => other.prepare('SELECT word FROM words ORDER BY word').pluck().all();
const fault = (promise: Promise<unknown>) =>
  promise.then(
    () => 'no fault',
    (error: unknown) => (error instanceof Problem ? error.code : String(error)),
  );

describe('a write', () => {
  it('is there for others when its promise resolves, and returns its value', async () => {
    expect(await commits.run('now', write('one'))).toBe(1);
    expect(words()).toEqual(['one']);
  });

  it('shares a commit with those of its turn, and with those that had time', async () => {
    const soon = commits.run('soon', write('soon'));
    const now = commits.run('now', write('now'));
    expect(words()).toEqual([]);
    await now;
    expect(words()).toEqual(['now', 'soon']);
    await soon;
  });

  it('that has time is committed although no other comes', async () => {
    await commits.run('soon', write('soon'));
    expect(words()).toEqual(['soon']);
  });

  it('fails with all that share its commit, and nothing of them is there', async () => {
    await commits.run('now', write('one'));
    const both = [commits.run('now', write('two')), commits.run('now', write('one'))];
    expect(await Promise.all(both.map(fault))).toEqual(['database', 'database']);
    expect(words()).toEqual(['one']);
    await commits.run('now', write('two'));
    expect(words()).toEqual(['one', 'two']);
  });

  it('fails while another process writes, and the next one does not', async () => {
    other.exec('BEGIN IMMEDIATE');
    const refused = await fault(commits.run('now', write('one')));
    other.exec('COMMIT');
    expect(refused).toBe('database');
    await commits.run('now', write('two'));
    expect(words()).toEqual(['two']);
  });
});

describe('a long transaction of its own', () => {
  const turn = () => new Promise(setImmediate);

  it('commits first what was queued, and then is there as a whole', async () => {
    const before = commits.run('soon', write('before'));
    const seen: unknown[] = [];
    const value = await commits.alone(async () => {
      write('one')();
      await turn();
      seen.push(...words());
      write('two')();
      return 7;
    });
    await before;
    expect([value, seen, words()]).toEqual([7, ['before'], ['before', 'one', 'two']]);
  });

  it('takes back nothing of others when it fails: neither what was acknowledged nor what came meanwhile', async () => {
    await commits.run('now', write('acknowledged'));
    let meanwhile: Promise<unknown> = Promise.resolve();
    let isAcknowledged = false;
    const failed = await fault(
      commits.alone(async () => {
        write('own')();
        meanwhile = commits.run('now', write('meanwhile')).then(() => {
          isAcknowledged = true;
        });
        await turn();
        await turn();
        commits.flush();
        // It would be in this transaction, which is about to be taken back.
        expect(isAcknowledged).toBe(false);
        throw new Error('cut off');
      }),
    );
    await meanwhile;
    expect([failed, isAcknowledged, words()]).toEqual([
      'Error: cut off',
      true,
      ['acknowledged', 'meanwhile'],
    ]);
  });

  it('keeps what came meanwhile when it succeeds, too', async () => {
    let meanwhile: Promise<unknown> = Promise.resolve();
    await commits.alone(async () => {
      meanwhile = commits.run('now', write('meanwhile'));
      await turn();
      write('own')();
    });
    await meanwhile;
    expect(words()).toEqual(['meanwhile', 'own']);
  });

  it('fails as the database does, while another process writes, and the next one works', async () => {
    other.exec('BEGIN IMMEDIATE');
    const refused = await fault(commits.alone(async () => write('one')()));
    other.exec('COMMIT');
    expect(refused).toBe('database');
    await commits.alone(async () => write('two')());
    await commits.run('now', write('three'));
    expect(words()).toEqual(['three', 'two']);
  });

  it('holds off other processes until it is over', async () => {
    let refused = '';
    await commits.alone(async () => {
      await turn();
      try {
        other.exec('BEGIN IMMEDIATE');
      } catch (error) {
        refused = String(error);
      }
    });
    expect(refused).toContain('locked');
  });
});
