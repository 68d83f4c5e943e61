import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { type SandboxMessage, startSandbox } from '../../src/smtp-client/sandbox.js';
import { createSmtpTransport } from '../../src/smtp-client/transport.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mailtrack-sandbox-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function sendTo(port: number, forwardPath: string, reversePath = 'news@example.org'): Promise<void> {
  const server = { host: '127.0.0.1', port, tls: 'none', user: 'anybody', password: 'any' } as const;
  const session = await createSmtpTransport(server).openSession();
  const message = Buffer.from(`To: ${forwardPath}\r\n\r\n.\r\n`);
  const outcome = await session.send({ position: 0, reversePath, forwardPath, message }, async () => true);
  expect(outcome.kind).toBe('accepted');
  await session.quit();
}

const envelope = ['MAIL FROM:<a@example.org>\r\n', 'RCPT TO:<b@example.com>\r\n', 'DATA\r\n'];

/** Says each when the one before was answered. @returns the codes of the replies, the greeting first. */
async function converse(port: number, lines: readonly string[]): Promise<readonly number[]> {
  const socket = connect(port, '127.0.0.1').setEncoding('latin1');
  const left = [...lines];
  const codes: number[] = [];
  for await (const text of socket) {
    for (const [, code] of String(text).matchAll(/^(\d{3}) /gm)) codes.push(Number(code));
    if (!/^\d{3} .*\r\n$/m.test(String(text))) continue;
    const next = left.shift();
    if (next === undefined) break;
    socket.write(next);
  }
  return codes;
}

describe('the sandbox', () => {
  it('stores each message as it came, readable by its owner alone, and tells of it', async () => {
    const dir = join(folder, 'new', 'inbox');
    const heard: SandboxMessage[] = [];
    const sandbox = await startSandbox({ port: 0, dir, onMessage: message => heard.push(message) });
    await sendTo(sandbox.port, 'alice@example.com');
    await sendTo(sandbox.port, 'bob@example.com', '');
    await sandbox.close();

    expect(await readdir(dir)).toEqual(['0001-alice@example.com.eml', '0002-bob@example.com.eml']);
    expect(
      heard.map(({ sequence, envelopeFrom, recipients }) => [sequence, envelopeFrom, recipients]),
    ).toEqual([
      [1, 'news@example.org', ['alice@example.com']],
      [2, '', ['bob@example.com']],
    ]);
    const file = heard[0]?.file ?? '';
    expect(await readFile(file, 'utf8')).toBe('To: alice@example.com\r\n\r\n.\r\n');
    expect(heard[0]?.bytes.toString()).toBe('To: alice@example.com\r\n\r\n.\r\n');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('goes on counting in a folder it was used with before', async () => {
    await writeFile(join(folder, '0041-old@example.com.eml'), 'old');
    await writeFile(join(folder, '0099-notes.txt'), 'not ours');
    const sandbox = await startSandbox({ port: 0, dir: folder });
    await sendTo(sandbox.port, 'new@example.com');
    await sandbox.close();
    expect(await readdir(folder)).toContain('0042-new@example.com.eml');
  });

  it.each(['/etc/passwd@example.com', 'a\\b@example.com', "a'b$c&d@example.com"])(
    'takes no path from %s',
    async address => {
      const sandbox = await startSandbox({ port: 0, dir: folder });
      await sendTo(sandbox.port, address);
      await sandbox.close();
      expect(await readdir(folder)).toEqual([expect.stringMatching(/^0001-[a-z_]+@example\.com\.eml$/)]);
    },
  );

  it('refuses a message that is too large with 552, and takes the next one in the same session', async () => {
    const limits = { messageBytes: 1_000, totalBytes: 10_000 };
    const sandbox = await startSandbox({ port: 0, dir: folder, limits });
    // By hand: our own session refuses such a message itself when the server announces SIZE.
    const replies = await converse(sandbox.port, [
      'EHLO client.example.org\r\n',
      ...envelope,
      `To: b@example.com\r\n\r\n${'x'.repeat(5_000)}\r\n.\r\n`,
      ...envelope,
      'To: b@example.com\r\n\r\nx\r\n.\r\n',
    ]);
    expect(replies).toEqual([220, 250, 250, 250, 354, 552, 250, 250, 354, 250]);
    await sandbox.close();
    expect(await readdir(folder)).toEqual(['0001-b@example.com.eml']);
  });

  it('says that its port is taken', async () => {
    const sandbox = await startSandbox({ port: 0 });
    const second = await startSandbox({ port: sandbox.port }).catch((error: unknown) => error);
    await sandbox.close();
    expect(second).toBeInstanceOf(Problem);
    expect(second).toMatchObject({
      code: 'port-taken',
      message: `port ${sandbox.port} is taken by another program`,
      fix: 'Choose another with --port.',
    });
  });

  it('says that its folder cannot be made', async () => {
    await writeFile(join(folder, 'file'), '');
    const problem = await startSandbox({ port: 0, dir: join(folder, 'file', 'inbox') }).catch(error => error);
    expect(problem).toMatchObject({
      code: 'cannot-create',
      message: expect.stringContaining(join(folder, 'file', 'inbox')),
    });
  });
});
