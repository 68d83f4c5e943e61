/** Signatures as two verifiers see them that share no code with ours: mailauth, and dkimpy where Debian has it. */
import { spawnSync } from 'node:child_process';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDkimSigner, type DkimSigner } from '../../../src/message/dkim/signer.js';
import { createEd25519Key, createRsaKey, type TestKey } from './keys.js';
import { createMessages } from './messages.js';
import { splitMessage } from './split.js';

const rsa = createRsaKey();
const ed25519 = createEd25519Key();
const keys: readonly TestKey[] = [rsa, ed25519];
const signer = createDkimSigner(keys, { signedAt: new Date('2026-11-23T08:00:00Z') });

let signed: ReadonlyMap<string, Buffer>;
beforeAll(async () => {
  const messages = await createMessages();
  const entries = [...messages].map(
    async ([name, message], index) => [name, await signWhole(signer, message, 1 + (index % 5))] as const,
  );
  signed = new Map(await Promise.all(entries));
});

async function signWhole(by: DkimSigner, message: Buffer, pieces = 1): Promise<Buffer> {
  return Buffer.concat([await by.sign(splitMessage(message, pieces)), message]);
}

/** What mailauth makes of each signature, from the top: `pass`, `neutral` (another body), `fail` … */
async function mailauthResults(message: Buffer): Promise<readonly string[]> {
  const { results } = await dkimVerify(message, { resolver: resolve, minBitLength: 2048 });
  return results.map(({ status }) => status.result);
}

async function resolve(name: string, type: string): Promise<string[][]> {
  const key = keys.find(({ selector, domain }) => name === `${selector}._domainkey.${domain}`);
  if (key === undefined || type !== 'TXT') throw Object.assign(new Error('no record'), { code: 'ENOTFOUND' });
  return [[key.record]];
}

/** Debian's own Python knows Debian's packages; another may come first in the path. */
const python = ['/usr/bin/python3', 'python3'].find(
  command => spawnSync(command, ['-c', 'import dkim, nacl.signing']).status === 0,
);
const noDkimpy = python === undefined ? ' (Debian’s python3-dkim and python3-nacl are not installed)' : '';

/** One run of Python for all messages. */
function dkimpyResults(messages: readonly Buffer[]): readonly (readonly boolean[])[] {
  const input = {
    records: Object.fromEntries(
      keys.map(({ selector, domain, record }) => [`${selector}._domainkey.${domain}.`, record]),
    ),
    messages: messages.map(message => message.toString('base64')),
  };
  const { stdout, stderr } = spawnSync(python ?? '', [`${import.meta.dirname}/dkimpy-verify.py`], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 1e7,
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as readonly (readonly boolean[])[];
}

describe('mailauth', () => {
  it('verifies both signatures of every message', async () => {
    const results: Record<string, readonly string[]> = {};
    for (const [name, message] of signed) results[name] = await mailauthResults(message);
    expect(signed.size).toBeGreaterThanOrEqual(20);
    expect(results).toEqual(Object.fromEntries([...signed.keys()].map(name => [name, ['pass', 'pass']])));
  });

  it('finds the domain of From in both', async () => {
    const { results } = await dkimVerify(signed.get('text and HTML')!, { resolver: resolve });
    expect(results.map(({ status, signingDomain }) => [status.aligned, signingDomain])).toEqual([
      ['example.com', 'example.com'],
      ['example.com', 'example.com'],
    ]);
  });

  it.each([
    ...[
      'From',
      'Sender',
      'To',
      'Cc',
      'Subject',
      'Date',
      'Message-ID',
      'Reply-To',
      'MIME-Version',
      'Content-Type',
    ],
    ...['Content-Transfer-Encoding', 'List-Unsubscribe', 'List-Unsubscribe-Post'],
  ])('does not take a message to which somebody added another %s', async field => {
    const added = Buffer.from(`${field}: added\r\n`);
    const message = signed.get('text and HTML')!;
    const headerEnd = message.indexOf('\r\n\r\n') + 2;
    for (const forged of [
      Buffer.concat([added, message]),
      Buffer.concat([message.subarray(0, headerEnd), added, message.subarray(headerEnd)]),
    ]) {
      expect(await mailauthResults(forged)).toEqual(['fail', 'fail']);
    }
  });

  it('does not take a longer or another body', async () => {
    const message = signed.get('text alone')!;
    const longer = Buffer.concat([message, Buffer.from('more\r\n')]);
    const other = Buffer.from(message.toString('latin1').replace('Hello', 'Hallo'), 'latin1');
    expect(await mailauthResults(longer)).toEqual(['neutral', 'neutral']);
    expect(await mailauthResults(other)).toEqual(['neutral', 'neutral']);
  });

  it('takes a message whose white space a relay changed, and to which it added a trace', async () => {
    const text = signed.get('text and HTML')!.toString('latin1');
    const relayed = `Received: from a by b; Mon, 23 Nov 2026 09:00:01 +0100\r\n${text
      .replace('Subject: ', 'SUBJECT:\r\n   ')
      .replace('Hello\r\n', 'Hello \t \r\n')}\r\n\r\n`;
    expect(relayed).toContain('Hello \t \r\n');
    expect(await mailauthResults(Buffer.from(relayed, 'latin1'))).toEqual(['pass', 'pass']);
  });
});

describe.skipIf(python === undefined)(`dkimpy${noDkimpy}`, () => {
  it('verifies both signatures of every message, and none of one with more body', () => {
    const longer = [...signed.values()].map(message => Buffer.concat([message, Buffer.from('more\r\n')]));
    const results = dkimpyResults([...signed.values(), ...longer]);
    const byName = (from: number) =>
      Object.fromEntries([...signed.keys()].map((name, index) => [name, results[from + index]]));
    const all = (verifies: boolean) =>
      Object.fromEntries([...signed.keys()].map(name => [name, [verifies, verifies]]));
    expect(byName(0)).toEqual(all(true));
    expect(byName(signed.size)).toEqual(all(false));
  });
});
