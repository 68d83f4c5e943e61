import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.write('msg.txt', '---\nsubject: Hello\n---\nHello\n');
  user.write('list.csv', 'email\nanna@example.com\n');
});
afterEach(() => user.leave());

const dryRun = 'mailtrack send msg.txt --each - --dry-run --no-track';

describe('a list on standard input', () => {
  it.each([
    ['< .', 74, 'standard input is a folder'],
    ['<&-', 66, 'standard input is closed or /dev/null: there is nothing to read'],
    ['< /dev/null', 66, 'standard input is closed or /dev/null: there is nothing to read'],
  ])('is refused when there is nothing it could be: %s', async (redirection, status, message) => {
    expect(await user.shell(`${dryRun} ${redirection}`)).toEqual({
      status,
      stdout: '',
      stderr: `mailtrack: ${message}\n  Redirect a file (< list.csv) or a pipe.\n`,
    });
  });

  it.each(['< list.csv', '< empty.csv', '0> other.csv'])(
    'is read or refused by its content: %s',
    async how => {
      user.write('empty.csv', '');
      const { status, stderr } = await user.shell(`${dryRun} ${how}`);
      expect([status, stderr.split('\n', 1)[0]]).toEqual(
        {
          '< list.csv': [0, expect.any(String)],
          '< empty.csv': [65, 'standard input: the list is empty'],
          '0> other.csv': [74, 'mailtrack: standard input cannot be read: EBADF: bad file descriptor, read'],
        }[how],
      );
    },
  );

  it('is refused when it cannot be kept', async () => {
    user.environment['TMPDIR'] = join(user.folder, 'missing');
    const { status, stderr } = await user.shell(`${dryRun} < list.csv`);
    expect([status, stderr]).toEqual([
      73,
      expect.stringMatching(
        /^mailtrack: standard input cannot be kept in \S+: ENOENT.*\n {2}Make room there, or set TMPDIR to another folder\.\n$/,
      ),
    ]);
  });
});

it('says that a log on standard input is a folder', async () => {
  await user.shell('mailtrack keys rotate');
  const { status, stderr } = await user.shell('mailtrack ingest - < .');
  expect([status, stderr.split('\n', 1)[0]]).toEqual([74, 'mailtrack: standard input is a folder']);
});

describe.each(['pipe', '/dev/zero', 'folder'])('a file that is not one: %s', name => {
  it.each(['--each', '--attach', '--text', 'template', 'contacts'])('is refused: %s', async where => {
    mkdirSync(join(user.folder, 'folder'));
    await user.shell('mkfifo pipe');
    const list = ['--to', 'anna@example.com', '--dry-run', '--no-track'];
    user.environment['MAILTRACK_CONTACTS'] = where === 'contacts' ? name : '';
    const args = {
      '--each': ['msg.txt', '--each', `@${name}`, '--dry-run', '--no-track'],
      '--attach': ['msg.txt', ...list, '--attach', name],
      '--text': ['msg.txt', ...list, '--text', name],
      template: [name, ...list],
      contacts: ['msg.txt', ...list],
    }[where];
    const { status, stderr } = await user.run(['send', ...(args ?? [])]);
    expect([status, stderr.split('\n', 1)[0]]).toEqual([74, expect.stringMatching(/is not a file$/)]);
  });
});

it('keeps its data in the home folder of the account when HOME is empty and XDG_DATA_HOME relative', async () => {
  user.environment['HOME'] = '';
  user.environment['XDG_DATA_HOME'] = 'data';
  const { stderr } = await user.run(['list', '--db', 'other.db']);
  expect(stderr).toBe(
    'Note: XDG_DATA_HOME is ignored: it has to be an absolute path.\nNo email has been sent yet.\n',
  );
});
