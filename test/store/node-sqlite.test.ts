/** Node's own SQLite behaves as better-sqlite3 does in the calls that this room makes. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database, Driver } from '../../src/store/sqlite/connection.js';
import { chooseDriver, loadDriver } from '../../src/store/sqlite/driver.js';
import { createNodeDriver } from '../../src/store/sqlite/node-sqlite.js';

const builtIn = createNodeDriver();
const drivers: readonly (readonly [string, () => Promise<Driver>])[] = [
  ['the driver in use', loadDriver],
  ...(builtIn === undefined ? [] : ([['Node’s own', async () => builtIn]] as const)),
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-node-sqlite-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe.each(drivers)('with %s', (_, load) => {
  let Connection: Driver;
  let file: string;
  let database: Database;
  beforeEach(async () => {
    Connection = await load();
    file = join(folder, 'a.db');
    database = new Connection(file, { timeout: 0 });
    database.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, big INTEGER, name TEXT, part REAL) STRICT');
  });
  afterEach(() => database.close());

  const codeOf = (act: () => unknown): unknown => {
    try {
      act();
      return undefined;
    } catch (error) {
      return (error as { code?: unknown }).code;
    }
  };

  it('values go in and come out as they were', () => {
    const insert = database.prepare('INSERT INTO t VALUES (?, ?, ?, ?)');
    expect(insert.run(1, 2 ** 47 + 1, 'Jörg', 0.5)).toEqual({ changes: 1, lastInsertRowid: 1 });
    insert.run(2, null, '', 1);
    const all = database.prepare('SELECT * FROM t ORDER BY n');
    expect(all.all()).toEqual([
      { n: 1, big: 2 ** 47 + 1, name: 'Jörg', part: 0.5 },
      { n: 2, big: null, name: '', part: 1 },
    ]);
    expect([...all.iterate()]).toEqual(all.all());
    expect(all.get()).toEqual(all.all()[0]);
    expect(database.prepare('SELECT n, name FROM t ORDER BY n').raw().all()).toEqual([
      [1, 'Jörg'],
      [2, ''],
    ]);
    expect(database.prepare('SELECT count(*) FROM t').pluck().get()).toBe(2);
    expect(database.prepare('SELECT n FROM t WHERE n > ? ORDER BY n LIMIT ?').pluck().all(0, 1)).toEqual([1]);
    expect(database.prepare('SELECT n FROM t WHERE n = 9').get()).toBe(undefined);
    expect(database.prepare('UPDATE t SET name = ? WHERE n > ?').run('x', 0).changes).toBe(2);
  });

  it('an object may have more than a statement names', () => {
    const insert = database.prepare('INSERT INTO t (n, big, name) VALUES (@n, @n, @name)');
    insert.run({ n: 7, name: 'x', more: new Date(), other: undefined });
    expect(database.prepare('SELECT big, name FROM t WHERE n = @n').raw().get({ n: 7, z: 1 })).toEqual([
      7,
      'x',
    ]);
  });

  it('pragmas give rows, or their first value', () => {
    expect(database.pragma('user_version', { simple: true })).toBe(0);
    database.pragma('user_version = 9');
    expect(database.pragma('user_version')).toEqual([{ user_version: 9 }]);
    expect(database.pragma('journal_mode = WAL', { simple: true })).toBe('wal');
    database.pragma('synchronous = FULL');
    expect(database.pragma('synchronous', { simple: true })).toBe(2);
    expect(database.pragma('busy_timeout', { simple: true })).toBe(0);
  });

  it('a transaction is all or nothing, and one inside another as well', () => {
    const insert = database.prepare('INSERT INTO t (n) VALUES (?)');
    const numbers = () => database.prepare('SELECT n FROM t ORDER BY n').pluck().all();
    const inner = database.transaction((n: number, fails: boolean) => {
      insert.run(n);
      if (fails) throw new Error('inner');
      return n;
    });
    const outer = database.transaction((fails: boolean) => {
      expect(database.inTransaction).toBe(true);
      insert.run(1);
      expect(inner(2, false)).toBe(2);
      expect(() => inner(3, true)).toThrow('inner');
      if (fails) throw new Error('outer');
    });
    expect(() => outer.immediate(true)).toThrow('outer');
    expect([numbers(), database.inTransaction]).toEqual([[], false]);
    outer.immediate(false);
    expect([numbers(), database.inTransaction]).toEqual([[1, 2], false]);
  });

  it('what is opened to be read only cannot be written', () => {
    const reader = new Connection(file, { readonly: true });
    expect(reader.prepare('SELECT count(*) FROM t').pluck().get()).toBe(0);
    expect(codeOf(() => reader.exec('INSERT INTO t (n) VALUES (1)'))).toMatch(/^SQLITE_READONLY/);
    reader.close();
  });

  it('errors have the names of SQLite', () => {
    const other = new Connection(file, { timeout: 0 });
    other.exec('BEGIN EXCLUSIVE');
    expect(codeOf(() => database.exec('BEGIN IMMEDIATE'))).toMatch(/^SQLITE_BUSY/);
    expect(codeOf(() => database.prepare('SELECT * FROM t').all())).toMatch(/^SQLITE_BUSY/);
    other.exec('ROLLBACK');
    other.close();
    expect(codeOf(() => database.exec('INSERT INTO t (n) VALUES (1), (1)'))).toMatch(/^SQLITE_CONSTRAINT/);
    expect(codeOf(() => database.prepare('SELECT * FROM nothing'))).toBe('SQLITE_ERROR');
    expect(codeOf(() => new Connection(join(folder, 'no', 'a.db')))).toBe(
      // better-sqlite3 looks for the folder itself.
      Connection === builtIn ? 'SQLITE_CANTOPEN' : undefined,
    );
    expect(codeOf(() => new Connection(join(folder, 'b.db'), { fileMustExist: true }))).toBe(
      'SQLITE_CANTOPEN',
    );
    writeFileSync(join(folder, 'c.db'), 'no database, but more than a hundred octets of text'.repeat(40));
    expect(codeOf(() => new Connection(join(folder, 'c.db')).pragma('user_version'))).toBe('SQLITE_NOTADB');
  });
});

describe('the choice of a driver', () => {
  const native = (): Driver => {
    throw Object.assign(new Error("Cannot find module 'better-sqlite3/package.json'"), {
      code: 'MODULE_NOT_FOUND',
    });
  };
  const one = class {} as unknown as Driver;

  it('is Node’s own where the other one is missing or does not load', () => {
    expect(chooseDriver(native, () => one, '24.0.0')).toBe(one);
  });

  it('says what to do where there is neither', () => {
    expect(() => chooseDriver(native, () => undefined, '20.19.0')).toThrow(
      expect.objectContaining({
        code: 'database',
        message:
          'the SQLite driver better-sqlite3 is not installed: npm could not build it for Node.js 20.19.0',
      }),
    );
  });
});
