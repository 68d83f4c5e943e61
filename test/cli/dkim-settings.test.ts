import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContext } from '../../src/cli/context.js';
import { alignmentWarning, readDkimSettings } from '../../src/cli/dkim-settings.js';
import { Streams } from '../../src/cli/streams.js';
import type { Problems } from '../../src/problem.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-dkim-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const rsaPem = (modulusLength: number) =>
  generateKeyPairSync('rsa', { modulusLength }).privateKey.export({ type: 'pkcs8', format: 'pem' });
const rsa = rsaPem(2048);
const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' });

const streams = new Streams(process);

/** Settings under `[dkim]`; the files beside the configuration. */
async function read(
  settings: Record<string, string>,
  files: Record<string, string | Buffer> = {},
  smtpHost?: string,
) {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { mode: 0o600 });
  const lines = Object.entries(settings).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
  writeFileSync(join(folder, 'mailtrack.toml'), ['[dkim]', ...lines, ''].join('\n'));
  const context = await createContext({
    config: join(folder, 'mailtrack.toml'),
    color: false,
    input: false,
    streams,
  });
  return readDkimSettings(context, smtpHost);
}

async function problems(settings: Record<string, string>, files: Record<string, string | Buffer> = {}) {
  const error = await read(settings, files).then(
    () => undefined,
    (thrown: Problems) => thrown,
  );
  return error?.problems.map(({ where, message }) => [where?.line, message.replaceAll(folder, '')]);
}

const complete = { domain: 'example.com', selector: 'mail', key_file: 'rsa.pem' };
const both = { ...complete, ed25519_selector: 'mail-ed', ed25519_key_file: 'ed.pem' };

describe('readDkimSettings', () => {
  it('signs nothing when nothing is set', async () => {
    expect(await read({})).toBeUndefined();
  });

  it('reads an RSA key beside the configuration file', async () => {
    const settings = await read({ ...complete, domain: 'Bücher.example' }, { 'rsa.pem': rsa });
    expect(settings?.warnings).toEqual([]);
    expect(settings?.keys).toEqual([
      {
        domain: 'xn--bcher-kva.example',
        selector: 'mail',
        algorithm: 'rsa-sha256',
        privateKey: expect.objectContaining({ type: 'private', asymmetricKeyType: 'rsa' }),
      },
    ]);
  });

  it('reads an Ed25519 key beside it, for a second signature', async () => {
    const settings = await read(both, { 'rsa.pem': rsa, 'ed.pem': ed25519 });
    expect(settings?.keys.map(({ selector, algorithm }) => [selector, algorithm])).toEqual([
      ['mail', 'rsa-sha256'],
      ['mail-ed', 'ed25519-sha256'],
    ]);
  });

  it('says which of the three is missing, and which of the second pair', async () => {
    expect(await problems({ domain: 'example.com' })).toEqual([
      [2, 'dkim.domain is set, but not dkim.selector and dkim.key_file'],
    ]);
    expect(await problems({ ...complete, ed25519_selector: 'x' }, { 'rsa.pem': rsa })).toEqual([
      [5, 'dkim.ed25519_selector is set, but not dkim.ed25519_key_file'],
    ]);
    expect(
      await problems({ ed25519_selector: 'x', ed25519_key_file: 'ed.pem' }, { 'ed.pem': ed25519 }),
    ).toEqual([[2, 'dkim.ed25519_selector is set, but not dkim.domain and dkim.selector and dkim.key_file']]);
  });

  it('names everything that is wrong at once', async () => {
    const wrong = { ...both, domain: 'example..com', selector: 'a_b' };
    expect(await problems(wrong, { 'rsa.pem': 'hello' })).toEqual([
      [2, expect.stringMatching(/^dkim\.domain "example\.\.com" is not a domain: /)],
      [3, 'dkim.selector "a_b" is not a selector'],
      [4, 'dkim.key_file /rsa.pem holds no private key in PEM'],
      [6, 'dkim.ed25519_key_file /ed.pem does not exist'],
    ]);
  });

  const secret = { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' } as const;
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  it.each([
    ['holds a public key, not the private one', publicKey.export({ type: 'spki', format: 'pem' })],
    [
      'holds a key behind a passphrase; `openssl pkey -in <it> -out <new>` takes it off',
      privateKey.export(secret),
    ],
    [
      'holds a key behind a passphrase; `openssl pkey -in <it> -out <new>` takes it off',
      privateKey.export({ ...secret, type: 'pkcs1' }),
    ],
    ['holds a key of OpenSSH, which is not PEM', '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n'],
    ['holds a private key that is damaged', `${rsa}`.replace('MIIE', 'AAAA')],
    ['holds a key of type ed25519, not rsa', ed25519],
    ['holds a key of type ec, not rsa', ec.privateKey.export({ type: 'sec1', format: 'pem' })],
    ['holds an RSA key of 1016 bits, which receivers do not accept', rsaPem(1016)],
  ])('refuses a file that %s', async (why, pem) => {
    expect(await problems(complete, { 'rsa.pem': pem })).toEqual([[4, `dkim.key_file /rsa.pem ${why}`]]);
  });

  it('refuses one selector for two keys', async () => {
    expect(
      await problems({ ...both, ed25519_selector: 'MAIL' }, { 'rsa.pem': rsa, 'ed.pem': ed25519 }),
    ).toEqual([[5, 'dkim.selector and dkim.ed25519_selector are the same']]);
  });

  it('warns of a short RSA key', async () => {
    const settings = await read(complete, { 'rsa.pem': rsaPem(1024) });
    expect(settings?.warnings.map(warning => warning.replace(folder, ''))).toEqual([
      'dkim.key_file /rsa.pem holds an RSA key of 1024 bits; some receivers ask for 2048 (RFC 8301)',
    ]);
  });

  it('leaves out what the relay is known to replace, and says so', async () => {
    const ses = 'email-smtp.eu-west-1.amazonaws.com';
    const settings = await read(complete, { 'rsa.pem': rsa }, ses);
    expect(settings?.replacedFields).toEqual(['Message-ID', 'Date']);
    expect(settings?.warnings).toEqual([
      `${ses} replaces Message-ID and Date, so the DKIM signature leaves them out`,
    ]);
    expect((await read(complete, { 'rsa.pem': rsa }, 'smtp.example.com'))?.warnings).toEqual([]);
  });

  it('warns when DMARC may not count the signature for the sender', async () => {
    const settings = (await read(complete, { 'rsa.pem': rsa }))!;
    expect(alignmentWarning(settings, 'example.com')).toBeUndefined();
    expect(alignmentWarning(settings, 'news.example.com')).toBeUndefined();
    expect(alignmentWarning(settings, 'example.org')).toBe(
      'mail from example.org is signed for example.com; DMARC counts a DKIM signature only for its own domain, so set dkim.domain to example.org',
    );
  });
});
