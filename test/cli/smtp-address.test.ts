import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadConfig } from '../../src/cli/config/load-config.js';
import { readSmtpAddress } from '../../src/cli/smtp-address.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-address-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function address(smtp: string, profile?: string) {
  writeFileSync(join(folder, 'mailtrack.toml'), smtp);
  const environment = { XDG_CONFIG_HOME: join(folder, 'none') };
  return readSmtpAddress({ config: await loadConfig({ flags: new Map(), environment, folder, profile }) });
}

it.each([
  ['host = "mail.example.org"', 'mail.example.org', 587, 'starttls'],
  ['host = "[::1]"', '::1', 25, 'none'],
  ['host = "mail.example.org"\nport = 465', 'mail.example.org', 465, 'implicit'],
  [
    'url = "smtp://anna@mail.example.org"\nport = 2525\ntls = "implicit"',
    'mail.example.org',
    2525,
    'implicit',
  ],
])('reads %j', async (lines, host, port, tls) => {
  expect(await address(`[smtp]\n${lines}\n`)).toMatchObject({ host, port, tls });
});

it('lets a profile change one word of its own file’s server, and bring a server without the rest', async () => {
  const file = `[smtp]\nurl = "smtp://anna@mail.example.org"\nport = 2525
[profiles.bob]\nsmtp.user = "bob"\n[profiles.other]\nsmtp.host = "b.example"\n`;
  expect(await address(file, 'bob')).toMatchObject({ host: 'mail.example.org', port: 2525, user: 'bob' });
  expect(await address(file, 'other')).toMatchObject({ host: 'b.example', port: 587, user: undefined });
});

it.each(['mail.example.org:25', 'anna@mail.example.org', 'a b', 'a\\nb'])(
  'refuses the host %j',
  async host => {
    await expect(address(`[smtp]\nhost = "${host}"\n`)).rejects.toMatchObject({
      code: 'config',
      message: 'smtp.host has characters that no host has',
      fix: 'Write the name or the address alone; port and user are settings of their own.',
    });
  },
);
