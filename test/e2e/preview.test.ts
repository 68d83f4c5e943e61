/** `preview` as it is run: the copies that were asked for, where they were asked for, and never the pixel. */
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'Anthony <anthony@example.org>';
  user.environment['MAILTRACK_TRACKING_URL'] = 'https://t.example.org';
  user.environment['TMPDIR'] = user.folder;
  user.write(
    'msg.md',
    '---\nsubject: For {{ name }}\n---\nHello **{{ name }}**. [No more]({{ unsubscribe_url }})\n',
  );
  const rows = Array.from({ length: 25 }, (_, index) => `p${index + 1}@example.com,P${index + 1}`);
  user.write('people.csv', `email,name\n${rows.join('\n')}\n`);
});
afterEach(() => user.leave());

const preview = (...args: string[]) => user.run(['preview', 'msg.md', '--each', 'people.csv', ...args]);

describe('mailtrack preview', () => {
  it('shows the first copy when no other is asked for', async () => {
    const { status, stdout, stderr } = await preview();
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.replace(/^Date .*$/m, 'Date')).toBe(
      [
        'Copy 1 of 25, for p1@example.com',
        'From      Anthony <anthony@example.org>',
        'To        P1 <p1@example.com>',
        'Subject   For P1',
        'Date',
        '',
        'Hello P1. No more <https://t.example.org/unsubscribe/preview>',
        '',
      ].join('\n'),
    );
    expect(existsSync(user.database)).toBe(false);
  });

  it('shows the copies that were asked for, in the order of sending', async () => {
    const { stdout } = await preview('--row', '17', '--row', '3', '--json');
    const [result] = jsonLines(stdout) as unknown as { copies: { row: number; email_address: string }[] }[];
    expect(result?.copies.map(({ row, email_address }) => `${row} ${email_address}`)).toEqual([
      '3 p3@example.com',
      '17 p17@example.com',
    ]);
    expect(await preview('--row', '26')).toMatchObject({
      status: 64,
      stdout: '',
      stderr: expect.stringContaining('there is no row 26: there are 25 recipients') as string,
    });
  });

  it('shows everybody the same header in group mail, and nobody Bcc', async () => {
    user.write('msg.md', '---\nsubject: Lunch\n---\nHello {{ email }}\n');
    const group = ['--to', 'a@example.com', '--cc', 'c@example.com', '--bcc', 'd@example.com'];
    const { stdout } = await user.run(['preview', 'msg.md', ...group, '--row', '3']);
    expect(stdout).toMatch(/^To +a@example\.com\nCc +c@example\.com\n/m);
    expect(stdout).toContain('Hello d@example.com');
    expect(stdout).not.toContain('Bcc');
  });

  it('prints the HTML, without the pixel', async () => {
    const { status, stdout } = await preview('--html', '--row', '2');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^<!doctype html>[\s\S]*<strong>P2<\/strong>[\s\S]*<\/html>\n$/);
    expect(stdout).not.toMatch(/tracking\.png|<img/);
  });

  it('writes files that only the user can read, of the first 20', async () => {
    const { status, stdout, stderr } = await preview('--all', '--out', 'copies');
    expect({ status, stderr }).toEqual({ status: 0, stderr: 'Note: 20 of 25 copies are shown.\n' });
    const files = readdirSync(join(user.folder, 'copies')).sort();
    expect(files).toHaveLength(40);
    expect(files.slice(0, 2)).toEqual(['01-p1@example.com.html', '01-p1@example.com.txt']);
    expect(stdout.trimEnd().split('\n').sort()).toEqual(files.map(file => `copies/${file}`));
    expect(statSync(join(user.folder, 'copies', files[0] ?? '')).mode & 0o777).toBe(0o600);
    expect(user.read('copies/20-p20@example.com.txt')).toContain('Hello P20.');
  });

  it('puts images of the template’s folder into the files and the page, since a browser knows no Content-ID', async () => {
    user.write('msg.html', '<title>Hello</title><p>Hello</p><img src="logo.png" alt="Logo">');
    user.write('logo.png', 'an image');
    const image = '<img src="data:image/png;base64,YW4gaW1hZ2U=" alt="Logo">';
    const args = ['preview', 'msg.html', '--to', 'ann@example.com'];
    expect(await user.run([...args, '--out', 'copies'])).toMatchObject({ status: 0, stderr: '' });
    expect(user.read('copies/1-ann@example.com.html')).toContain(image);
    user.environment['PATH'] = user.folder;
    const { stdout } = await user.run([...args, '--open']);
    expect(
      readFileSync(stdout.trimEnd(), 'utf8').split(image.replaceAll('"', '&quot;').slice(4, -1)),
    ).toHaveLength(3);
    expect((await user.run([...args, '--html'])).stdout).toContain('<img src="cid:');
  });

  it('hands a page in a private folder to the browser, and says where it is', async () => {
    const bin = join(user.folder, 'bin');
    mkdirSync(bin);
    for (const name of ['xdg-open', 'open']) {
      user.write(
        `bin/${name}`,
        '#!/bin/sh\nprintf %s "$1" > "$HOME/opened.tmp" && mv "$HOME/opened.tmp" "$HOME/opened"\n',
      );
      chmodSync(join(bin, name), 0o755);
    }
    user.environment['PATH'] = `${bin}:${user.environment['PATH']}`;
    const { status, stdout, stderr } = await preview('--row', '1', '--row', '2', '--open');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const path = stdout.trimEnd();
    const opened = join(user.folder, 'opened');
    while (!existsSync(opened)) await new Promise(resolve => setImmediate(resolve));
    expect(readFileSync(opened, 'utf8')).toBe(path);
    expect([statSync(path).mode & 0o777, statSync(dirname(path)).mode & 0o777]).toEqual([0o600, 0o700]);
    const page = readFileSync(path, 'utf8');
    expect(page.match(/<iframe/g)).toHaveLength(4);
    expect(page).not.toContain('tracking.png');
  });

  it('says so when there is nothing to open a page with', async () => {
    user.environment['PATH'] = user.folder;
    const { status, stdout, stderr } = await preview('--open');
    expect(status).toBe(0);
    expect(existsSync(stdout.trimEnd())).toBe(true);
    expect(stderr).toBe('There is no program to open it with; open the file in a browser.\n');
  });

  it('lets be looked at what send would refuse, but not what cannot be made', async () => {
    user.write('people.csv', 'email,name\nann@example.com,undefined\n');
    expect(await preview()).toMatchObject({
      status: 0,
      stderr: 'Note: "undefined" is left over in 1 of 1 copies\n',
    });
    user.write('people.csv', 'email,name\nann@example.com,\n');
    expect((await preview()).status).toBe(65);
    expect((await preview('--row', '0')).status).toBe(64);
    expect((await preview('--row', '1', '--all')).status).toBe(64);
  });
});
