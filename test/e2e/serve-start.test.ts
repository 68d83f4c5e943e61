/** `serve` as a service manager starts it: what it says when it cannot, and what it leaves behind when it is told to end. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseKeyRing } from '../../src/tracking/key.js';
import { pixelUrl } from '../../src/tracking/pixel.js';
import { sealToken } from '../../src/tracking/token.js';
import { jsonLines, User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
});
afterEach(() => user.leave());

async function refusal(args: readonly string[]) {
  const { status, stdout, stderr } = await user.run(['serve', '--host', '127.0.0.1', ...args]);
  const said = stderr.replaceAll(user.folder, '~').trimEnd().split('\n');
  return { status, stdout, said };
}

const isRoot = process.getuid?.() === 0;

describe('what cannot be started is refused in a line, with what to do:', () => {
  it('a port that is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const found = await refusal(['--port', String(port)]);
    other.close();
    expect(found).toEqual({
      status: 74,
      stdout: '',
      said: [`mailtrack: port ${port} is taken by another program`, '  Choose another with --port.'],
    });
    expect(readdirSync(user.folder)).toEqual([]);
  });

  it('a private port that is taken, before the first key is made', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    const found = await refusal(['--port', '0', '--metrics', `127.0.0.1:${port}`]);
    other.close();
    expect(found).toEqual({
      status: 74,
      stdout: '',
      said: [
        `mailtrack: the private address 127.0.0.1:${port}: port ${port} is taken by another program`,
        '  Choose another with --metrics or --exchange, such as 127.0.0.1:9090.',
      ],
    });
    expect(readdirSync(user.folder)).toEqual([]);
  });

  it('one port for two of its addresses', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as { port: number };
    await new Promise(resolve => other.close(resolve));
    const { status, said } = await refusal(['--port', String(port), '--metrics', `127.0.0.1:${port}`]);
    expect([status, said[0]]).toEqual([
      74,
      `mailtrack: the private address 127.0.0.1:${port}: port ${port} is taken by another program`,
    ]);
    expect(readdirSync(user.folder)).toEqual([]);
  });

  it.each(['99999', '65536', 'abc', '-1', '80.5', ''])('the port %j', async port => {
    for (const command of ['serve', 'sandbox']) {
      expect(await user.run([command, '--port', port])).toEqual({
        status: 64,
        stdout: '',
        stderr: `mailtrack: option '-p, --port <port>' argument '${port}' is invalid\n  It has to be a port, a whole number from 0 to 65535; 0 takes any free one.\n`,
      });
    }
    expect(readdirSync(user.folder)).toEqual([]);
  });

  it.each(['--metrics', '--exchange'])('the port of %s', async flag => {
    const { status, stderr } = await user.run(['serve', '--port', '0', flag, '127.0.0.1:99999']);
    expect([status, stderr]).toEqual([
      64,
      `mailtrack: option '${flag} [host:port]' argument '127.0.0.1:99999' is invalid\n  It has to be an address to listen on, host:port such as 127.0.0.1:8081, with a port from 0 to 65535.\n`,
    ]);
    expect(readdirSync(user.folder)).toEqual([]);
  });

  it('ports in the configuration, all of them, with their lines', async () => {
    user.write(
      'mailtrack.toml',
      '[serve]\nport = 99999\nmetrics = "127.0.0.1:99999"\nexchange = "a b"\n[smtp]\nport = 0\n',
    );
    const { status, stderr } = await user.run(['serve']);
    const address =
      'it has to be an address to listen on, host:port such as 127.0.0.1:8081, with a port from 0 to 65535';
    expect([status, stderr.replaceAll(user.folder, '~').trimEnd().split('\n')]).toEqual([
      78,
      [
        '~/mailtrack.toml:2: serve.port is 99999: it has to be a port, a whole number from 0 to 65535',
        `~/mailtrack.toml:3: serve.metrics is "127.0.0.1:99999": ${address}`,
        `~/mailtrack.toml:4: serve.exchange is "a b": ${address}`,
        '~/mailtrack.toml:6: smtp.port is 0: it has to be a port, a whole number from 1 to 65535',
      ],
    ]);
    expect(readdirSync(user.folder)).toEqual(['mailtrack.toml']);
  });

  it('an address that is not of this machine', async () => {
    const { status, said } = await refusal(['--host', '192.0.2.1', '--port', '0']);
    expect(status).toBe(74);
    expect(said[0]).toMatch(/^mailtrack: cannot listen on 192\.0\.2\.1, port 0: /);
    expect(said[1]).toBe('  Name an address of this machine with --host.');
  });

  it('a key that is none', async () => {
    user.environment['MAILTRACK_KEY'] = join(user.folder, user.write('key', 'not a key\n'));
    expect(await refusal(['--port', '0'])).toEqual({
      status: 78,
      stdout: '',
      said: [
        'mailtrack: ~/key holds no usable key: line 1 is not a key (mt1-<0 to 255>-<52 characters>)',
        '  Restore the file; mail already sent can only be counted with the key it was sent with.',
      ],
    });
  });

  it('a key that is a folder', async () => {
    user.environment['MAILTRACK_KEY'] = user.folder;
    const { status, said } = await refusal(['--port', '0']);
    expect(status).toBe(78);
    expect(said[0]).toMatch(/^mailtrack: the key file ~ cannot be read: EISDIR/);
    expect(said[1]).toBe('  Make it readable for you, or name another with MAILTRACK_KEY.');
  });

  it('a database that is a folder', async () => {
    mkdirSync(join(user.folder, 'd'));
    expect(await refusal(['--port', '0', '--db', 'd'])).toEqual({
      status: 74,
      stdout: '',
      said: [
        'mailtrack: the database ~/d cannot be opened',
        '  Check the path and the permissions of its folder, or name another with --db.',
      ],
    });
    expect(readdirSync(user.folder)).toEqual(['d']);
  });

  it.runIf(isRoot)('a database on a disk that is mounted read-only', async () => {
    const disk = join(user.folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    try {
      const server = await user.serve(['--db', 'disk/mailtrack.db']);
      await server.stop();
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      expect(await refusal(['--port', '0', '--db', 'disk/mailtrack.db'])).toEqual({
        status: 74,
        stdout: '',
        said: [
          'mailtrack: the database ~/disk/mailtrack.db cannot be opened',
          '  Check the path and the permissions of its folder, or name another with --db.',
        ],
      });
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });

  it.runIf(isRoot)('a database on such a disk that a server left when it was killed', async () => {
    const disk = join(user.folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
    try {
      const child = user.start(['serve', '--host', '127.0.0.1', '--port', '0', '--db', 'disk/mailtrack.db']);
      child.stderr?.on('data', (chunk: Buffer) => {
        if (chunk.toString().includes('on port')) child.kill('SIGKILL');
      });
      await child.ended;
      execFileSync('mount', ['-o', 'remount,ro', disk]);
      const { status, said } = await refusal(['--port', '0', '--db', 'disk/mailtrack.db']);
      expect([status, said[0]]).toEqual([
        74,
        'mailtrack: the database ~/disk/mailtrack.db cannot be written',
      ]);
    } finally {
      execFileSync('umount', ['-l', disk]);
    }
  });

  it.skipIf(isRoot)('a database that may not be written', async () => {
    const server = await user.serve();
    await server.stop();
    chmodSync(user.database, 0o400);
    const { status, said } = await refusal(['--port', '0']);
    expect([status, said[0]]).toEqual([
      74,
      'mailtrack: the database ~/data/mailtrack/mailtrack.db cannot be written',
    ]);
  });

  it('a trusted proxy that is no network', async () => {
    expect(
      await refusal(['--port', '0', '--trusted-proxy', '127.0.0.1', '--trusted-proxy', 'nginx']),
    ).toEqual({
      status: 64,
      stdout: '',
      said: [
        'mailtrack: --trusted-proxy: "nginx" is no network',
        '  Name addresses or networks, such as 127.0.0.1 or 10.0.0.0/8.',
      ],
    });
    user.write('mailtrack.toml', '[serve]\ntrusted_proxies = ["10.0.0.0/40"]\n');
    const { status, said } = await refusal(['--port', '0']);
    expect([status, said[0]]).toEqual([78, 'mailtrack: serve.trusted_proxies: "10.0.0.0/40" is no network']);
  });
});

it('records what a trusted proxy says, prints no line for each fetch off a terminal, and ends with all on disk', async () => {
  const server = await user.serve(['--trusted-proxy', '127.0.0.1']);
  const ring = parseKeyRing(readFileSync(join(user.folder, 'data', 'mailtrack', 'key'), 'utf8'));
  if (!ring.ok) throw new Error(ring.why);
  const token = sealToken(ring.value, { purpose: 'pixel', emailNumber: 42, recipientNumber: 1 });
  for (const client of ['203.0.113.7', '198.51.100.9, 2001:db8:1::7']) {
    const answer = await fetch(pixelUrl(server.url, token), { headers: { 'x-forwarded-for': client } });
    expect(answer.status).toBe(200);
  }
  const { status, stderr } = await server.stop();
  expect(status).toBe(0);
  expect(jsonLines(stderr).at(-1)).toMatchObject({ event: 'stopped', recorded: 2 });
  expect(stderr).not.toMatch(/image-proxy|unknown|human/);
  const database = new Database(user.database, { readonly: true });
  const networks = database.prepare('SELECT network FROM fetches ORDER BY fetch_number').pluck().all();
  database.close();
  expect(networks).toEqual(['203.0.113.0/24', '2001:db8:1::/48']);
});
