import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, User } from './command.js';

const hasFull = existsSync('/dev/full');
const everybody = Array.from({ length: 40 }, (_, index) => `p${index}@example.com`);

let user: User;
beforeEach(() => {
  user = new User();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.write('msg.txt', '---\nsubject: Hello\n---\nHello\n');
  user.write('list.csv', `email\n${everybody.join('\n')}\n`);
});
afterEach(() => user.leave());

const place = 'Make room, or write to another place.';
const resumable = `${place} \`mailtrack resume\` goes on with an email that was begun.`;
const said = (what: string, fix = place) => `mailtrack: standard ${what}\n  ${fix}\n`;

const reading = [
  'list',
  'list --json',
  'report',
  'report --json',
  'report --csv',
  'check msg.txt --to anna@example.com --no-track',
  'check msg.txt --to anna@example.com --no-track --json',
  'preview msg.txt --to anna@example.com --no-track',
  'preview msg.txt --to anna@example.com --no-track --json',
  'config show',
  'commands',
  'help csv',
  '--help',
  'send --help',
  '--version',
];

describe('a command that reads', () => {
  beforeEach(async () => {
    const sandbox = await user.sandbox();
    const to = ['send', 'msg.txt', '--to', 'anna@example.com', '--no-track', '-q', '--smtp', sandbox.url];
    expect((await user.run(to)).status).toBe(0);
    await sandbox.stop();
  });

  it.skipIf(!hasFull)('says that there is no space for its data', async () => {
    for (const command of reading) {
      const { status, stderr } = await user.shell(`mailtrack ${command} > /dev/full`);
      const text = command.includes('--json')
        ? `mailtrack: ${(JSON.parse(stderr) as { error: { message: string; fix: string } }).error.message}\n  ${place}\n`
        : stderr;
      expect([command, status, text]).toEqual([
        command,
        74,
        said('output cannot be written: there is no space left'),
      ]);
    }
  });

  it('ends quietly when its reader has gone', async () => {
    for (const command of reading) {
      const running = user.start(command.split(' '));
      running.stdout?.destroy();
      const { status, stderr } = await running.ended;
      expect([command, status, stderr]).toEqual([command, 0, '']);
    }
  });

  it.skipIf(!hasFull)('keeps its data apart from what it could not say', async () => {
    const full = (command: string) => user.shell(`mailtrack ${command} 2> /dev/full`);
    const data = '{"schema":"mailtrack.report/1","email":null}\n';
    expect(await full('report --json --db none.db')).toEqual({ status: 0, stdout: data, stderr: '' });
    expect(await full('list --db none.db')).toEqual({ status: 74, stdout: '', stderr: '' });
    expect(await full('report em_zzzz')).toEqual({ status: 66, stdout: '', stderr: '' });
  });
});

/** A disk of which 4 kB are free; undefined where it may not be mounted. */
function mountSmallDisk(path: string): (() => void) | undefined {
  mkdirSync(path);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4k', 'tmpfs', path], { stdio: 'ignore' });
    return () => execFileSync('umount', [path], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
}

describe('a send that cannot say what it does', () => {
  beforeEach(async () => {
    user.environment['MAILTRACK_SMTP_URL'] = (await user.sandbox()).url;
  });

  const send = 'mailtrack send msg.txt --each list.csv --yes --no-track';
  const inbox = () => readdirSync(join(user.folder, 'inbox')).length;
  const states = async () => {
    const { stdout } = await user.run(['list', '--json']);
    return (JSON.parse(stdout) as { emails: Record<string, number>[] }).emails[0];
  };
  /** Nobody is uncertain, some are pending; and all have it after the next run. */
  async function expectResumable() {
    const counts = await states();
    expect([counts?.['uncertain'], counts?.['accepted']]).toEqual([0, inbox()]);
    expect(counts?.['pending']).toBeGreaterThan(0);
    expect((await user.run(['resume', '-q'])).status).toBe(0);
    expect(inbox()).toBe(everybody.length);
  }

  it.skipIf(!hasFull)('begins nothing', async () => {
    const plain = await user.shell(`${send} 2> /dev/full`);
    const message = 'error cannot be written: there is no space left';
    expect(plain).toEqual({ status: 74, stdout: said(message, resumable), stderr: '' });
    const json = await user.shell(`${send} --json > /dev/full`);
    expect([json.status, jsonLines(json.stderr)]).toMatchObject([
      74,
      [{ error: { code: 'io', fix: resumable } }],
    ]);
    expect([inbox(), await states()]).toEqual([0, undefined]);
  });

  it.each([
    ['stdout', ['--json']],
    ['stderr', []],
  ] as const)('goes on when the reader of %s has read enough', async (stream, options) => {
    const sending = user.start([...send.split(' ').slice(1), '--rate', '40/s', ...options]);
    await new Promise<void>(resolve => sending[stream]?.once('data', () => resolve()));
    sending[stream]?.destroy();
    expect(await sending.ended).toMatchObject({ status: 0 });
    expect(inbox()).toBe(everybody.length);
  });

  it('drains when the disk becomes full', async context => {
    const unmount = mountSmallDisk(join(user.folder, 'disk'));
    if (unmount === undefined) return context.skip();
    try {
      const { status, stderr } = await user.shell(`${send} --json --rate 200/s > disk/log`);
      expect([status, jsonLines(stderr)]).toMatchObject([74, [{ error: { code: 'io', fix: resumable } }]]);
      expect(readFileSync(join(user.folder, 'disk', 'log'))).toHaveLength(4_096);
      await expectResumable();
    } finally {
      unmount();
    }
  });

  it.skipIf(!hasFull)('sends nothing more in resume either', async () => {
    await user.shell(`${send} --limit 5 -q`);
    expect(await user.shell('mailtrack resume 2> /dev/full')).toMatchObject({
      status: 74,
      stdout: said('error cannot be written: there is no space left', resumable),
    });
    expect(inbox()).toBe(5);
    expect(await user.shell('mailtrack resume --json > /dev/full')).toMatchObject({ status: 74 });
    await expectResumable();
  });

  it.skipIf(!hasFull)('ends as usual when there was nothing to say', async () => {
    expect(await user.shell(`${send} -q > /dev/full 2>&1`)).toMatchObject({ status: 0 });
    expect(inbox()).toBe(everybody.length);
  });
});

it('notices that only a part of the last line fitted on the disk', async context => {
  const unmount = mountSmallDisk(join(user.folder, 'disk'));
  if (unmount === undefined) return context.skip();
  try {
    const twice = await user.shell('mailtrack help csv > disk/log && mailtrack help csv >> disk/log');
    expect([twice.status, twice.stderr]).toEqual([
      74,
      said('output cannot be written: there is no space left'),
    ]);
    rmSync(join(user.folder, 'disk', 'log'));
  } finally {
    unmount();
  }
});

it.skipIf(!hasFull)('serves without a log, and ends as usual', async () => {
  const port = await freePort();
  const serving = user.startShell(`exec "$node" "$bin" serve --host 127.0.0.1 --port ${port} 2> /dev/full`);
  const health = () => fetch(`http://127.0.0.1:${port}/healthz`).then(({ status }) => status);
  const until = async (): Promise<number> => health().catch(until);
  expect(await until()).toBe(200);
  // Each has a line in the log.
  for (const _ of [1, 2, 3]) {
    serving.kill('SIGHUP');
    expect(await health()).toBe(200);
  }
  serving.kill('SIGTERM');
  expect(await serving.ended).toEqual({ status: 0, stdout: '', stderr: '' });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
