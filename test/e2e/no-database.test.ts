/** Commands that look for emails where there is no database yet. */
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
});
afterEach(() => user.leave());

it.each([
  [['list'], 0, 'No email has been sent yet.\n'],
  [
    ['report'],
    0,
    'No email has been sent yet. `mailtrack demo` shows the whole loop; `mailtrack send --help` begins it.\n',
  ],
  [['resume'], 0, 'Nothing to resume: no email has been sent yet.\n'],
  [
    ['cancel', 'em_abc', '--db', 'none.db'],
    66,
    'mailtrack: there is no email "em_abc": the database none.db does not exist yet\n  The first email that is sent makes it; a send that was refused does not: send again. Check --db, MAILTRACK_DB and store.url if there should be one.\n',
  ],
] as const)('%j makes none', async (args, status, stderr) => {
  const said = await user.run([...args]);
  expect({ ...said, stderr: said.stderr.replaceAll(`${user.folder}/`, '') }).toEqual({
    status,
    stdout: '',
    stderr,
  });
  expect([existsSync(user.database), existsSync(`${user.folder}/none.db`)]).toEqual([false, false]);
});
