/**
 * Attacks from a folder that somebody else made, and from one layer of the configuration on another's server: the password
 * is in no octet that reaches a server, a port or a transport other than those it was configured for.
 */
import { once } from 'node:events';
import { appendFileSync, chmodSync, chownSync, mkdirSync, renameSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { User } from './command.js';

const canary = 'canary-4711';
const forms = [canary, Buffer.from(`\0anna\0${canary}`).toString('base64')];

let user: User;
let own: Recorder;
let other: Recorder;
const cleanUp: (() => unknown)[] = [];

beforeEach(async () => {
  user = new User();
  user.write('msg.txt', 'Hello');
  [own, other] = [await startRecorder(), await startRecorder()];
});
afterEach(() => {
  user.leave();
  for (const end of cleanUp.splice(0)) end();
});

interface Recorder {
  readonly port: number;
  /** Everything it was sent, as Latin-1. */
  heard(): string;
  /** Whether it was sent the canary. */
  knows(): boolean;
}

/** A server that takes every login and every message. */
async function startRecorder(): Promise<Recorder> {
  let heard = '';
  const server = createServer(socket => {
    cleanUp.push(() => socket.destroy());
    let isData = false;
    socket.on('error', () => {}).write('220 mail.example.org ESMTP\r\n');
    socket.on('data', octets => {
      const text = octets.toString('latin1');
      heard += text;
      if (isData && !text.endsWith('\r\n.\r\n')) return;
      isData = /^DATA/im.test(text);
      const auth = text.startsWith('AUTH') ? '235 welcome' : '250 fine';
      if (text.startsWith('EHLO')) socket.write('250-hello\r\n250 AUTH PLAIN\r\n');
      else socket.write(isData ? '354 go on\r\n' : `${auth}\r\n`);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanUp.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  return { port, heard: () => heard, knows: () => forms.some(form => heard.includes(form)) };
}

async function send(...args: string[]) {
  const { status, stderr } = await user.run([
    'send',
    'msg.txt',
    '--to',
    'a@example.com',
    '--from',
    'b@example.com',
    '--subject',
    'S',
    '--no-track',
    ...args,
  ]);
  return { status, text: stderr.replaceAll(user.folder, '~') };
}

function writeUserFile(text: string): void {
  mkdirSync(join(user.folder, 'config', 'mailtrack'), { recursive: true });
  user.write('config/mailtrack/config.toml', text);
}

const url = (server: Recorder, name = 'anna') => `smtp://${name}@127.0.0.1:${server.port}`;
const notTrusted = (keys: string) =>
  `mailtrack: ~/mailtrack.toml sets ${keys}, and this file is not trusted yet: no password is sent to where it says\n  Read it, then run \`mailtrack config trust\`.`;

describe('an untrusted project file', () => {
  beforeEach(() => {
    user.environment['MAILTRACK_SMTP_PASSWORD'] = canary;
  });

  it('sends no password from the environment to its own server', async () => {
    user.write('mailtrack.toml', `[smtp]\nurl = "${url(other)}"\n`);
    const { status, text } = await send();
    expect([status, text.trim()]).toEqual([78, notTrusted('smtp.url')]);
    expect(other.heard()).toBe('');
  });

  it.each([
    ['port', (server: Recorder) => `port = ${server.port}`],
    ['tls', () => 'tls = "none"'],
    ['user', () => 'user = "mallory"'],
  ])('does not complete the server of a variable with its own %s', async (name, line) => {
    user.environment['MAILTRACK_SMTP_URL'] = `smtps://anna@127.0.0.1:${own.port}`;
    user.write('mailtrack.toml', `[smtp]\n${line(other)}\n`);
    const { status, text } = await send();
    expect([status, text.trim()]).toEqual([
      78,
      [
        `mailtrack: smtp.${name} of ~/mailtrack.toml:2 does not go with the server of MAILTRACK_SMTP_URL`,
        '  Write the address, port, tls and user of a server in one place; a URL can hold all of them.',
      ].join('\n'),
    ]);
    expect([own.heard(), other.heard()]).toEqual(['', '']);
  });

  it('names no authority for the server of a variable', async () => {
    user.environment['MAILTRACK_SMTP_URL'] = `smtps://anna@127.0.0.1:${own.port}`;
    user.write('mailtrack.toml', '[smtp]\nca = "mine.pem"\n');
    const { status, text } = await send();
    expect([status, text.trim()]).toEqual([78, notTrusted('smtp.ca')]);
  });

  it.each([
    ['tracking.url', '[tracking]\nurl = "https://t.example.com"'],
    ['store.url', '[store]\nurl = "theirs.db"'],
  ])('has no say in %s while a password is used', async (key, lines) => {
    user.environment['MAILTRACK_SMTP_URL'] = url(own);
    user.write('mailtrack.toml', `${lines}\n`);
    const { status, text } = await send();
    expect([status, text.trim()]).toEqual([78, notTrusted(key)]);
    expect(own.heard()).toBe('');
  });

  it('says all that is missing at once, with the command to run', async () => {
    user.environment['MAILTRACK_SMTP_PASSWORD'] = '';
    user.write('mailtrack.toml', `from = "c@example.com"\n[smtp]\nurl = "${url(other)}"\n`);
    const { status, text } = await send();
    expect(status).toBe(78);
    expect(text).toContain(notTrusted('smtp.url'));
    expect(text).toContain('there is no password for anna at 127.0.0.1');
  });

  it('may still name a server that wants no login, a sender and aliases', async () => {
    user.write(
      'mailtrack.toml',
      `reply_to = "c@example.com"\n[smtp]\nurl = "smtp://127.0.0.1:${other.port}"\n[aliases]\nteam = ["d@example.com"]\n`,
    );
    const { status, text } = await send('--cc', 'team');
    expect([status, text]).toEqual([0, expect.stringContaining('(~/mailtrack.toml:3, not trusted)')]);
    expect(other.heard()).toContain('d@example.com');
    expect(other.knows()).toBe(false);
  });

  it('is used once it is trusted, and no longer when a byte of it changes', async () => {
    user.write('mailtrack.toml', `[smtp]\nurl = "${url(other)}"\n`);
    const trusted = await user.run(['config', 'trust']);
    expect([trusted.status, trusted.stderr.replaceAll(user.folder, '~')]).toEqual([
      0,
      [
        `~/mailtrack.toml:2  smtp.url = "${url(other)}"`,
        '~/mailtrack.toml is trusted as it is now; after a change it has to be trusted again.\n',
      ].join('\n'),
    ]);
    expect((await send()).status).toBe(0);
    expect(other.knows()).toBe(true);
    appendFileSync(join(user.folder, 'mailtrack.toml'), ' ');
    expect((await send('--again')).status).toBe(78);
  });

  it('is not trusted in another folder', async () => {
    user.write('mailtrack.toml', `[smtp]\nurl = "${url(other)}"\n`);
    await user.run(['config', 'trust']);
    mkdirSync(join(user.folder, 'elsewhere'));
    renameSync(join(user.folder, 'mailtrack.toml'), join(user.folder, 'elsewhere', 'mailtrack.toml'));
    const { status } = await user.run(
      [
        'send',
        '../msg.txt',
        '--to',
        'a@example.com',
        '--from',
        'b@example.com',
        '--subject',
        'S',
        '--no-track',
      ],
      '',
      'elsewhere',
    );
    expect(status).toBe(78);
    expect(other.heard()).toBe('');
  });
});

describe('a secret', () => {
  it('of the user’s file does not follow a trusted project to its server', async () => {
    writeUserFile(`[smtp]\nurl = "${url(own)}"\npassword_command = "echo ${canary}"\n`);
    user.write('mailtrack.toml', `[smtp]\nurl = "${url(other)}"\n`);
    await user.run(['config', 'trust']);
    const { status, text } = await send();
    expect([status, text.trim()]).toEqual([
      78,
      [
        `mailtrack: smtp.password_command of ~/config/mailtrack/config.toml:3 is for the server of ~/config/mailtrack/config.toml:2, not for 127.0.0.1:${other.port} of ~/mailtrack.toml:2`,
        '  Write the password command beside the address of its server; set variables for one server only.',
      ].join('\n'),
    ]);
    expect(other.heard()).toBe('');
  });

  it('of the user’s file does not follow a flag', async () => {
    writeUserFile(`[smtp]\nurl = "${url(own)}"\npassword_command = "echo ${canary}"\n`);
    expect((await send('--smtp', url(other))).status).toBe(78);
    expect((await send('--smtp', `smtp://127.0.0.1:${other.port}`)).status).toBe(0);
    expect(other.knows()).toBe(false);
    expect((await send('--again')).status).toBe(0);
    expect(own.knows()).toBe(true);
  });

  it('of a profile’s server is not that of another', async () => {
    writeUserFile(
      `[smtp]\nurl = "${url(own)}"\npassword_command = "echo ${canary}"\n[profiles.test.smtp]\nurl = "${url(other)}"\n`,
    );
    expect((await send('--profile', 'test')).status).toBe(78);
    expect(other.heard()).toBe('');
  });
});

describe.runIf(process.getuid?.() === 0)('a configuration file that', () => {
  beforeEach(() => {
    user.environment['MAILTRACK_SMTP_PASSWORD'] = canary;
    user.environment['MAILTRACK_SMTP_URL'] = url(own);
    user.write('mailtrack.toml', 'reply_to = "mallory@example.com"\n');
  });

  it.each([
    [
      'belongs to another account',
      'mailtrack.toml',
      12345,
      0o644,
      'it belongs to another account (uid 12345)',
    ],
    ['every account can write', 'mailtrack.toml', 0, 0o666, 'every account can write to it'],
    [
      'is in a folder of another account',
      '.',
      12345,
      0o755,
      'the folder ~ belongs to another account (uid 12345)',
    ],
    ['is in a folder that every account can write', '.', 0, 0o777, 'every account can write to the folder ~'],
  ])('%s is not used', async (_, path, uid, mode, why) => {
    chownSync(join(user.folder, path), uid, 0);
    chmodSync(join(user.folder, path), mode);
    const { status, text } = await send();
    expect([status, text.split('\n')[0]]).toEqual([78, `mailtrack: ~/mailtrack.toml is not used: ${why}`]);
    expect(own.heard()).toBe('');
  });
});

describe('no output shows a password', () => {
  it.each([
    ['MAILTRACK_SMTP_URL', `SMTPS://anna:${canary}@mail.example.org:465`],
    ['MAILTRACK_SMTP_URL', `smtp://anna:${canary}@@mail.example.org`],
    ['MAILTRACK_SMTP_URL', `smtp://anna:${canary}`],
    ['MAILTRACK_SMTP_URL', `anna:${canary}@mail.example.org`],
    ['MAILTRACK_SMTP_URL', `smtp://anna:${canary}%@mail.example.org`],
    ['MAILTRACK_TRACKING_URL', `https://anna:${canary}@t.example.com`],
    ['MAILTRACK_TRACKING_URL', `smtp://anna:${canary}@t.example.com`],
    ['MAILTRACK_DB', `postgres://anna:${canary}@db.example.org/mail`],
  ])('of %s=%s', async (name, value) => {
    user.environment[name] = value;
    const args = [
      'send',
      'msg.txt',
      '--to',
      'a@example.com',
      '--from',
      'b@example.com',
      '--subject',
      'S',
      '--dry-run',
    ];
    const check = ['check', ...args.slice(1, -1), '--json'];
    for (const command of [['config', 'show', '--origin'], ['config', 'show', '--json'], args, check]) {
      const { stdout, stderr } = await user.run(command);
      expect(stdout + stderr, command.join(' ')).not.toContain(canary);
    }
  });
});
