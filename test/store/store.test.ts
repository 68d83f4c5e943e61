import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problem } from '../../src/problem.js';
import type { AttemptCause } from '../../src/recipients/transitions.js';
import { openStore, openStoreIfAny, type Store } from '../../src/store/open-store.js';
import { openDatabase } from '../../src/store/sqlite/database.js';
import { migrations } from '../../src/store/sqlite/schema.js';
import type { RecordedFetch } from '../../src/workflow/fact-ports.js';
import type { EmailRecord, RecipientRecord } from '../../src/workflow/ports.js';

let folder: string;
let file: string;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-store-'));
  file = join(folder, 'mailtrack.db');
  store = await openStore(`sqlite:${file}`);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = new Date('2026-11-23T09:00:00.000Z');

function email(changes: Partial<EmailRecord> = {}): EmailRecord {
  return {
    emailId: 'em_aaaaaaaaaaaa',
    emailNumber: 2 ** 47 + 1,
    mode: 'group',
    subject: 'Hällo',
    from: 'A <a@example.com>',
    messageId: '<m@example.com>',
    createdAt: at,
    cancelledAt: undefined,
    tokenFormat: 'sealed',
    fingerprint: 'f',
    composition: '{}',
    ...changes,
  };
}

function recipient(position: number, changes: Partial<RecipientRecord> = {}): RecipientRecord {
  return {
    position,
    recipientNumber: 1_000 + position,
    emailAddress: `r${position}@example.com`,
    name: '',
    role: 'to',
    tracked: true,
    fields: new Map([['__proto__', 'x']]),
    attachments: [],
    state: 'pending',
    stateAt: at,
    attempts: 0,
    ...changes,
  };
}

const transaction = {
  startedAt: at,
  endedAt: at,
  stage: 'end-of-data',
  replyCode: 250,
  enhancedStatusCode: '2.0.0',
  replyText: 'queued',
} as const;

function fetch(changes: Partial<RecordedFetch> = {}): RecordedFetch {
  return {
    emailNumber: 2 ** 47 + 1,
    recipientNumber: 1_000,
    fetchedAt: at.getTime(),
    method: 'GET',
    userAgent: 'Thunderbird',
    network: '192.0.2.0/24',
    kind: 'human',
    confidence: 0.85,
    rule: 'mail-client',
    ...changes,
  };
}

async function all<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
  const items: T[] = [];
  for await (const batch of batches) items.push(...batch);
  return items;
}

describe('durability', () => {
  it('is FULL after WAL, on a connection that commits intents', async () => {
    const connection = await openDatabase(file, 0);
    const pragmas = ['journal_mode', 'synchronous', 'foreign_keys'].map(name =>
      connection.pragma(name, { simple: true }),
    );
    connection.close();
    expect(pragmas).toEqual(['wal', 2, 1]);
  });

  it('keeps the database, its log and the folder made for it private', async () => {
    const made = join(folder, 'made', 'for-it');
    const other = await openStore(join(made, 'mailtrack.db'));
    await other.ledger.openEmail(email(), [recipient(0)]);
    const modes = readdirSync(made).map(name => [name, statSync(join(made, name)).mode & 0o777]);
    await other.close();
    expect(statSync(made).mode & 0o777).toBe(0o700);
    expect(modes).toEqual(
      ['mailtrack.db', 'mailtrack.db-shm', 'mailtrack.db-wal'].map(name => [name, 0o600]),
    );
  });
});

describe('the ledger', () => {
  it('opens an email with everybody or not at all', async () => {
    const clash = [recipient(0), recipient(1), recipient(1)];
    await expect(store.ledger.openEmail(email(), clash)).rejects.toMatchObject({ code: 'database' });
    expect(await store.reader.findEmails('latest')).toEqual([]);

    await store.ledger.openEmail(email(), [recipient(0), recipient(1)]);
    expect(await store.reader.findEmails('latest')).toEqual([email()]);
    expect(await all(store.reader.readRecipients('em_aaaaaaaaaaaa'))).toEqual([recipient(0), recipient(1)]);
  });

  it('lets an intent be taken once', async () => {
    await store.ledger.openEmail(email(), [recipient(0)]);
    const intents = await Promise.all(
      [1, 2, 3].map(() => store.ledger.recordIntent('em_aaaaaaaaaaaa', 0, at)),
    );
    expect(intents).toEqual([true, false, false]);
    expect((await store.ledger.countStates('em_aaaaaaaaaaaa')).sending).toBe(1);
  });

  it('shows an intent to another process as soon as its promise resolves', async () => {
    await store.ledger.openEmail(email(), [recipient(0)]);
    await store.ledger.recordIntent('em_aaaaaaaaaaaa', 0, at);
    const other = new Database(file, { readonly: true });
    expect(other.prepare('SELECT state FROM recipients').pluck().all()).toEqual(['sending']);
    other.close();
  });

  it('numbers attempts, logs each and never overwrites a final state', async () => {
    await store.ledger.openEmail(email(), [recipient(0)]);
    const settle = (state: AttemptCause) =>
      store.ledger.recordTransaction('em_aaaaaaaaaaaa', 0, state, transaction);
    expect(await settle('deferred')).toBe(1);
    expect(await store.ledger.recordIntent('em_aaaaaaaaaaaa', 0, at)).toBe(true);
    expect(await settle('accepted')).toBe(2);
    expect(await settle('rejected')).toBeUndefined();
    expect(await store.ledger.recordIntent('em_aaaaaaaaaaaa', 0, at)).toBe(false);
    const log = await store.reader.readTransactions('em_aaaaaaaaaaaa', 0);
    expect(log.map(({ state }) => state)).toEqual(['deferred', 'accepted']);
  });

  it('turns what a dead run left sending into uncertain, with a line in the log', async () => {
    await store.ledger.openEmail(email(), [recipient(0), recipient(1)]);
    await store.ledger.recordIntent('em_aaaaaaaaaaaa', 1, at);
    expect(await store.ledger.markAbandonedUncertain('em_aaaaaaaaaaaa', at)).toBe(1);
    expect(await store.ledger.countStates('em_aaaaaaaaaaaa')).toMatchObject({
      pending: 1,
      sending: 0,
      uncertain: 1,
    });
    expect(await store.reader.readTransactions('em_aaaaaaaaaaaa', 1)).toMatchObject([
      { state: 'uncertain', stage: 'end-of-data', replyCode: 0 },
    ]);
  });

  it('reads recipients in pages while they change', async () => {
    const many = Array.from({ length: 2_500 }, (_, position) => recipient(position));
    await store.ledger.openEmail(email(), many);
    const seen: number[] = [];
    for await (const batch of store.ledger.readRecipients('em_aaaaaaaaaaaa', ['pending'])) {
      for (const { position } of batch) {
        seen.push(position);
        void store.ledger.recordTransaction('em_aaaaaaaaaaaa', position, 'accepted', transaction);
      }
      await store.ledger.recordIntent('em_aaaaaaaaaaaa', 2_499, at);
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length).toBeGreaterThanOrEqual(2_499);
  });
});

describe('the lock of an email', () => {
  it('is exclusive, per email, and can be taken again after release', async () => {
    await store.ledger.openEmail(email(), [recipient(0)]);
    await store.ledger.openEmail(email({ emailId: 'em_b', emailNumber: 2 }), [recipient(0)]);
    const lock = await store.ledger.lockEmail('em_aaaaaaaaaaaa');
    expect(await store.ledger.lockEmail('em_aaaaaaaaaaaa')).toMatchObject({ heldBy: { pid: process.pid } });
    const other = await store.ledger.lockEmail('em_b');
    expect('release' in other).toBe(true);
    if ('release' in lock) await lock.release();
    const again = await store.ledger.lockEmail('em_aaaaaaaaaaaa');
    expect('release' in again).toBe(true);
    for (const held of [other, again]) if ('release' in held) await held.release();
    expect(readdirSync(folder).filter(name => name.endsWith('.lock'))).toEqual([]);
  });

  it('ends with the process that held it, even when it is killed', async () => {
    await store.ledger.openEmail(email(), [recipient(0)]);
    const script = `
      const { openStore } = await import(${JSON.stringify(join(process.cwd(), 'dist/store/open-store.js'))});
      const store = await openStore(${JSON.stringify(file)});
      await store.ledger.lockEmail('em_aaaaaaaaaaaa');
      console.log('locked');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise(resolve => child.stdout.once('data', resolve));
    expect(await store.ledger.lockEmail('em_aaaaaaaaaaaa')).toMatchObject({ heldBy: { pid: child.pid } });
    const gone = new Promise(resolve => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
    const lock = await store.ledger.lockEmail('em_aaaaaaaaaaaa');
    expect('release' in lock).toBe(true);
    if ('release' in lock) await lock.release();
  });
});

describe('an email that is begun', () => {
  const begin = (changes: Partial<EmailRecord> = {}, since?: Date) =>
    store.ledger.beginEmail(email(changes), [recipient(0), recipient(1)], since);
  const other = { emailId: 'em_b', emailNumber: 2, messageId: '<n@example.com>' };

  it('is locked from the moment anybody can see it', async () => {
    const lock = await begin();
    expect(await store.ledger.lockEmail('em_aaaaaaaaaaaa')).toMatchObject({ heldBy: { pid: process.pid } });
    expect(await store.ledger.findHolder('em_aaaaaaaaaaaa')).toMatchObject({ pid: process.pid });
    if ('release' in lock) await lock.release();
    expect(await store.ledger.findHolder('em_aaaaaaaaaaaa')).toBeUndefined();
    expect(readdirSync(folder).filter(name => name.endsWith('.lock'))).toEqual([]);
  });

  it('is not begun again with the same id, whatever else it is', async () => {
    await begin({ sendId: 'w-48' });
    const second = await begin({ ...other, sendId: 'w-48', fingerprint: 'g' });
    expect(second).toMatchObject({ earlier: { emailId: 'em_aaaaaaaaaaaa', sendId: 'w-48' } });
    expect((await store.reader.listEmails(9)).map(({ emailId }) => emailId)).toEqual(['em_aaaaaaaaaaaa']);
    expect('release' in (await begin({ ...other, sendId: 'W-48' }))).toBe(true);
  });

  it('is not begun again with the same fingerprint since a time, without an id', async () => {
    await begin({ sourceFingerprint: 's' });
    const again = { ...other, fingerprint: 'compiled to something else', sourceFingerprint: 's' };
    expect(await begin(again, at)).toMatchObject({ earlier: { emailId: 'em_aaaaaaaaaaaa' } });
    expect('release' in (await begin(again, new Date(at.getTime() + 1)))).toBe(true);
  });

  it('is compared with one of an earlier version by what was stored', async () => {
    await store.ledger.openEmail(email({ fingerprint: 'stored' }), [recipient(0)]);
    const again = { ...other, fingerprint: 'stored', sourceFingerprint: 's' };
    expect(await begin(again, at)).toMatchObject({ earlier: { emailId: 'em_aaaaaaaaaaaa' } });
    expect('release' in (await begin({ ...again, fingerprint: 'other' }, at))).toBe(true);
  });

  it('leaves nothing behind when it cannot be written', async () => {
    const clash = [recipient(0), recipient(0)];
    await expect(store.ledger.beginEmail(email({ sendId: 'w-48' }), clash)).rejects.toMatchObject({
      code: 'database',
    });
    expect(await store.reader.findBySendId('w-48')).toBeUndefined();
    expect(readdirSync(folder).filter(name => name.endsWith('.lock'))).toEqual([]);
  });

  it('has an id of its own by the rules of the database, too', async () => {
    await store.ledger.openEmail(email({ sendId: 'w-48' }), [recipient(0)]);
    await expect(
      store.ledger.openEmail(email({ ...other, sendId: 'w-48' }), [recipient(0)]),
    ).rejects.toMatchObject({ code: 'database' });
  });

  it('is found by its id before others whose random id begins like it', async () => {
    await store.ledger.openEmail(email({ sendId: 'b' }), [recipient(0)]);
    await store.ledger.openEmail(email(other), [recipient(0)]);
    expect((await store.reader.findEmails('b')).map(({ emailId }) => emailId)).toEqual(['em_aaaaaaaaaaaa']);
    expect((await store.reader.findEmails('em_b')).map(({ emailId }) => emailId)).toEqual(['em_b']);
  });

  it('is sent by nobody when a killed process left its lock file behind', async () => {
    await store.ledger.openEmail(email(), [recipient(0)]);
    writeFileSync(`${file}-em_aaaaaaaaaaaa.lock`, '');
    expect(await store.ledger.findHolder('em_aaaaaaaaaaaa')).toBeUndefined();
  });
});

describe('facts', () => {
  it('come back in the order recorded, with their user agents, and appear in email_opens', async () => {
    await store.ledger.openEmail(email(), [recipient(0), recipient(1)]);
    await store.fetchLog.appendFetches([
      fetch(),
      fetch({ recipientNumber: 1_001, userAgent: '', kind: 'unknown' }),
    ]);
    await store.fetchLog.appendFetches([fetch({ method: 'HEAD', kind: 'scanner' })]);
    const read = await all(store.reader.readFetches('em_aaaaaaaaaaaa'));
    expect(read).toEqual([
      fetch(),
      fetch({ recipientNumber: 1_001, userAgent: '', kind: 'unknown' }),
      fetch({ method: 'HEAD', kind: 'scanner' }),
    ]);
    const other = new Database(file, { readonly: true });
    expect(other.prepare('SELECT * FROM email_opens').all()).toMatchObject([
      {
        datetime_opened: at.toISOString(),
        email_id: 'em_aaaaaaaaaaaa',
        email_address: 'r0@example.com',
        kind: 'human',
      },
      { email_address: 'r1@example.com', kind: 'unknown' },
      { email_address: 'r0@example.com', kind: 'scanner' },
    ]);
    other.close();
  });

  it('may be of emails this database does not know, and are in no view then', async () => {
    await store.fetchLog.appendFetches([fetch({ emailNumber: 7 })]);
    const other = new Database(file, { readonly: true });
    expect(other.prepare('SELECT count(*) FROM email_opens').pluck().get()).toBe(0);
    expect(other.prepare('SELECT count(*) FROM fetches').pluck().get()).toBe(1);
    other.close();
  });

  it('resolve article tokens only for emails sent with them and tracked recipients they have', async () => {
    await store.ledger.openEmail(email(), [recipient(0)]);
    await store.ledger.openEmail(email({ emailId: 'em_b', emailNumber: 5, tokenFormat: 'article' }), [
      recipient(0),
      recipient(1, { tracked: false }),
    ]);
    const resolve = store.fetchLog.resolveArticleToken;
    expect(await resolve('em_b', 'r0@example.com')).toEqual({ emailNumber: 5, recipientNumber: 1_000 });
    expect(await resolve('em_b', 'r1@example.com')).toBeUndefined();
    expect(await resolve('em_b', 'r9@example.com')).toBeUndefined();
    expect(await resolve('em_aaaaaaaaaaaa', 'r0@example.com')).toBeUndefined();
  });
});

describe('finding emails', () => {
  beforeEach(async () => {
    await store.ledger.openEmail(email(), [recipient(0)]);
    const later = new Date(at.getTime() + 1);
    await store.ledger.openEmail(email({ emailId: 'em_aabbbbbbbbbb', emailNumber: 2, createdAt: later }), [
      recipient(0),
    ]);
  });

  it.each([
    ['latest', ['em_aabbbbbbbbbb']],
    ['em_aaaaaaaaaaaa', ['em_aaaaaaaaaaaa']],
    ['aaa', ['em_aaaaaaaaaaaa']],
    ['EM_AAB', ['em_aabbbbbbbbbb']],
    ['aa', ['em_aabbbbbbbbbb', 'em_aaaaaaaaaaaa']],
    ['zz', []],
    ['%', []],
    ['_', []],
    ['em_a_a', []],
  ])('takes %s', async (text, ids) => {
    expect((await store.reader.findEmails(text)).map(found => found.emailId)).toEqual(ids);
  });

  it('knows the newest that is unfinished', async () => {
    expect((await store.reader.findUnfinished())?.emailId).toBe('em_aabbbbbbbbbb');
    await store.ledger.recordIntent('em_aabbbbbbbbbb', 0, at);
    await store.ledger.recordTransaction('em_aabbbbbbbbbb', 0, 'accepted', transaction);
    expect((await store.reader.findUnfinished())?.emailId).toBe('em_aaaaaaaaaaaa');
    await store.ledger.cancelEmail('em_aaaaaaaaaaaa', at);
    expect(await store.reader.findUnfinished()).toBeUndefined();
  });
});

describe('a database that may not be there', () => {
  it('is opened by its URL when it is, and not made when it is not', async () => {
    const there = await openStoreIfAny(`sqlite:${file}`);
    expect(await there?.ledger.findSuppressed(['ann@example.com'])).toEqual(new Set());
    await there?.close();
    const missing = join(folder, 'missing.db');
    expect(await openStoreIfAny(`sqlite:${missing}`)).toBeUndefined();
    expect(existsSync(missing)).toBe(false);
  });
});

describe('a database that cannot be used', () => {
  async function problemOf(path: string, busyTimeoutMs?: number): Promise<string> {
    try {
      await (await openStore(path, busyTimeoutMs === undefined ? {} : { busyTimeoutMs })).close();
      return 'opened';
    } catch (error) {
      return `${(error as Problem).code}: ${(error as Problem).message.replaceAll(folder, '')}`;
    }
  }

  it('is named with what is wrong', async () => {
    const text = join(folder, 'text.db');
    writeFileSync(
      text,
      'this is a letter, not a database, and it is long enough to have a header of its own',
    );
    expect(await problemOf(text)).toBe('database: the database /text.db is not a mailtrack database');
    expect(await problemOf(folder)).toBe('database: the database  cannot be opened');
    expect(await problemOf('postgres://x/y')).toBe(
      'config: store.url begins with "postgres:", which is not a database this version knows',
    );
  });

  it('is damaged where emails are looked for', async () => {
    await store.ledger.openEmail(
      email(),
      Array.from({ length: 2_000 }, (_, position) => recipient(position)),
    );
    await store.close();
    const octets = readFileSync(file);
    // Behind the roots of the tables, and what the schema needs after the last of them.
    octets.fill(0xff, (lastRootOf(file) + 2) * 4_096);
    writeFileSync(file, octets);
    store = await openStore(file);
    await expect(store.reader.findUnfinished()).rejects.toMatchObject({ code: 'database' });
    await expect(all(store.reader.readRecipients('em_aaaaaaaaaaaa'))).rejects.toMatchObject({
      code: 'database',
    });
  });

  function lastRootOf(path: string): number {
    const database = new Database(path, { readonly: true });
    const last = database.prepare('SELECT max(rootpage) FROM sqlite_schema').pluck().get() as number;
    database.close();
    return last;
  }

  it('is locked by another program', async () => {
    const path = join(folder, 'locked.db');
    const other = new Database(path);
    other.exec('CREATE TABLE t (a); BEGIN EXCLUSIVE');
    expect(await problemOf(path, 10)).toBe('database: the database /locked.db is locked by another program');
    other.close();
  });

  it('was written by a newer version', async () => {
    const path = join(folder, 'newer.db');
    const other = new Database(path);
    other.pragma('user_version = 99');
    other.close();
    expect(await problemOf(path)).toBe('database: /newer.db was written by a newer mailtrack (schema 99)');
  });

  it.skipIf(process.getuid?.() === 0)('cannot be written', async () => {
    chmodSync(folder, 0o500);
    expect(await problemOf(join(folder, 'no.db'))).toBe('database: the database /no.db cannot be written');
    chmodSync(folder, 0o700);
  });
});

describe('a database of an earlier version', () => {
  it('is carried over: its recipients have no attachments of their own, and new ones may', async () => {
    const path = join(folder, 'older.db');
    const older = new Database(path);
    for (const sql of migrations.slice(0, 1)) older.exec(sql);
    older.pragma('user_version = 1');
    older.exec(`
      INSERT INTO emails VALUES ('em_older0000000', 7, 'each', 'S', 'a@example.com', '<m@example.com>',
        '2026-01-01T00:00:00.000Z', NULL, 'sealed', 'f', '{}');
      INSERT INTO recipients VALUES ('em_older0000000', 0, 1, 'ann@example.com', '', 'to', 0, '[["x","1"]]', 'pending',
        '2026-01-01T00:00:00.000Z', 0)`);
    older.close();
    const opened = await openStore(path);
    const attachments = [{ path: 'lists/ä.pdf', filename: 'ä.pdf', sha256: 'f'.repeat(64) }];
    await opened.ledger.openEmail(email(), [recipient(0, { attachments })]);
    const [before] = await all(opened.reader.readRecipients('em_older0000000'));
    expect(before).toMatchObject({ emailAddress: 'ann@example.com', attachments: [] });
    const [after] = await all(opened.reader.readRecipients('em_aaaaaaaaaaaa'));
    expect(after?.attachments).toEqual(attachments);
    await opened.close();
  });

  it('of schema 8 keeps its emails, which have no id, and takes new ones that do', async () => {
    const path = join(folder, 'older.db');
    const older = new Database(path);
    for (const sql of migrations.slice(0, 8)) older.exec(sql);
    older.pragma('user_version = 8');
    older.exec(`
      INSERT INTO emails VALUES ('em_older0000000', 7, 'each', 'S', 'a@example.com', '<m@example.com>',
        '2026-11-23T08:00:00.000Z', NULL, 'sealed', 'stored', '{}', 'key');
      INSERT INTO emails VALUES ('em_older1111111', 8, 'each', 'S', 'a@example.com', '<n@example.com>',
        '2026-11-22T08:00:00.000Z', NULL, 'sealed', 'stored', '{}', NULL)`);
    older.close();
    const opened = await openStore(path);
    const [newest] = await opened.reader.listEmails(9);
    expect(newest).toMatchObject({
      emailId: 'em_older0000000',
      keyFingerprint: 'key',
      fingerprint: 'stored',
    });
    expect([newest?.sendId, newest?.sourceFingerprint]).toEqual([undefined, undefined]);
    const begun = await opened.ledger.beginEmail(email({ sendId: 'w-48', sourceFingerprint: 's' }), []);
    expect('release' in begun).toBe(true);
    if ('release' in begun) await begun.release();
    expect(await opened.reader.findBySendId('w-48')).toEqual(
      email({ sendId: 'w-48', sourceFingerprint: 's' }),
    );
    await opened.close();
  });
});
