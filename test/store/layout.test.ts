/** What the tables since schema 12 hold, and how emails of every version before come into them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { migrations } from '../../src/store/sqlite/schema.js';
import type { EmailRecord, RecipientRecord } from '../../src/workflow/ports.js';

let folder: string;
let file: string;
let store: Store;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-layout-'));
  file = join(folder, 'mailtrack.db');
  store = await openStore(file);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const at = new Date('2026-11-30T09:00:00.000Z');

function email(changes: Partial<EmailRecord> = {}): EmailRecord {
  return {
    emailId: 'em_aaaaaaaaaaaa',
    emailNumber: 7,
    mode: 'each',
    subject: 'S',
    from: 'a@example.com',
    messageId: '<m@example.com>',
    createdAt: at,
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
    fields: new Map(),
    attachments: [],
    state: 'pending',
    stateAt: at,
    attempts: 0,
    ...changes,
  };
}

async function readAll(emailId = 'em_aaaaaaaaaaaa'): Promise<readonly RecipientRecord[]> {
  const read: RecipientRecord[] = [];
  for await (const batch of store.reader.readRecipients(emailId)) read.push(...batch);
  return read;
}

function query(sql: string): unknown[] {
  const database = new Database(file);
  try {
    return database.prepare(sql).all();
  } finally {
    database.close();
  }
}

function execute(sql: string, ...values: readonly unknown[]): void {
  const database = new Database(file);
  database.prepare(sql).run(...values);
  database.close();
}

describe('merge fields', () => {
  const people = [
    recipient(0, {
      name: 'Ann',
      fields: new Map([
        ['email', 'r0@example.com'],
        ['name', 'Ann'],
        ['__proto__', '"x", [1]'],
        ['', ''],
      ]),
    }),
    recipient(1, {
      name: '',
      fields: new Map([
        ['email', 'R1@example.com'],
        ['name', ''],
        ['__proto__', '0'],
        ['', '\u2028'],
      ]),
    }),
    recipient(2, { name: 'Cy', fields: new Map([['alias', 'Cy']]) }),
    recipient(3),
  ];

  it('come back as they were, in the order of their columns, with the address and the name only where they are the same', async () => {
    await store.ledger.openEmail(email(), people);
    const read = await readAll();
    expect(read.map(({ fields }) => [...fields])).toEqual(people.map(({ fields }) => [...fields]));
  });

  it('are stored without their columns, which stand once for all rows of a list', async () => {
    await store.ledger.openEmail(email(), people);
    expect(query('SELECT field_set_id, fields FROM recipients ORDER BY position')).toEqual([
      { field_set_id: 1, fields: '[0,1,"\\"x\\", [1]",""]' },
      { field_set_id: 1, fields: '["R1@example.com","","0","\u2028"]' },
      { field_set_id: 2, fields: '[1]' },
      { field_set_id: null, fields: '[]' },
    ]);
    expect(query('SELECT email_id, columns FROM field_sets')).toEqual([
      { email_id: 'em_aaaaaaaaaaaa', columns: '["email","name","__proto__",""]' },
      { email_id: 'em_aaaaaaaaaaaa', columns: '["alias"]' },
    ]);
  });

  it('are read with any SQL tool from recipient_fields, whichever version wrote them', async () => {
    await store.ledger.openEmail(email(), people.slice(0, 1));
    await store.ledger.openEmail(email({ emailId: 'em_bbbbbbbbbbbb', emailNumber: 8 }), [recipient(0)]);
    execute(
      `UPDATE recipients SET fields = '[["city","Brno"],["x","1"]]' WHERE email_id = 'em_bbbbbbbbbbbb'`,
    );
    expect(query('SELECT email_id, column_name, value FROM recipient_fields ORDER BY email_id')).toEqual([
      { email_id: 'em_aaaaaaaaaaaa', column_name: 'email', value: 'r0@example.com' },
      { email_id: 'em_aaaaaaaaaaaa', column_name: 'name', value: 'Ann' },
      { email_id: 'em_aaaaaaaaaaaa', column_name: '__proto__', value: '"x", [1]' },
      { email_id: 'em_aaaaaaaaaaaa', column_name: '', value: '' },
      { email_id: 'em_bbbbbbbbbbbb', column_name: 'city', value: 'Brno' },
      { email_id: 'em_bbbbbbbbbbbb', column_name: 'x', value: '1' },
    ]);
    expect([...((await readAll('em_bbbbbbbbbbbb'))[0]?.fields ?? [])]).toEqual([
      ['city', 'Brno'],
      ['x', '1'],
    ]);
  });

  it.each([
    ['the columns are gone', 'DELETE FROM field_sets'],
    ['a value is missing', `UPDATE recipients SET fields = '["a"]'`],
    ['they are cut off', `UPDATE recipients SET fields = '["a"'`],
  ])('are damaged when %s', async (_, sql) => {
    await store.ledger.openEmail(email(), people.slice(0, 1));
    await store.close();
    execute(sql);
    store = await openStore(file);
    await expect(readAll()).rejects.toThrow(
      'the fields of a recipient cannot be read: the database is damaged',
    );
  });
});

describe('the newest email that is not finished', () => {
  it('is found without a look at the recipients of finished ones', async () => {
    await store.ledger.openEmail(email(), [recipient(0)]);
    for (const [index, id] of ['em_bbbbbbbbbbbb', 'em_cccccccccccc'].entries()) {
      const begun = await store.ledger.beginEmail(email({ emailId: id, emailNumber: 8 + index }), [
        recipient(0, { state: 'accepted' }),
      ]);
      if ('release' in begun) await begun.release();
    }
    expect(query('SELECT email_id, finished FROM emails ORDER BY email_id')).toEqual([
      { email_id: 'em_aaaaaaaaaaaa', finished: 0 },
      { email_id: 'em_bbbbbbbbbbbb', finished: 1 },
      { email_id: 'em_cccccccccccc', finished: 1 },
    ]);
    expect((await store.reader.findUnfinished())?.emailId).toBe('em_aaaaaaaaaaaa');
  });

  it('stays one while anybody is pending, deferred, sending or uncertain', async () => {
    for (const [index, state] of (['pending', 'deferred', 'sending', 'uncertain'] as const).entries()) {
      const emailId = `em_${String.fromCharCode(98 + index).repeat(12)}`;
      const begun = await store.ledger.beginEmail(email({ emailId, emailNumber: 10 + index }), [
        recipient(0, { state: 'accepted' }),
        recipient(1, { state }),
      ]);
      if ('release' in begun) await begun.release();
    }
    expect(query('SELECT count(*) AS count FROM emails WHERE finished = 0')).toEqual([{ count: 4 }]);
  });
});

describe('suppressed addresses', () => {
  const asked = ['ann@example.com', 'bob@example.com', 'é@example.com', 'kim@example.com', 'zoe@example.com'];

  it('are looked up, whatever the case of their letters', async () => {
    expect(await store.ledger.findSuppressed(asked)).toEqual(new Set());
    for (const address of ['BOB@Example.com', 'É@example.com', '\u212aim@example.com', 'other@example.com'])
      execute('INSERT INTO suppressions VALUES (?, ?, ?)', address, 'asked', at.toISOString());
    expect(await store.ledger.findSuppressed(asked)).toEqual(
      new Set(['bob@example.com', 'é@example.com', 'kim@example.com']),
    );
    expect(await store.reader.readSuppressions(new Set(asked))).toEqual(
      new Map(
        ['bob@example.com', 'é@example.com', 'kim@example.com'].map(address => [
          address,
          { kind: 'suppressed', reason: 'asked', since: at },
        ]),
      ),
    );
  });

  it('are those of people who unsubscribed too, before and after their address is noted', async () => {
    const people = [recipient(0, { emailAddress: 'Bob@example.com' }), recipient(1), recipient(2)];
    await store.ledger.openEmail(email(), people);
    // Another email names him in other letters, and is resumed later.
    const named = [recipient(0), recipient(1, { emailAddress: 'bOB@EXAMPLE.com' })];
    await store.ledger.openEmail(email({ emailId: 'em_bbbbbbbbbbbb', emailNumber: 8 }), named);
    const resumed = () => store.ledger.findSuppressedRecipients('em_bbbbbbbbbbbb');
    const unsubscribe = (recipientNumber: number, day: string) =>
      execute('INSERT INTO unsubscribes VALUES (7, ?, ?)', recipientNumber, `${day}T09:00:00.000Z`);
    unsubscribe(1_000, '2026-11-30');
    expect(await store.ledger.findSuppressed(['bob@example.com', 'r1@example.com'])).toEqual(
      new Set(['bob@example.com']),
    );
    expect(await store.ledger.findSuppressedRecipients('em_aaaaaaaaaaaa')).toEqual([0]);
    expect(await resumed()).toEqual([1]);
    expect(query('SELECT * FROM unsubscribed')).toEqual([]);
    const lock = await store.ledger.lockEmail('em_aaaaaaaaaaaa');
    if ('release' in lock) await lock.release();
    expect(query('SELECT * FROM unsubscribed')).toEqual([
      { email_address: 'Bob@example.com', unsubscribed_at: '2026-11-30T09:00:00.000Z' },
    ]);
    expect(await resumed()).toEqual([1]);
    unsubscribe(1_002, '2026-12-01');
    expect(await store.ledger.findSuppressedRecipients('em_aaaaaaaaaaaa')).toEqual([0, 2]);
    expect(await store.reader.readSuppressions(new Set(['bob@example.com', 'r2@example.com']))).toEqual(
      new Map([
        ['bob@example.com', { kind: 'unsubscribed', reason: '', since: at }],
        ['r2@example.com', { kind: 'unsubscribed', reason: '', since: new Date('2026-12-01T09:00:00.000Z') }],
      ]),
    );
  });

  it('leave out the recipients of an email who may still be sent to', async () => {
    await store.ledger.openEmail(email(), [
      recipient(0, { emailAddress: 'ANN@example.com' }),
      recipient(1, { emailAddress: 'ann@example.com', state: 'accepted' }),
      recipient(2, { emailAddress: 'é@example.com', state: 'deferred' }),
      recipient(3),
    ]);
    for (const address of ['ann@example.com', 'É@example.com'])
      execute('INSERT INTO suppressions VALUES (?, ?, ?)', address, '', at.toISOString());
    expect(await store.ledger.findSuppressedRecipients('em_aaaaaaaaaaaa')).toEqual([0, 2]);
  });
});

it('only emails with article tokens have an entry by address for each recipient', async () => {
  await store.ledger.openEmail(email(), [recipient(0)]);
  await store.ledger.openEmail(
    email({ emailId: 'em_bbbbbbbbbbbb', emailNumber: 8, tokenFormat: 'article' }),
    [recipient(0)],
  );
  expect(query('SELECT email_id, by_address FROM recipients ORDER BY email_id')).toEqual([
    { email_id: 'em_aaaaaaaaaaaa', by_address: null },
    { email_id: 'em_bbbbbbbbbbbb', by_address: 1 },
  ]);
});

it.each(migrations.slice(0, -1).map((_, index) => index + 1))(
  'a database of schema %i moves on with the unfinished and the finished emails in it',
  async version => {
    await store.close();
    rmSync(file, { force: true });
    const older = new Database(file);
    for (const sql of migrations.slice(0, version)) older.exec(sql);
    older.pragma(`user_version = ${version}`);
    const insertEmail = older.prepare(`
    INSERT INTO emails (email_id, email_number, mode, subject, from_mailbox, message_id, created_at, token_format, fingerprint,
                        composition)
    VALUES (?, ?, 'each', 'S', 'a@example.com', '<m@example.com>', ?, ?, 'f', '{}')`);
    const insertRecipient = older.prepare(`
    INSERT INTO recipients (email_id, position, recipient_number, email_address, name, role, tracked, fields, state, state_at)
    VALUES (?, ?, ?, ?, 'Ann', 'to', 1, '[["email","ann@example.com"],["x","1"]]', ?, '2026-01-01T00:00:00.000Z')`);
    insertEmail.run('em_aaaaaaaaaaaa', 7, '2026-01-01T00:00:00.000Z', 'article');
    insertEmail.run('em_bbbbbbbbbbbb', 8, '2026-01-02T00:00:00.000Z', 'sealed');
    insertRecipient.run('em_aaaaaaaaaaaa', 0, 1, 'ann@example.com', 'uncertain');
    insertRecipient.run('em_bbbbbbbbbbbb', 0, 1, 'ann@example.com', 'accepted');
    older.exec("INSERT INTO unsubscribes VALUES (8, 1, '2026-01-03T00:00:00.000Z')");
    // From there on the program itself keeps these.
    if (version >= 12) {
      older.exec("UPDATE emails SET finished = 1 WHERE email_id = 'em_bbbbbbbbbbbb'");
      older.exec("UPDATE recipients SET by_address = 1 WHERE email_id = 'em_aaaaaaaaaaaa'");
    }
    older.close();

    store = await openStore(file);
    expect((await store.reader.findUnfinished())?.emailId).toBe('em_aaaaaaaaaaaa');
    expect(query('SELECT email_id, finished FROM emails ORDER BY email_id')).toEqual([
      { email_id: 'em_aaaaaaaaaaaa', finished: 0 },
      { email_id: 'em_bbbbbbbbbbbb', finished: 1 },
    ]);
    const [read] = await readAll();
    expect(read).toMatchObject({ emailAddress: 'ann@example.com', state: 'uncertain' });
    expect([...(read?.fields ?? [])]).toEqual([
      ['email', 'ann@example.com'],
      ['x', '1'],
    ]);
    expect(await store.ledger.findSuppressed(['ann@example.com'])).toEqual(new Set(['ann@example.com']));
    expect(query('SELECT email_id FROM recipients WHERE by_address = 1')).toEqual([
      { email_id: 'em_aaaaaaaaaaaa' },
    ]);
  },
);
