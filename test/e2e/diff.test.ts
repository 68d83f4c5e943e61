/** `send --diff`: what one copy says, and what the others are filled with, before anything is sent. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.environment['COLUMNS'] = '100';
  user.write(
    'msg.txt',
    '---\nsubject: Hello\ncity: Prague\n---\nDear {{ name }} of {{ city }}, {{ greeting }}\n',
  );
});
afterEach(() => user.leave());

const dry = ['--no-track', '--dry-run', '--diff', '--set', 'greeting=hi'];

async function differences(...args: string[]): Promise<readonly string[]> {
  const { status, stdout, stderr } = await user.run(['send', 'msg.txt', ...args]);
  expect({ status, stdout }).toEqual({ status: 0, stdout: '' });
  return stderr.slice(stderr.indexOf('\nCopy 1 of') + 1).split('\n');
}

describe('send --diff', () => {
  it('shows the first copy whole, then of 20 others the values that vary, longest first', async () => {
    const rows = Array.from(
      { length: 30 },
      (_, index) => `p${index + 1}@example.com,${'n'.repeat(index + 1)},`,
    );
    rows[4] = 'p5@example.com,nnnnn,a city with a name that is longer than all others';
    user.write('people.csv', `email,name,city\n${rows.join('\n')}\n`);
    const lines = await differences('--each', 'people.csv', ...dry);
    expect(lines[0]).toBe('Copy 1 of 30, for p1@example.com');
    expect(lines).toContain('Dear n of Prague, hi');
    const title = lines.findIndex(line => line.startsWith('Copy  Recipient'));
    expect(lines[title]?.split(/ {2,}/)).toEqual(['Copy', 'Recipient', 'name', 'city']);
    // A cell that is too long goes on in the next line.
    const rowsShown = lines.slice(title + 1).filter(line => !/^ {6}/.test(line));
    const numbers = rowsShown.slice(0, 20).map(line => Number(line.trim().split(' ')[0]));
    expect(numbers).toEqual([5, ...Array.from({ length: 19 }, (_, index) => 30 - index)]);
    expect(rowsShown[20]).toBe('and 9 more, with values no longer than these');
  });

  it('says that copies are alike', async () => {
    user.write('msg.txt', '---\nsubject: Hello\n---\nDear all, {{ greeting }}\n');
    expect(await differences('--to', 'a@example.com,b@example.com', ...dry)).toContain(
      'All copies have the same words.',
    );
  });

  it('adds nothing to what --json says', async () => {
    const to = ['--to', 'Ann <a@example.com>,Bob <b@example.com>'];
    const { stdout, stderr } = await user.run(['send', 'msg.txt', ...to, ...dry, '--json']);
    expect(stdout.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('Copy 1 of');
  });

  it('comes before the question', async () => {
    user.write('people.csv', 'email,name\na@example.com,Ann\nb@example.com,Bob\n');
    const args = ['--no-track', '--diff', '--set', 'greeting=hi', '--smtp', 'smtp://127.0.0.1:9'];
    const { status, stderr } = await user.run(['send', 'msg.txt', '--each', 'people.csv', ...args]);
    expect(status).toBe(64);
    expect(stderr.indexOf('Dear Ann')).toBeGreaterThan(0);
    expect(stderr.indexOf('has to be confirmed')).toBeGreaterThan(stderr.indexOf('b@example.com  Bob'));
  });
});
