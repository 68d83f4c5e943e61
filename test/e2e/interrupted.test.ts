import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { jsonLines, User } from './command.js';

let user: User;
let sandbox: Awaited<ReturnType<User['sandbox']>>;

beforeEach(async () => {
  user = new User();
  sandbox = await user.sandbox();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.environment['MAILTRACK_SMTP_URL'] = sandbox.url;
  user.write('msg.txt', '---\nsubject: Hello\n---\nHello\n');
  user.write('list.csv', `email\n${everybody.join('\n')}\n`);
});
afterEach(() => user.leave());

const everybody = Array.from({ length: 40 }, (_, index) => `p${index}@example.com`);
const slowly = ['send', 'msg.txt', '--each', 'list.csv', '--yes', '--no-track', '--rate', '20/s', '--json'];

/** Starts a slow send and waits until some recipients are settled. */
async function startSlowly() {
  const sending = user.start(slowly);
  let settled = 0;
  await new Promise<void>(resolve => {
    sending.stdout?.on('data', (chunk: Buffer) => {
      settled += chunk.toString().split('"type":"recipient"').length - 1;
      if (settled >= 3) resolve();
    });
  });
  return sending;
}

let connected: Promise<unknown>;

/** Takes connections, and never greets. */
async function startSilent(): Promise<{ port: number; close(): void }> {
  const sockets: Socket[] = [];
  const server = createServer(socket => sockets.push(socket.on('error', () => {})));
  connected = once(server, 'connection');
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

const received = () =>
  readdirSync(join(user.folder, 'inbox'))
    .map(name => name.replace(/^\d+-(.*)\.eml$/, '$1'))
    .sort();

it.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 143],
] as const)('ends gently at %s and goes on with resume, nobody twice', async (signal, status) => {
  const sending = await startSlowly();
  sending.kill(signal);
  const first = await sending.ended;
  expect(first.status).toBe(status);
  const result = jsonLines(first.stdout).at(-1);
  expect(result).toMatchObject({ type: 'result', uncertain: 0 });
  expect(Number(result?.['pending'])).toBeGreaterThan(0);

  const resumed = await user.run(['resume', '--json']);
  expect(resumed.status).toBe(0);
  expect(jsonLines(resumed.stdout).at(-1)).toMatchObject({ accepted: everybody.length, pending: 0 });
  expect(received()).toEqual([...everybody].sort());
});

it.each([1, 2])('does not wait for a server that says nothing, at SIGINT number %i', async times => {
  const { port, close } = await startSilent();
  const sending = user.start([...slowly, '--smtp', `smtp://127.0.0.1:${port}`]);
  await connected;
  for (let time = 0; time < times; time += 1) sending.kill('SIGINT');
  const { status, stdout } = await sending.ended;
  close();
  expect(status).toBe(130);
  expect(jsonLines(stdout).at(-1)).toMatchObject({ type: 'result', pending: everybody.length });
});

it('goes on when nobody reads its output any more', async () => {
  const sending = user.start(slowly);
  sending.stdout?.once('data', () => sending.stdout?.destroy());
  expect((await sending.ended).status).toBe(0);
  expect(received()).toEqual([...everybody].sort());
});

it('is left alone by a second process, which names the first', async () => {
  const sending = await startSlowly();
  const second = await user.run(['resume']);
  expect(second.status).toBe(75);
  expect(second.stderr).toContain(`is being sent by process ${sending.pid} on `);
  expect((await sending.ended).status).toBe(0);
  expect(received()).toEqual([...everybody].sort());
});

it('asks before the same goes out again, and is cancelled for good', async () => {
  const sending = await startSlowly();
  sending.kill('SIGINT');
  await sending.ended;
  expect(await user.run(slowly)).toMatchObject({
    status: 64,
    stderr: expect.stringContaining('already-sent'),
  });
  expect((await user.run(['cancel', 'latest'])).status).toBe(0);
  const resumed = await user.run(['resume']);
  expect([resumed.status, resumed.stderr]).toEqual([0, 'Nothing to resume: every email is finished.\n']);
  expect((await user.run(['resume', 'latest'])).stderr).toContain('was cancelled');
});
