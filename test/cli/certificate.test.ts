import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { certificateFiles, readCertificate } from '../../src/cli/certificate.js';
import { Problem } from '../../src/problem.js';
import { makeCertificate } from '../smtp-client/certificate.js';

let folder: string;
const now = new Date();
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-tls-'));
  const [one, other] = [makeCertificate('IP:127.0.0.1'), makeCertificate('IP:127.0.0.1')];
  for (const [name, text] of Object.entries({
    'one.crt': one.cert,
    'one.key': one.key,
    'other.key': other.key,
    'garbage.pem': 'garbage',
  }))
    writeFileSync(join(folder, name), text);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function problem(certificate: string, key: string, at = now) {
  const files = { certificate: join(folder, certificate), key: join(folder, key) };
  const error = await readCertificate(files, at).then(
    () => undefined,
    (thrown: Problem) => thrown,
  );
  return [error?.code, error?.message.replaceAll(folder, '~'), error?.fix];
}

it('takes a certificate with its key', async () => {
  expect(await problem('one.crt', 'one.key')).toEqual([undefined, undefined, undefined]);
});

it('refuses an expired one', async () => {
  const later = new Date(now.getTime() + 10 * 86_400_000);
  const [code, message, fix] = await problem('one.crt', 'one.key', later);
  expect(code).toBe('config');
  expect(message).toMatch(
    /^the certificate ~\/one\.crt expired on \d+ [A-Z][a-z]+ 20\d\d, \d\d:\d\d UTC\S*$/,
  );
  expect(fix).toBe('Renew it; a mail program loads no image from a server with an expired one.');
});

it.each([
  [
    'one.crt',
    'other.key',
    'config',
    'the certificate ~/one.crt does not belong to the key ~/other.key',
    'Pass the two files of one certificate.',
  ],
  [
    'garbage.pem',
    'one.key',
    'config',
    '~/garbage.pem is no certificate in PEM',
    'Name the file your CA gave you.',
  ],
  [
    'one.crt',
    'garbage.pem',
    'config',
    '~/garbage.pem is no private key without a password in PEM',
    'Name the file your CA gave you.',
  ],
])('refuses %s with %s', async (certificate, key, code, message, fix) => {
  expect(await problem(certificate, key)).toEqual([code, message, fix]);
});

it('refuses a file that is not there', async () => {
  expect((await problem('none.crt', 'one.key'))[0]).toBe('input-missing');
});

it('wants both files or none', () => {
  expect(certificateFiles(undefined, undefined)).toBeUndefined();
  expect(certificateFiles('a', 'b')).toEqual({ certificate: 'a', key: 'b' });
  for (const [certificate, key] of [
    ['a', undefined],
    [undefined, 'b'],
  ])
    expect(() => certificateFiles(certificate, key)).toThrow(
      new Problem('usage', 'for TLS, the certificate and its key are needed', {
        fix: 'Pass --tls-cert and --tls-key.',
      }),
    );
});
