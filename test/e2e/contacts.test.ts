import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.environment['MAILTRACK_CONTACTS'] = 'contacts.csv';
  user.write('msg.txt', '---\nsubject: Hello\n---\nHello\n');
  user.write(
    'contacts.csv',
    [
      'alias,name,email,track',
      'alice,Alice,alice@example.com,',
      'bob,Bob',
      'carol,Carol,carol@@example.com,',
      'dora,Dora,dora@example.com,maybe',
      'eve,Eve,eve@example.com,',
      'Eve,Other Eve,eve2@example.com,',
      '',
    ].join('\n'),
  );
});
afterEach(() => user.leave());

const place = (line: number) => `${join(user.folder, 'contacts.csv')}:${line}`;
const rehearse = (to: string) => user.run(['send', 'msg.txt', '--to', to, '--dry-run', '--no-track', '-q']);

describe('a contacts file with rows that are not finished', () => {
  it.each(['alice', 'anna@example.net', 'eve2@example.com', 'Dora <dora2@example.com>'])(
    'lets send to %s, who is in none of them',
    async to => {
      expect(await rehearse(to)).toEqual({ status: 0, stdout: '', stderr: '' });
    },
  );

  it.each([
    ['bob', 3, '--to: 2 cells, but 4 columns'],
    ['carol', 4, '--to: "carol@@example.com" is not an addr-spec: two "@"'],
    ['dora', 5, '--to: "maybe" in column "track"'],
    ['dora@example.com', 5, '--to: "maybe" in column "track"'],
    ['eve', 7, '--to: the alias "eve" is taken by line 6'],
  ])('does not send to %s, who is in one of them', async (to, line, message) => {
    const { status, stderr } = await rehearse(to);
    expect([status, stderr.toLowerCase()]).toEqual([
      65,
      `${place(line)}: ${message}\n  Correct the row of the contacts file.\n`.toLowerCase(),
    ]);
  });

  it('names the rows when somebody is not found', async () => {
    const { status, stderr } = await rehearse('frank');
    const rows = [3, 4, 5, 7].map(place).join(', ');
    expect([status, stderr]).toEqual([
      65,
      `mailtrack: --to: "frank" is neither an address nor in the address book, of which a part cannot be read: ${rows}\n` +
        '  Write the whole address, add it to the contacts file, or to [aliases] in mailtrack.toml. `mailtrack check` says what is wrong with these rows.\n',
    ]);
  });

  it('is warned of by check, and is an error where somebody is named from it', async () => {
    const severities = async (to: string) => {
      const { stdout } = await user.run(['check', 'msg.txt', '--to', to, '--no-track', '--json']);
      const { findings } = JSON.parse(stdout) as { findings: { severity: string; line: number | null }[] };
      return findings.flatMap(({ severity, line }) => (line === null ? [] : [`${line} ${severity}`]));
    };
    expect(await severities('alice')).toEqual(['3 warning', '4 warning', '5 warning', '7 warning']);
    expect(await severities('carol')).toEqual(['3 warning', '5 warning', '7 warning', '4 error']);
  });
});

describe('a contacts file', () => {
  it.each(['', 'alias,name,email\n'])('may be empty: %j', async text => {
    user.write('contacts.csv', text);
    expect(await rehearse('anna@example.net')).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    'alias,name\nalice,Alice\n',
    'alias,name,email\nbob,"Bob,bob@example.com\nalice,Alice,alice@example.com\n',
  ])('that cannot be read is no obstacle to those who name nobody from it', async text => {
    user.write('contacts.csv', text);
    expect(await rehearse('anna@example.net')).toMatchObject({ status: 0, stderr: '' });
    const { status, stderr } = await rehearse('alice');
    expect([status, stderr]).toEqual([
      65,
      expect.stringMatching(
        /^mailtrack: --to: "alice" is neither .* cannot be read: \S+contacts\.csv(:\d+)?\n/,
      ),
    ]);
  });
});
