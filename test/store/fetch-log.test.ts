import { copyFileSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { PixelCounts } from '../../src/store/sqlite/pixel-counts.js';
import type { RecordedFetch } from '../../src/workflow/fact-ports.js';

const at = Date.UTC(2026, 10, 23, 9);

let folder: string;
let file: string;
let store: Store;
let other: Database.Database;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-log-'));
  file = join(folder, 'mailtrack.db');
  store = await openStore(file, { busyTimeoutMs: 0 });
  other = new Database(file);
});
afterEach(async () => {
  other.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

function fetch(changes: Partial<RecordedFetch> = {}): RecordedFetch {
  return {
    emailNumber: 42,
    recipientNumber: 1,
    fetchedAt: at,
    method: 'GET',
    userAgent: 'Thunderbird/128',
    network: '203.0.113.0/24',
    kind: 'human',
    confidence: 0.85,
    rule: 'mail-client',
    ...changes,
  };
}

const times = (count: number, changes: Partial<RecordedFetch> = {}) =>
  Array.from({ length: count }, (_, index) => fetch({ fetchedAt: at + index, ...changes }));
const rows = (where = '1') => other.prepare(`SELECT count(*) FROM fetches WHERE ${where}`).pluck().get();
const counters = () => other.prepare('SELECT * FROM fetch_counters').all();

describe('of one pixel', () => {
  it('a thousand fetches have a row, and of more there is a number, with the first and the last time', async () => {
    expect(await store.fetchLog.appendFetches(times(999))).toBe(999);
    expect(await store.fetchLog.appendFetches(times(3_000))).toBe(1);
    expect(await store.fetchLog.appendFetches([fetch({ fetchedAt: at + 60_000 })])).toBe(0);
    expect(rows()).toBe(1_000);
    expect(counters()).toEqual([
      {
        email_number: 42,
        recipient_number: 1,
        method: 'GET',
        kind: 'human',
        confidence: 0.85,
        rule: 'mail-client',
        fetches: 3_000,
        first_at: '2026-11-23T09:00:00.001Z',
        last_at: '2026-11-23T09:01:00.000Z',
        logged: 0,
      },
    ]);
  });

  it('a thousand rows are enough for every process that serves it after another', async () => {
    await store.fetchLog.appendFetches(times(600));
    await store.close();
    store = await openStore(file, { busyTimeoutMs: 0 });
    expect(await store.fetchLog.appendFetches(times(600))).toBe(400);
    expect([rows(), counters()]).toMatchObject([1_000, [{ fetches: 200 }]]);
  });

  it('what was only counted is kept apart by what was asked and how it was read', async () => {
    await store.fetchLog.appendFetches(times(1_000));
    await store.fetchLog.appendFetches([
      fetch(),
      fetch({ method: 'HEAD', kind: 'scanner', rule: 'not-a-get' }),
      fetch({ rule: 'browser', kind: 'human' }),
      fetch(),
    ]);
    const found = other.prepare('SELECT method, rule, fetches FROM fetch_counters ORDER BY rule').raw().all();
    expect(found).toEqual([
      ['GET', 'browser', 1],
      ['GET', 'mail-client', 2],
      ['HEAD', 'not-a-get', 1],
    ]);
  });

  it('neither the rows of others nor those of another email count', async () => {
    await store.fetchLog.appendFetches(times(1_000));
    expect(
      await store.fetchLog.appendFetches([fetch({ recipientNumber: 2 }), fetch({ emailNumber: 7 })]),
    ).toBe(2);
  });

  it('rows that did not come to be do not count', async () => {
    other.exec('BEGIN IMMEDIATE');
    for (const _ of [1, 2, 3])
      await expect(store.fetchLog.appendFetches(times(900))).rejects.toThrow(/is locked/);
    other.exec('COMMIT');
    expect(await store.fetchLog.appendFetches(times(1_000))).toBe(1_000);
  });

  it('has as many rows as there are when it is first asked for, and those that are not settled', async () => {
    const insert = other.prepare(
      "INSERT INTO fetches VALUES (42, ?, ?, '2026-11-23T09:00:00.000Z', 'GET', NULL, '', 'human', 0.8, 'x')",
    );
    other.transaction(() => {
      for (let number = 1; number <= 1_600; number += 1) insert.run(number, number % 2);
    })();
    await store.fetchLog.appendFetches(times(100, { recipientNumber: 0 }));
    // As after a kill: a second process finds rows that nobody settled.
    const second = await openStore(file, { busyTimeoutMs: 0 });
    expect(await second.fetchLog.appendFetches(times(300, { recipientNumber: 0 }))).toBe(100);
    expect(await second.fetchLog.appendFetches(times(300, { recipientNumber: 1 }))).toBe(200);
    await second.close();
    expect(rows('recipient_number = 0')).toBe(1_000);
  });
});

describe('a fetch with a forged token', () => {
  const forged = (changes: Partial<RecordedFetch> = {}) => {
    const { emailNumber: _, ...rest } = fetch(changes);
    return rest;
  };
  const tables = () =>
    ['fetches', 'fetch_counters', 'user_agents'].map(table =>
      other.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    );
  /** Changes with each commit of another connection that wrote something. */
  const version = () => other.pragma('data_version', { simple: true });

  it('leaves nothing anywhere, and is written all the same', async () => {
    const before = version();
    expect(await store.fetchLog.appendFetches([], [forged({ userAgent: 'Never seen' })])).toBe(0);
    expect(tables()).toEqual([0, 0, 0]);
    expect(version()).not.toBe(before);
  });

  it('leaves nothing of many either, beyond the thousand rows a pixel may have', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => forged({ recipientNumber: index % 2 }));
    for (const _ of [1, 2]) {
      const before = version();
      expect(await store.fetchLog.appendFetches([], many)).toBe(0);
      expect(tables()).toEqual([0, 0, 0]);
      expect(version()).not.toBe(before);
    }
  });

  it('shares the commit of others, whose rows and user agents stay', async () => {
    await store.fetchLog.appendFetches(
      [fetch({ userAgent: 'A' })],
      [forged({ userAgent: 'A' }), forged({ userAgent: 'B' })],
    );
    await store.fetchLog.appendFetches([fetch({ userAgent: 'B' })], [forged({ userAgent: 'B' })]);
    expect(tables()).toEqual([2, 0, 2]);
    const found = other
      .prepare('SELECT fetch_number, user_agent FROM fetches JOIN user_agents USING (user_agent_id)')
      .raw()
      .all();
    expect(found).toEqual([
      [1, 'A'],
      [2, 'B'],
    ]);
  });

  it('fails as others do while the database is locked', async () => {
    other.exec('BEGIN IMMEDIATE');
    await expect(store.fetchLog.appendFetches([], [forged()])).rejects.toThrow(/is locked/);
    other.exec('COMMIT');
  });
});

describe('an article token', () => {
  beforeEach(() => {
    const email = other.prepare(`
      INSERT INTO emails (email_id, email_number, mode, subject, from_mailbox, message_id, created_at, token_format,
                          fingerprint, composition)
      VALUES (?, ?, 'group', 's', 'f', 'm', '2026-11-23T08:00:00.000Z', ?, '', '{}')`);
    email.run('em_a', 42, 'article');
    email.run('em_s', 43, 'sealed');
    const recipient = other.prepare(`
      INSERT INTO recipients (email_id, position, recipient_number, email_address, name, role, tracked, fields, state,
                              state_at, by_address)
      VALUES (?, ?, ?, ?, '', ?, ?, '[]', 'accepted', '', 1)`);
    recipient.run('em_a', 0, 7, 'alice@example.com', 'to', 1);
    recipient.run('em_a', 1, 8, 'bob@example.com', 'bcc', 1);
    recipient.run('em_a', 2, 9, 'carol@example.com', 'to', 0);
    recipient.run('em_s', 0, 7, 'alice@example.com', 'to', 1);
  });

  it.each([
    ['em_a', 'bob@example.com', { emailNumber: 42, recipientNumber: 8 }],
    ['em_a', 'carol@example.com', undefined],
    ['em_a', 'mallory@example.com', undefined],
    ['em_s', 'alice@example.com', undefined],
    ['em_x', 'alice@example.com', undefined],
  ])('of %s for %s is resolved, or is not', async (emailId, address, numbers) => {
    expect(await store.fetchLog.resolveArticleToken(emailId, address)).toEqual(numbers);
  });
});

describe('beside another process', () => {
  it('fetches are numbered on from its rows, and user agents it removed are there again', async () => {
    await store.fetchLog.appendFetches([fetch({ userAgent: 'A' })]);
    other.exec(`
      UPDATE arrived_fetches SET user_agent_id = NULL;
      DELETE FROM user_agents;
      INSERT INTO arrived_fetches VALUES (2, 42, 5, '2026-11-23T09:00:00.000Z', 'GET', NULL, '', 'human', 0.8, 'x')`);
    await store.fetchLog.appendFetches([fetch({ userAgent: 'A' }), fetch({ userAgent: 'B' })]);
    const found = other
      .prepare('SELECT fetch_number, user_agent FROM fetches LEFT JOIN user_agents USING (user_agent_id)')
      .raw()
      .all();
    expect(found).toEqual([
      [1, null],
      [2, null],
      [3, 'A'],
      [4, 'B'],
    ]);
  });

  it('nothing is half there after it held the lock', async () => {
    await store.fetchLog.appendFetches([fetch()]);
    other.exec('BEGIN IMMEDIATE');
    await expect(store.fetchLog.appendFetches([fetch({ userAgent: 'new' }), fetch()])).rejects.toThrow(
      `the database ${file} is locked by another program`,
    );
    other.exec('COMMIT');
    await store.fetchLog.appendFetches([fetch({ userAgent: 'new' })]);
    expect(rows()).toBe(2);
  });
});

describe('a database file', () => {
  it('that is moved away takes no fetch, and does again when it is back', async () => {
    renameSync(file, `${file}.old`);
    await expect(store.fetchLog.appendFetches([fetch()])).rejects.toThrow(
      `the database ${file} was removed or replaced`,
    );
    await expect(store.fetchLog.recordUnsubscribes([])).rejects.toThrow(/was removed or replaced/);
    renameSync(`${file}.old`, file);
    expect(await store.fetchLog.appendFetches([fetch()])).toBe(1);
    expect(rows()).toBe(1);
  });

  it('that another was put in the place of takes no fetch', async () => {
    other.pragma('wal_checkpoint(TRUNCATE)');
    copyFileSync(file, `${file}.copy`);
    renameSync(`${file}.copy`, file);
    await expect(store.fetchLog.appendFetches([fetch()])).rejects.toThrow(/was removed or replaced/);
  });
});

it('a report adds what was only counted', async () => {
  other.exec(`
    INSERT INTO emails (email_id, email_number, mode, subject, from_mailbox, message_id, created_at, cancelled_at,
                        token_format, fingerprint, composition)
    VALUES ('em_aaaaaaaaaaaa', 42, 'each', 's', 'f', 'm', '2026-11-23T08:00:00.000Z', NULL, 'sealed', '', '{}')`);
  await store.fetchLog.appendFetches(times(1_500));
  const read = [];
  for await (const batch of store.reader.readFetches('em_aaaaaaaaaaaa')) read.push(...batch);
  expect(read).toHaveLength(1_002);
  expect(read.slice(-2)).toMatchObject([
    { fetchedAt: at + 1_000, userAgent: '', network: '', kind: 'human' },
    { fetchedAt: at + 1_499, times: 499 },
  ]);
  expect(read.reduce((sum, { times = 1 }) => sum + times, 0)).toBe(1_500);
});

it('counts of emails that were forgotten to save memory are read again', () => {
  const counts = new PixelCounts(other, 1_000);
  const insert = other.prepare(
    "INSERT INTO fetches VALUES (?, 1, 7, '2026-11-23T09:00:00.000Z', 'GET', NULL, '', 'human', 0.8, 'x')",
  );
  for (let emailNumber = 0; emailNumber < 200; emailNumber += 1) {
    counts.forgetSome();
    counts.of(emailNumber).add(7, 1);
    insert.run(emailNumber);
  }
  expect(counts.remembered).toBeLessThan(200);
  expect([counts.of(0).rows(7), counts.of(0).rows(8), counts.of(199).rows(7)]).toEqual([1, 0, 1]);
});

it('counts of emails with rows that are not settled are not forgotten', () => {
  const counts = new PixelCounts(other, 100);
  for (let emailNumber = 0; emailNumber < 200; emailNumber += 1) {
    counts.forgetSome();
    counts.of(emailNumber).lastArrivalId = emailNumber + 1;
  }
  expect(counts.remembered).toBe(200);
});
