import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../src/store/open-store.js';
import { emailOf, recipientOf } from '../workflow/sent-email.js';

type Open = typeof openStore;

let folder: string;
let file: string;
let store: Store | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-damage-'));
  file = join(folder, 'mailtrack.db');
});
afterEach(async () => {
  await store?.close();
  store = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const old = emailOf('em_aaaaaaaaaaaa');
const next = { ...emailOf('em_bbbbbbbbbbbb'), emailNumber: 2 };
const people = (count: number) => Array.from({ length: count }, (_, position) => recipientOf(position));
const isDamaged = {
  code: 'database',
  message: expect.stringMatching(/^the database .* is damaged: /),
  fix: 'Restore it from a copy. Nothing was sent in this run.',
};
/** As if every file were a large one. */
const large = { smallPages: 0 };

/** A run of 2,000 recipients that ended, or was killed. */
async function runOnce(isEnded: boolean, open: Open = openStore): Promise<void> {
  const first = await open(file, large);
  const begun = await first.ledger.beginEmail({ ...old, emailNumber: 1 }, people(2_000), undefined);
  if (!('release' in begun)) throw new Error('begun before');
  await begun.release();
  await first.close();
  if (!isEnded) change('UPDATE runs SET ended_at = NULL');
}

function change(sql: string): void {
  const database = new Database(file);
  database.exec(sql);
  database.close();
}

/** Changes octets in the middle of recipients of the first email. */
function damage(): void {
  const database = new Database(file);
  database.pragma('wal_checkpoint(TRUNCATE)');
  const [page] = database
    .prepare(
      "SELECT pageno FROM dbstat WHERE name = 'recipients' AND pagetype = 'leaf' ORDER BY pageno LIMIT 1 OFFSET 5",
    )
    .pluck()
    .all() as number[];
  database.close();
  const handle = openSync(file, 'r+');
  writeSync(handle, Buffer.alloc(200, 0xff), 0, 200, ((page ?? 0) - 1) * 4_096);
  closeSync(handle);
}

describe('the whole file is looked through', () => {
  it('before each run while it is small', async () => {
    await runOnce(true);
    damage();
    store = await openStore(file);
    await expect(store.ledger.beginEmail(next, people(2), undefined)).rejects.toMatchObject(isDamaged);
    await expect(store.ledger.lockEmail(old.emailId)).rejects.toMatchObject(isDamaged);
  });

  it('before a run when the run before it was killed, and then not again', async () => {
    await runOnce(false);
    store = await openStore(file, large);
    const begun = await store.ledger.beginEmail(next, people(2), undefined);
    if ('release' in begun) await begun.release();
    damage();
    const again = await store.ledger.lockEmail(next.emailId);
    if (!('release' in again)) throw new Error('it is locked');
    await again.release();
    await store.close();
    change("UPDATE runs SET ended_at = NULL WHERE email_id = 'em_bbbbbbbbbbbb'");
    store = await openStore(file, large);
    await expect(store.ledger.lockEmail(next.emailId)).rejects.toMatchObject(isDamaged);
  });

  it.each([
    ['has never been', 'DELETE FROM damage_checks'],
    ['was last a week ago', "UPDATE damage_checks SET checked_at = '2020-01-01T00:00:00.000Z'"],
    ['was last in the future', "UPDATE damage_checks SET checked_at = '2999-01-01T00:00:00.000Z'"],
  ])('before a run when it %s', async (_, sql) => {
    await runOnce(true);
    change(sql);
    damage();
    store = await openStore(file, large);
    await expect(store.ledger.beginEmail(next, people(2), undefined)).rejects.toMatchObject(isDamaged);
  });

  it('not before each run of a large one: that reads its own email', async () => {
    await runOnce(true);
    damage();
    store = await openStore(file, large);
    expect(await store.ledger.beginEmail(next, people(2), undefined)).toHaveProperty('release');
  });

  it('beside a run when it was looked through two days ago, which stops the run', async () => {
    const built = (await import(pathToFileURL(join(process.cwd(), 'dist/store/open-store.js')).href)) as {
      openStore: Open;
    };
    await runOnce(true);
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000).toISOString();
    change(`UPDATE damage_checks SET checked_at = '${twoDaysAgo}'`);
    damage();
    store = await built.openStore(file, large);
    expect(await store.ledger.beginEmail(next, people(2), undefined)).toHaveProperty('release');
    const ledger = store.ledger;
    const intend = () => ledger.recordIntent(next.emailId, 0, new Date()).then(String, problem => problem);
    await expect.poll(intend).toMatchObject({
      ...isDamaged,
      fix: 'Restore it from a copy, and compare what that says with the output of this run: some messages were sent already.',
    });
  });

  it('beside a run, and noted when nothing is wrong', async () => {
    const built = (await import(pathToFileURL(join(process.cwd(), 'dist/store/open-store.js')).href)) as {
      openStore: Open;
    };
    await runOnce(true);
    const twoDaysAgo = new Date(Date.now() - 2 * 86_400_000).toISOString();
    change(`UPDATE damage_checks SET checked_at = '${twoDaysAgo}'`);
    store = await built.openStore(file, large);
    await store.ledger.beginEmail(next, people(2), undefined);
    const database = new Database(file, { readonly: true });
    const checkedAt = database.prepare('SELECT checked_at FROM damage_checks').pluck();
    await expect.poll(() => checkedAt.get()).not.toBe(twoDaysAgo);
    database.close();
  });
});

it('refuses an email of which a recipient is nowhere to be found', async () => {
  store = await openStore(file);
  change(
    'CREATE TRIGGER lose AFTER INSERT ON recipients WHEN new.position = 1 BEGIN DELETE FROM recipients WHERE position = 1; END',
  );
  await expect(store.ledger.beginEmail(next, people(3), undefined)).rejects.toMatchObject({
    code: 'database',
    message: `the database ${file} is damaged`,
  });
  expect(await store.reader.findEmails('latest')).toEqual([]);
});
