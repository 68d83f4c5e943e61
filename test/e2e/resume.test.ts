import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jsonLines, User } from './command.js';

let user: User;

beforeEach(async () => {
  user = new User();
  const sandbox = await user.sandbox();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.environment['MAILTRACK_SMTP_URL'] = sandbox.url;
  user.write('msg.txt', '---\nsubject: Hello\n---\nHello {{ email }}\n');
  user.write('list.csv', 'email\nann@example.com\nbea@example.com\ncid@example.com\n');
  const begun = ['send', 'msg.txt', '--each', 'list.csv', '--yes', '--no-track', '--limit', '1'];
  expect((await user.run(begun)).status).toBe(75);
});
afterEach(() => user.leave());

it('refuses to go on with files that changed, names them, and sends the stored message when told to', async () => {
  user.write('msg.txt', '---\nsubject: Other\n---\nOther words\n');
  user.write('list.csv', 'email\neve@example.net\n');
  const refused = await user.run(['resume']);
  expect(refused.status).toBe(64);
  expect(refused.stderr).toContain('msg.txt changed since the email was begun');
  expect(refused.stderr).toContain('list.csv changed since the email was begun');
  expect((await user.run(['resume', '--accept-changed'])).status).toBe(0);
  expect(user.read('inbox/0002-bea@example.com.eml')).toContain('Hello bea@example.com');
});

it('refuses to go on from a copy of the database until told that the original is gone', async () => {
  const copy = join(user.folder, 'copy.db');
  const database = new Database(user.database);
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  copyFileSync(user.database, copy);
  const refused = await user.run(['resume', '--db', copy]);
  expect([refused.status, refused.stderr]).toEqual([
    64,
    expect.stringContaining('was copied from elsewhere'),
  ]);
  expect((await user.run(['resume', '--db', copy, '--accept-copy', '--limit', '1'])).status).toBe(75);
  expect((await user.run(['resume', '--db', copy])).status).toBe(0);
});

it('sends to uncertain recipients again when the user says so, and only then', async () => {
  const database = new Database(user.database);
  database.exec("UPDATE recipients SET state = 'uncertain' WHERE state = 'pending'");
  database.close();
  const left = await user.run(['resume', '--json']);
  expect([left.status, jsonLines(left.stdout).at(-1)]).toEqual([
    75,
    expect.objectContaining({ uncertain: 2, accepted: 1 }),
  ]);
  const told = await user.run(['resume', '--resend-uncertain', '--json']);
  expect([told.status, jsonLines(told.stdout).at(-1)]).toEqual([
    0,
    expect.objectContaining({ uncertain: 0, accepted: 3 }),
  ]);
});

it('leaves out who unsubscribed with the link in their copy', async () => {
  const server = await user.serve();
  user.environment['MAILTRACK_TRACKING_URL'] = server.url;
  user.write('bye.txt', '---\nsubject: Bye\n---\nLeave: {{ unsubscribe_url }}\n');
  expect((await user.run(['send', 'bye.txt', '--to', 'Ann@example.com'])).status).toBe(0);
  const text = user.read('inbox/0002-Ann@example.com.eml').replaceAll('=\n', '').replaceAll('=\r\n', '');
  const link = /http:\S+\/unsubscribe\/[a-z2-7]+/.exec(text)?.[0] ?? '';
  expect(
    (await fetch(link, { method: 'POST', body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }) }))
      .status,
  ).toBe(200);
  await server.stop();
  const sent = await user.run(['send', 'bye.txt', '--to', 'ann@example.com,bea@example.com', '--json']);
  expect(jsonLines(sent.stdout)[0]).toMatchObject({
    recipients: 1,
    visible: 1,
    suppressed: ['ann@example.com'],
  });
});

it('does not go on with tracked copies when the key is gone', async () => {
  const tracked = [
    'send',
    'msg.txt',
    '--each',
    'list.csv',
    '--yes',
    '--again',
    '--limit',
    '1',
    '--tracking-url',
    'http://127.0.0.1:9',
  ];
  expect((await user.run(tracked)).status).toBe(75);
  rmSync(join(user.folder, 'data', 'mailtrack', 'key'));
  const ended = await user.run(['resume', '--json']);
  expect(ended.status).toBe(78);
  expect(JSON.parse(ended.stderr)).toMatchObject({ error: { code: 'key' } });
});

it('takes a fetched pixel as proof of delivery', async () => {
  const database = new Database(user.database);
  database.exec("UPDATE recipients SET state = 'uncertain' WHERE state = 'pending'");
  database.exec(`
    INSERT INTO fetches SELECT email_number, 1, recipient_number, '2026-11-23T09:00:00.000Z', 'GET', NULL, '', 'unknown', 0.3, 'x'
      FROM emails JOIN recipients USING (email_id) WHERE email_address = 'bea@example.com'`);
  database.close();
  const ended = await user.run(['resume', '--json']);
  expect(jsonLines(ended.stdout).at(-1)).toMatchObject({ accepted: 2, uncertain: 1 });
});

it.each([
  ['an address', "UPDATE recipients SET email_address = 'eve@example.com' WHERE position = 2"],
  ['a field', `UPDATE recipients SET fields = '[["email","x"]]' WHERE position = 2`],
  [
    'an attachment',
    `UPDATE recipients SET attachments = '[{"path":"x","filename":"x","sha256":"x"}]' WHERE position = 2`,
  ],
  ['the JSON of the attachments', `UPDATE recipients SET attachments = '[{' WHERE position = 2`],
  ['a word of the template', `UPDATE emails SET composition = replace(composition, 'Hello {{', 'Hullo {{')`],
  ['the JSON of the message', `UPDATE emails SET composition = substr(composition, 2)`],
  ['the JSON of a recipient', `UPDATE recipients SET fields = 'x' WHERE position = 2`],
  ['a table', 'ALTER TABLE runs RENAME COLUMN started_at TO begun_at'],
])('sends nothing from a database in which %s is another', async (_, sql) => {
  const database = new Database(user.database);
  database.exec(sql);
  database.close();
  const refused = await user.run(['resume']);
  expect(refused.status).toBe(74);
  expect(refused.stderr).toContain('damaged');
  expect(() => user.read('inbox/0002-bea@example.com.eml')).toThrow();
});
