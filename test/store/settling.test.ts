import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { GroupCommit } from '../../src/store/sqlite/group-commit.js';
import { migrations } from '../../src/store/sqlite/schema.js';
import { Settling } from '../../src/store/sqlite/settling.js';
import type { RecordedFetch } from '../../src/workflow/fact-ports.js';

const at = Date.UTC(2026, 10, 23, 9);
const emails = [7, 42, 3, 1_000, 5];

let folder: string;
let file: string;
let store: Store;
let other: Database.Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-settling-'));
  file = join(folder, 'mailtrack.db');
  store = await openStore(file);
  other = new Database(file);
});
afterEach(async () => {
  other.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** In turn for several emails; the time says which of all it is. */
function fetches(count: number, from = 0): RecordedFetch[] {
  return Array.from({ length: count }, (_, index) => ({
    emailNumber: emails[(from + index) % emails.length] ?? 0,
    recipientNumber: (from + index) % 11,
    fetchedAt: at + from + index,
    method: 'GET',
    userAgent: 'Thunderbird/128',
    network: '',
    kind: 'human',
    confidence: 0.85,
    rule: 'mail-client',
  }));
}

const settlingOf = (database: Database.Database) => new Settling(database, new GroupCommit(database));
const count = (table: string) => other.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
const times = (table: string) => other.prepare(`SELECT fetched_at FROM ${table} ORDER BY 1`).pluck().all();
const numbers = () =>
  other
    .prepare('SELECT email_number, fetch_number FROM settled_fetches ORDER BY email_number, fetched_at')
    .raw()
    .all();

/** As they came, from 1 in each email. */
function expectNumbered(all: number): void {
  const each = all / emails.length;
  const wanted = [...emails].sort((one, two) => one - two);
  expect(numbers()).toEqual(
    wanted.flatMap(email => Array.from({ length: each }, (_, index) => [email, index + 1])),
  );
}

describe('fetches that arrived', () => {
  it('are among all fetches at once, and are numbered by email in the order in which they came', async () => {
    await store.fetchLog.appendFetches(fetches(1_000));
    expect([count('fetches'), count('settled_fetches')]).toEqual([1_000, 0]);
    await settlingOf(other).settle();
    expect([count('fetches'), count('settled_fetches'), count('arrived_fetches')]).toEqual([1_000, 1_000, 0]);
    expectNumbered(1_000);
    await store.fetchLog.appendFetches(fetches(500, 1_000));
    expect(count('fetches')).toBe(1_500);
    await settlingOf(other).settle();
    expectNumbered(1_500);
  });

  it('are there once, and all of them, wherever a process that settles them dies', async () => {
    await store.fetchLog.appendFetches(fetches(1_000));
    const all = times('fetches');
    for (let steps = 1; count('arrived_fetches') !== 0; steps += 1) {
      let left = steps;
      await settlingOf(other).settle('now', () => left-- === 0);
      expect(times('fetches')).toEqual(all);
      expect(count('unsettled_fetches')).toBe(1_000 - Number(count('settled_fetches')));
    }
    expectNumbered(1_000);
  });

  it('are settled once by two processes at the same time, beside one that records more', async () => {
    await store.fetchLog.appendFetches(fetches(1_000));
    const second = new Database(file);
    await Promise.all([
      settlingOf(other).settle(),
      settlingOf(second).settle(),
      store.fetchLog.appendFetches(fetches(500, 1_000)),
    ]);
    await settlingOf(second).settle();
    second.close();
    expect([count('fetches'), count('arrived_fetches')]).toEqual([1_500, 0]);
    expectNumbered(1_500);
  });

  it('are settled when the database is closed, by whoever recorded them', async () => {
    await store.fetchLog.appendFetches(fetches(100));
    await store.close();
    expect(count('arrived_fetches')).toBe(0);
    expectNumbered(100);
    store = await openStore(file);
  });

  it('follow those that were pulled or read from a log meanwhile', async () => {
    await store.fetchLog.appendFetches(fetches(5));
    other.exec(
      "INSERT INTO settled_fetches VALUES (42, 1, 9, '2026-11-22T09:00:00.000Z', 'GET', NULL, '', 'human', 0.8, 'x')",
    );
    const inView = other.prepare(
      'SELECT fetch_number FROM fetches WHERE email_number = 42 ORDER BY fetched_at',
    );
    expect((inView.pluck().all() as number[])[1]).toBeGreaterThan(1);
    await settlingOf(other).settle();
    expect(inView.pluck().all()).toEqual([1, 2]);
  });
});

describe('a database of schema 10', () => {
  it('keeps its fetches, and its unfinished email, whose opens are in every view', async () => {
    const path = join(folder, 'older.db');
    const older = new Database(path);
    for (const sql of migrations.slice(0, 10)) older.exec(sql);
    older.pragma('user_version = 10');
    older.exec(`
      INSERT INTO emails (email_id, email_number, mode, subject, from_mailbox, message_id, created_at, token_format, fingerprint,
                          composition)
      VALUES ('em_older0000000', 42, 'each', 'S', 'a@example.com', '<m@example.com>', '2026-01-01T00:00:00.000Z', 'sealed', 'f', '{}');
      INSERT INTO recipients (email_id, position, recipient_number, email_address, name, role, tracked, fields, state, state_at)
      VALUES ('em_older0000000', 0, 1, 'ann@example.com', '', 'to', 1, '[]', 'uncertain', '2026-01-01T00:00:00.000Z'),
             ('em_older0000000', 1, 2, 'ben@example.com', '', 'to', 1, '[]', 'pending', '2026-01-01T00:00:00.000Z');
      INSERT INTO fetches VALUES (42, 1, 1, '2026-01-01T01:00:00.000Z', 'GET', NULL, '', 'human', 0.8, 'x')`);
    older.close();
    const opened = await openStore(path);
    await opened.fetchLog.appendFetches([
      { ...(fetches(1)[0] as RecordedFetch), emailNumber: 42, recipientNumber: 2 },
    ]);
    const reads = new Database(path);
    const opens = reads.prepare('SELECT email_address, datetime_opened FROM email_opens ORDER BY 1').raw();
    expect(opens.all()).toEqual([
      ['ann@example.com', '2026-01-01T01:00:00.000Z'],
      ['ben@example.com', '2026-11-23T09:00:00.000Z'],
    ]);
    reads.close();
    expect((await opened.reader.findUnfinished())?.emailId).toBe('em_older0000000');
    expect(await opened.ledger.acceptOpened('em_older0000000', new Date(at))).toBe(1);
    expect(await opened.ledger.countStates('em_older0000000')).toMatchObject({ accepted: 1, pending: 1 });
    await opened.close();
  });
});

describe('lines of a log', () => {
  it('are told in the order in which they were given, whatever emails they are of', async () => {
    const lines = fetches(10).map(fetch => ({ ...fetch, saysUserAgent: true, occurrence: 1 }));
    await store.fetchLog.appendFetches(fetches(10).filter((_, index) => index % 2 === 0));
    expect(await store.logIntake.storeLogged(lines)).toEqual(
      lines.map((_, index) => (index % 2 === 0 ? 'known' : 'added')),
    );
    expect(count('fetches')).toBe(10);
  });
});
