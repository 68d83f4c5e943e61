import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEd25519Key, createRsaKey, type TestKey } from '../message/dkim/keys.js';
import { User } from './command.js';

let user: User;
const keys = [createRsaKey(2048, 'example.org'), createEd25519Key('example.org')];

beforeEach(async () => {
  user = new User();
  const sandbox = await user.sandbox();
  const pem = (key: TestKey) => key.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  user.write('rsa.pem', pem(keys[0] as TestKey));
  user.write('ed.pem', pem(keys[1] as TestKey));
  user.write(
    'mailtrack.toml',
    `from = "anthony@example.org"
[smtp]
url = "${sandbox.url}"
[dkim]
domain = "example.org"
selector = "mail"
key_file = "rsa.pem"
ed25519_selector = "mail-ed"
ed25519_key_file = "ed.pem"
`,
  );
  user.write(
    'msg.md',
    '# Hello {{ name }}\n\nDear **{{ name }}**, {% if n == "1" %}first{% else %}next{% endif %}.\n',
  );
  user.write(
    'list.csv',
    'email,name,n\nann@example.com,Änn,1\nbea@example.com,"Bea, B.",2\ncid@example.com,Cid,3\n',
  );
});
afterEach(() => user.leave());

it('signs every copy with both keys, before and after an interruption, so that another verifier agrees', async () => {
  const send = ['send', 'msg.md', '--each', 'list.csv', '--yes', '--no-track', '--limit', '1'];
  expect((await user.run(send)).status).toBe(75);
  expect((await user.run(['resume'])).status).toBe(0);
  const files = readdirSync(join(user.folder, 'inbox')).filter(name => name.endsWith('.eml'));
  expect(files).toHaveLength(3);
  for (const file of files) {
    const { results } = await dkimVerify(readFileSync(join(user.folder, 'inbox', file)), {
      resolver,
      minBitLength: 2048,
    });
    expect(
      results.map(({ status, selector }) => [selector, status.result]),
      file,
    ).toEqual([
      ['mail', 'pass'],
      ['mail-ed', 'pass'],
    ]);
  }
});

async function resolver(name: string): Promise<string[][]> {
  return keys
    .filter(({ selector, domain }) => name === `${selector}._domainkey.${domain}`)
    .map(({ record }) => [record]);
}
