import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.write('msg.md', '# Hello\n\nHi {{ name }}\n');
  user.write('list.csv', 'email,name\na@example.com,Ann\nb@example.com,Bob\nc@example.com,Cid\n');
});
afterEach(() => user.leave());

it.each([
  [[], 'The copies are in copies.', ['1-a@example.com.eml', '2-b@example.com.eml', '3-c@example.com.eml']],
  [
    ['--limit', '2'],
    'The first 2 of 3 copies are in copies.',
    ['1-a@example.com.eml', '2-b@example.com.eml'],
  ],
  [
    ['--limit', '9'],
    'The copies are in copies.',
    ['1-a@example.com.eml', '2-b@example.com.eml', '3-c@example.com.eml'],
  ],
])('a dry run %j writes the copies of those it would get to', async (flags, words, files) => {
  const dry = ['--each', 'list.csv', '--no-track', '--dry-run', '--out', 'copies'];
  const { status, stderr } = await user.run(['send', 'msg.md', ...dry, ...flags]);
  expect(status).toBe(0);
  expect(stderr).toContain(`Dry run: nothing was sent. ${words}`);
  expect(readdirSync(join(user.folder, 'copies')).sort()).toEqual(files);
});
