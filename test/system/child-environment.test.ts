import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { childEnvironment } from '../../src/system/child-environment.js';
import { compileApart } from '../../src/system/compile-apart.js';
import { openInBrowser } from '../../src/system/open-in-browser.js';
import { runPasswordCommand } from '../../src/system/password-command.js';
import { findServiceManager } from '../../src/system/service-manager.js';
import { eventually } from '../eventually.js';

const canary = 'canary-4711';
const secrets = [
  'MAILTRACK_SMTP_PASSWORD',
  'MAILTRACK_IMAP_PASSWORD',
  'MAILTRACK_SMTP_URL',
  'MAILTRACK_KEY',
  'MAILTRACK_DB',
  'MAILTRACK_SOMETHING_NEW',
];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-child-'));
  for (const name of secrets) vi.stubEnv(name, canary);
  vi.stubEnv('MAILTRACK_PROFILE', 'work');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A program of that name, found first, which writes its environment into the file that is returned. */
function program(name: string): string {
  const into = join(folder, 'environment');
  writeFileSync(join(folder, name), `#!/bin/sh\nenv > ${into}.new && mv ${into}.new ${into}\n`);
  chmodSync(join(folder, name), 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env['PATH']}`);
  return into;
}

describe('a child gets none of our secrets:', () => {
  it('the environment for it', () => {
    const given = childEnvironment({
      PATH: '/bin',
      MAILTRACK_PROFILE: 'p',
      Mailtrack_Key: 'x',
      MAILTRACK_KEY: 'x',
    });
    expect(given).toEqual({ PATH: '/bin', MAILTRACK_PROFILE: 'p' });
  });

  it('the password command', async () => {
    const text = await runPasswordCommand('env | tr "\\n" " "');
    expect(text).toContain('MAILTRACK_PROFILE=work');
    expect(text).not.toContain(canary);
  });

  it.skipIf(process.platform === 'darwin')('the browser', async () => {
    const into = program('xdg-open');
    expect(await openInBrowser('page.html')).toBe(true);
    const text = await eventually(() => readFileSync(into, 'utf8'));
    expect(text).toContain('MAILTRACK_PROFILE=work');
    expect(text).not.toContain(canary);
  });

  it('the messenger to systemd', async () => {
    const into = program('systemd-notify');
    await findServiceManager({ NOTIFY_SOCKET: '/run/x' })?.ready();
    expect(readFileSync(into, 'utf8')).not.toContain(canary);
  });

  it('the process that compiles', async () => {
    const job = join(folder, 'job.mjs');
    writeFileSync(
      job,
      `process.once('message', () => process.send({ kind: 'failed', why: JSON.stringify(process.env) }));`,
    );
    const failed = compileApart({ path: 'm.md', source: 'Hi' }, 'S', {
      timeoutMs: 30_000,
      memoryMb: 64,
      job: pathToFileURL(job),
    });
    const error = (await failed.catch((thrown: unknown) => thrown)) as Error;
    expect(error.message).toContain('PATH');
    expect(error.message).not.toContain(canary);
  });
});

it('never shows a password command that fails, since it may hold a password', async () => {
  const error = await runPasswordCommand(`echo ${canary} >&2; exit 3`).catch((thrown: unknown) => thrown);
  expect(JSON.stringify(error)).not.toContain(canary);
  expect(error).toMatchObject({
    message: 'smtp.password_command ended with status 3',
    fix: 'Run the command by hand and see.',
  });
});
