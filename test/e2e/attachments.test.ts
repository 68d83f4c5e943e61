import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import PostalMime from 'postal-mime';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { workbook } from '../recipients/workbook.js';
import { jsonLines, User } from './command.js';

let user: User;

/** Octets of every kind, none of them anybody else's. */
const pdf = (letter: string) => Buffer.from(`%PDF-1.7 ${letter}\r\n\0\xff`.repeat(3_000), 'latin1');
const send = [
  'send',
  'msg.txt',
  '--each',
  'lists/people.csv',
  '--attach-column',
  'file',
  '--no-track',
  '--yes',
];

beforeEach(async () => {
  user = new User();
  const sandbox = await user.sandbox();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.environment['MAILTRACK_SMTP_URL'] = sandbox.url;
  mkdirSync(join(user.folder, 'lists'));
  user.write('msg.txt', '---\nsubject: Your file\n---\nHello {{ email }}\n');
  user.write('lists/people.csv', 'email,file\nann@example.com,ann.pdf\nbob@example.com,böb.pdf\n');
  user.write('lists/ann.pdf', pdf('A'));
  user.write('lists/böb.pdf', pdf('B'));
});
afterEach(() => user.leave());

/** What came, in order: for whom, and the files in it. */
async function inbox(folder = 'inbox') {
  const names = readdirSync(join(user.folder, folder)).sort();
  return Promise.all(
    names.map(async name => {
      const octets = readFileSync(join(user.folder, folder, name));
      const { attachments } = await PostalMime.parse(octets);
      const files = attachments.map(({ filename, mimeType, content }) => ({
        filename,
        mimeType,
        letter: Buffer.from(content as ArrayBuffer).equals(pdf('A')) ? 'A' : 'B',
      }));
      return { recipient: name.replace(/^\d+-|\.eml$/g, ''), octets: octets.toString('latin1'), files };
    }),
  );
}

it('attaches to each copy exactly its own file', async () => {
  const looked = await user.run(['preview', ...send.slice(1, -1), '--all', '--json']);
  expect(JSON.parse(looked.stdout)).toMatchObject({
    copies: [{ attachments: ['ann.pdf'], attachment_bytes: [42_000] }, { attachments: ['böb.pdf'] }],
  });
  expect((await user.run([...send, '--dry-run', '--out', 'copies'])).status).toBe(0);
  expect((await user.run(send)).status).toBe(0);
  for (const folder of ['copies', 'inbox']) {
    const [ann, bob, ...others] = await inbox(folder);
    expect(ann?.recipient).toBe('ann@example.com');
    expect(ann?.files).toEqual([{ filename: 'ann.pdf', mimeType: 'application/pdf', letter: 'A' }]);
    expect(bob?.recipient).toBe('bob@example.com');
    expect(bob?.files).toEqual([{ filename: 'böb.pdf', mimeType: 'application/pdf', letter: 'B' }]);
    expect(others).toEqual([]);
  }
});

it('sends the same octets when it goes on after it was killed', async () => {
  const run = user.start([...send, '--rate', '1/m', '--json']);
  await new Promise<void>(done => {
    run.stdout?.on('data', chunk => String(chunk).includes('ann@example.com') && done());
  });
  run.kill('SIGKILL');
  await run.ended;
  const resumed = await user.run(['resume', '--json']);
  expect(jsonLines(resumed.stdout).at(-1)).toMatchObject({ accepted: 2, uncertain: 0 });
  const database = new Database(user.database);
  database.exec("UPDATE recipients SET state = 'pending'; UPDATE emails SET finished = 0");
  database.close();
  expect((await user.run(['resume'])).status).toBe(0);
  const [ann, bob, annAgain, bobAgain] = await inbox();
  expect(annAgain?.octets).toBe(ann?.octets);
  expect(bobAgain?.octets).toBe(bob?.octets);
  expect(bobAgain?.files).toMatchObject([{ letter: 'B' }]);
});

it('never sends a file that was swapped meanwhile: the run stops, and its recipient stays pending', async () => {
  expect((await user.run([...send, '--limit', '1'])).status).toBe(75);
  user.write('lists/böb.pdf', pdf('A'));
  const stopped = await user.run(['resume', '--accept-changed']);
  expect(stopped.status).toBe(75);
  expect(stopped.stderr).toContain('the attachment lists/böb.pdf changed since the email was begun');
  const database = new Database(user.database, { readonly: true });
  expect(database.prepare('SELECT email_address, state, attachments FROM recipients').all()).toMatchObject([
    { email_address: 'ann@example.com', state: 'accepted' },
    {
      email_address: 'bob@example.com',
      state: 'pending',
      attachments: expect.stringContaining('"path":"lists/böb.pdf","filename":"böb.pdf","sha256":"'),
    },
  ]);
  database.close();
  expect(await inbox()).toMatchObject([{ recipient: 'ann@example.com' }]);
  user.write('lists/böb.pdf', pdf('B'));
  expect((await user.run(['resume'])).status).toBe(0);
  expect(await inbox()).toMatchObject([{}, { recipient: 'bob@example.com', files: [{ letter: 'B' }] }]);
});

it('is refused before anything is sent, on a real disk too', async () => {
  const lists = join(user.folder, 'lists');
  user.write('lists/empty.pdf', '');
  mkdirSync(join(lists, 'folder'));
  symlinkSync('../msg.txt', join(lists, 'link.pdf'));
  execFileSync('mkfifo', [join(lists, 'pipe.pdf')]);
  const cells = ['folder', 'empty.pdf', '../msg.txt', 'link.pdf', 'pipe.pdf', '/dev/zero', 'ann.pdf'];
  user.write(
    'lists/people.csv',
    `email,file\n${cells.map((cell, row) => `r${row}@example.com,${cell}\n`).join('')}`,
  );
  const refused = await user.run([...send, '--json']);
  expect(refused.status).toBe(65);
  expect(refused.stderr).toContain('2 rows name what is no file: lists/people.csv:2, lists/people.csv:6');
  expect(refused.stderr).toContain('1 row names an empty file: lists/people.csv:3');
  expect(refused.stderr).toContain(
    '3 rows name a file outside the folder of the list: lists/people.csv:4, lists/people.csv:5, lists/people.csv:7',
  );
  expect(await inbox()).toEqual([]);
});

it('takes list and files from a workbook and its folder', async () => {
  const rows = { 2: ['email', 'file'], 3: ['ann@example.com', 'ann.pdf'], 5: ['bob@example.com', 'böb.pdf'] };
  user.write('lists/people.xlsx', workbook({ name: 'Cover', rows: {} }, { name: 'People', rows }));
  const fromWorkbook = send.map(word => word.replace('people.csv', 'people.xlsx'));
  expect((await user.run([...fromWorkbook, '--sheet', 'People'])).status).toBe(0);
  expect(await inbox()).toMatchObject([{ files: [{ letter: 'A' }] }, { files: [{ letter: 'B' }] }]);
  expect((await user.run([...fromWorkbook, '--json'])).stderr).toContain('the list is empty');
  expect((await user.run([...send, '--sheet', 'People', '--json'])).stderr).toContain(
    '--sheet only applies to .xlsx lists, and none was given',
  );
});
