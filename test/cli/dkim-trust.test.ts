import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/cli/config/load-config.js';
import { projectFile, trust } from '../../src/cli/config/trust.js';
import { resolvePath } from '../../src/cli/context.js';
import { findUntrustedDkim } from '../../src/cli/dkim-trust.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-dkim-trust-'));
  vi.stubEnv('XDG_DATA_HOME', join(folder, 'data'));
  write('work/own.pem', 'key');
  write('home/mailtrack/mine.pem', 'key');
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

async function problem(project: string, user = '', trusted = false) {
  write('work/mailtrack.toml', project);
  write('home/mailtrack/config.toml', user);
  const environment = { XDG_CONFIG_HOME: join(folder, 'home') };
  const config = await loadConfig({ flags: new Map(), environment, folder: join(folder, 'work') });
  const file = projectFile(config);
  if (trusted && file !== undefined) await trust(file);
  const path = (key: string) => {
    const value = config.values.get(key);
    return value === undefined ? undefined : resolvePath(value);
  };
  return (await findUntrustedDkim({ config, path }, ['dkim.key_file', 'dkim.ed25519_key_file']))?.message;
}

const dkim = (keyFile: string) => `[dkim]\ndomain = "example.org"\nselector = "s"\nkey_file = "${keyFile}"\n`;
const refusal = (keys: string) =>
  expect.stringContaining(
    `sets ${keys}, and this file is not trusted yet: no key from elsewhere signs for it`,
  );
const all = 'dkim.domain, dkim.selector and dkim.key_file';

it('lets a project sign with a key of its own folder', async () => {
  expect(await problem(dkim('own.pem'))).toBeUndefined();
  expect(await problem('from = "a@example.org"\n', dkim('mine.pem'))).toBeUndefined();
});

it('lets no untrusted project sign with a key from elsewhere, also through a link', async () => {
  expect(await problem(dkim('../home/mailtrack/mine.pem'))).toEqual(refusal(all));
  symlinkSync('../home/mailtrack/mine.pem', join(folder, 'work', 'link.pem'));
  expect(await problem(dkim('link.pem'))).toEqual(refusal(all));
  expect(await problem(dkim('link.pem'), '', true)).toBeUndefined();
});

it('lets no untrusted project choose the domain that the user’s key signs for', async () => {
  const project = '[dkim]\ndomain = "example.net"\n';
  expect(await problem(project, dkim('mine.pem'))).toEqual(refusal('dkim.domain'));
  expect(await problem(project, dkim('mine.pem'), true)).toBeUndefined();
});
