/** Keys over their life: made, rotated, dropped, and taken anew by a server that runs. */
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseKeyRing } from '../../src/tracking/key.js';
import { pixelUrl } from '../../src/tracking/pixel.js';
import { parseToken, sealToken } from '../../src/tracking/token.js';
import { testRing } from '../tracking/keys.js';
import { jsonLines, User } from './command.js';

let user: User;
let keyFile: string;
beforeEach(() => {
  user = new User();
  keyFile = join(user.folder, 'data', 'mailtrack', 'key');
});
afterEach(() => user.leave());

interface Listed {
  readonly keys: readonly {
    readonly id: number;
    readonly fingerprint: string;
    readonly created_at: string | null;
    readonly signs: boolean;
    readonly emails: number | null;
  }[];
}

async function list(): Promise<Listed['keys']> {
  const { status, stdout } = await user.run(['keys', 'list', '--json']);
  expect(status).toBe(0);
  return (jsonLines(stdout)[0] as unknown as Listed).keys;
}

function ringOfFile() {
  const ring = parseKeyRing(readFileSync(keyFile, 'utf8'));
  if (!ring.ok) throw new Error(ring.why);
  return ring.value;
}

const said = (text: string) => text.replaceAll(user.folder, '~').trimEnd();

describe('keys', () => {
  it('are none at first, and neither key nor database is made by looking', async () => {
    const { status, stdout, stderr } = await user.run(['keys', 'list']);
    expect([status, stdout]).toEqual([0, '']);
    expect(said(stderr)).toBe(
      'There is no key yet: the first email that is sent, or `mailtrack keys rotate`, makes one.',
    );
    expect(await list()).toEqual([]);
    expect(() => statSync(keyFile)).toThrow();
    expect(() => statSync(user.database)).toThrow();
  });

  it('are made by rotate, by two at once too, and the newest seals', async () => {
    const first = await user.run(['keys', 'rotate']);
    expect(first).toMatchObject({ status: 0, stdout: '' });
    const { id, fingerprint } = (await list())[0]!;
    expect(said(first.stderr)).toBe(
      [
        `A new key seals from now on: ${id}, fingerprint ${fingerprint}, in ~/data/mailtrack/key.`,
        '  Keep a copy. A `mailtrack serve` on another machine needs it too. Give it the file before you send, then SIGHUP.',
      ].join('\n'),
    );
    await Promise.all([user.run(['keys', 'rotate']), user.run(['keys', 'rotate'])]);
    const keys = await list();
    expect(keys).toHaveLength(3);
    expect(keys[0]?.id).toBe(id);
    expect(keys.map(({ signs }) => signs)).toEqual([false, false, true]);
    expect(keys.every(({ created_at }) => created_at !== null)).toBe(true);
    expect(new Set(keys.map(key => key.id)).size).toBe(3);
    expect(statSync(keyFile).mode & 0o777).toBe(0o600);
    expect((await user.run(['keys', 'list'])).stdout).not.toContain('mt1-');
  });

  it('are dropped only when that is meant, and never the last one', async () => {
    await user.run(['keys', 'rotate']);
    const [{ id } = { id: 0 }] = await list();
    const only = await user.run(['keys', 'drop', String(id), '--yes']);
    expect([only.status, said(only.stderr)]).toEqual([
      64,
      `mailtrack: key ${id} is the only one\n  Make another first with \`mailtrack keys rotate\`.`,
    ]);
    await user.run(['keys', 'rotate']);
    const [old, signing] = await list();
    const asked = await user.run(['keys', 'drop', String(id)]);
    expect([asked.status, said(asked.stderr)]).toEqual([
      64,
      [
        `Key ${id}, fingerprint ${old!.fingerprint}: there is no database here that knows of emails it sealed.`,
        '  Opens of mail it sealed can no longer be counted, its links to unsubscribe do nothing, and what is unfinished of it cannot be resumed. What was recorded stays.',
        `mailtrack: dropping key ${id} has to be confirmed`,
        '  Pass --yes.',
      ].join('\n'),
    ]);
    expect(await list()).toHaveLength(2);
    const dropped = await user.run(['keys', 'drop', String(id), '--yes', '--json']);
    expect(dropped.status).toBe(0);
    expect(jsonLines(dropped.stdout)).toEqual([
      {
        schema: 'mailtrack.keys/1',
        file: keyFile,
        dropped: id,
        emails: null,
        fingerprint: signing!.fingerprint,
      },
    ]);
    expect(await list()).toMatchObject([{ id: signing!.id }]);
    const absent = [0, 1, 2].find(other => other !== signing!.id)!;
    expect((await user.run(['keys', 'drop', String(absent), '--yes'])).stderr).toContain(
      `there is no key ${absent}`,
    );
  });

  it.runIf(process.platform !== 'win32')('that others can read are warned of, and used', async () => {
    await user.run(['keys', 'rotate']);
    expect(said((await user.run(['keys', 'list'])).stderr)).toBe('');
    chmodSync(keyFile, 0o644);
    const words =
      'other accounts can read the key file ~/data/mailtrack/key, and could forge opens with it: chmod 600 ~/data/mailtrack/key';
    const listed = await user.run(['keys', 'list']);
    expect([listed.status, said(listed.stderr)]).toEqual([0, `Warning: ${words}`]);

    const server = await user.serve();
    const sandbox = await user.sandbox();
    const args = ['--to', 'a@example.com', '--from', 'b@example.com', '--subject', 'Hello'];
    user.write('msg.txt', 'Hello');
    const sent = await user.run([
      'send',
      'msg.txt',
      ...args,
      '--smtp',
      sandbox.url,
      '--tracking-url',
      server.url,
    ]);
    await sandbox.stop();
    expect(sent.status).toBe(0);
    expect(said(sent.stderr).replaceAll(/\s+/g, ' ')).toContain(`Warning ${words}`);
    const served = said((await server.stop()).stderr);
    expect(jsonLines(served)).toContainEqual(
      expect.objectContaining({
        level: 'warning',
        event: 'key-exposed',
        file: '~/data/mailtrack/key',
        message: `Warning: ${words}`,
      }),
    );
  });

  it('that stand in the environment cannot be changed', async () => {
    await user.run(['keys', 'rotate']);
    user.environment['MAILTRACK_KEY'] = readFileSync(keyFile, 'utf8').split('\n')[1]!;
    for (const args of [
      ['keys', 'rotate'],
      ['keys', 'drop', '1', '--yes'],
    ]) {
      const { status, stdout, stderr } = await user.run(args);
      expect([status, stdout, said(stderr)]).toEqual([
        78,
        '',
        'mailtrack: MAILTRACK_KEY holds the key itself, so that there is no file to change\n  Put the key into a file of its own (mode 0600) and name that in MAILTRACK_KEY.',
      ]);
    }
  });

  it('that stand in the environment may be the whole text of a key file', async () => {
    await user.run(['keys', 'rotate']);
    await user.run(['keys', 'rotate']);
    const keys = await list();
    const text = readFileSync(keyFile, 'utf8');
    for (const held of [text, text.trimEnd(), `\n${text.replaceAll('\n', '\r\n')}`]) {
      user.environment['MAILTRACK_KEY'] = held;
      expect((await list()).map(({ id }) => id)).toEqual(keys.map(({ id }) => id));
    }
    const before = readdirSync(user.folder);
    const server = await user.serve();
    expect(await (await fetch(`${server.url}/healthz`)).json()).toMatchObject({
      key: keys[1]!.fingerprint,
    });
    const { stderr } = await server.stop();
    expect(stderr).not.toContain('mt1-');
    expect(readdirSync(user.folder)).toEqual(before);
  });

  it.each([
    ['a key in other text', 'key: mt1-7-aaaaaaaaaaaaaaaa'],
    ['a comment', '# made 2026-11-24T00:00:00.000Z\n# nothing else'],
    ['a key without its beginning', 'a'.repeat(52)],
    ['more than a name can be', '9'.repeat(256)],
    ['more than a path can be', '9/'.repeat(2_048)],
  ])('are never said or made a file: %s', async (_, held) => {
    user.environment['MAILTRACK_KEY'] = held;
    const before = readdirSync(user.folder);
    for (const args of [
      ['serve', '--port', '0'],
      ['keys', 'rotate'],
    ]) {
      const { status, stdout, stderr } = await user.run(args);
      expect([status, stdout]).toEqual([78, '']);
      expect(stderr).toMatch(/^mailtrack: MAILTRACK_KEY holds /);
      expect(stderr).not.toContain(held.slice(-16));
    }
    expect(readdirSync(user.folder)).toEqual(before);
  });

  it('in a named file that is not there are refused, and made by rotate alone', async () => {
    user.environment['MAILTRACK_KEY'] = 'zzz';
    const { status, stdout, stderr } = await user.run(['serve', '--port', '0']);
    expect([status, stdout, said(stderr)]).toEqual([
      78,
      '',
      [
        'mailtrack: the key file zzz does not exist',
        '  Copy it there, correct MAILTRACK_KEY, make a first key with `mailtrack keys rotate`, or unset it for the usual file.',
      ].join('\n'),
    ]);
    expect(existsSync(join(user.folder, 'zzz'))).toBe(false);
    expect((await user.run(['keys', 'rotate'])).status).toBe(0);
    expect(existsSync(join(user.folder, 'zzz'))).toBe(true);
    const server = await user.serve();
    expect((await server.stop()).status).toBe(0);
  });

  it('are known by the emails they sealed, which go on with them after a rotation', async () => {
    const sandbox = await user.sandbox();
    user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
    user.environment['MAILTRACK_SMTP_URL'] = sandbox.url;
    user.environment['MAILTRACK_TRACKING_URL'] = 'http://127.0.0.1:9';
    user.write('msg.html', '<title>Hello</title><p>Hello</p>');
    const args = ['send', 'msg.html', '--each', 'a@example.com,b@example.com', '--limit', '1', '--yes'];
    expect((await user.run(args)).status).toBe(75);
    const [first] = await list();
    expect(first).toMatchObject({ emails: 1 });
    await user.run(['keys', 'rotate']);
    expect(await list()).toMatchObject([{ emails: 1 }, { emails: 0 }]);

    expect((await user.run(['resume'])).status).toBe(0);
    const tokens = ['0001-a@example.com', '0002-b@example.com'].map(
      name =>
        /email_opened\/([a-z2-7]{48})/.exec(user.read(`inbox/${name}.eml`).replaceAll('=\r\n', ''))?.[1],
    );
    const rest = await user.run(['keys', 'drop', String(first!.id), '--yes']);
    expect(rest.stderr).toContain(
      `Key ${first!.id}, fingerprint ${first!.fingerprint}: it sealed 1 of the emails`,
    );
    expect(tokens.map(token => parseToken(ringOfFile(), token ?? ''))).toEqual([undefined, undefined]);
    await sandbox.stop();
  });
});

it('an email whose key was dropped is not gone on with, and says which it was', async () => {
  const sandbox = await user.sandbox();
  user.environment['MAILTRACK_FROM'] = 'anthony@example.org';
  user.environment['MAILTRACK_SMTP_URL'] = sandbox.url;
  user.environment['MAILTRACK_TRACKING_URL'] = 'http://127.0.0.1:9';
  user.write('msg.html', '<title>Hello</title><p>Hello</p>');
  await user.run(['send', 'msg.html', '--each', 'a@example.com,b@example.com', '--limit', '1', '--yes']);
  const [first] = await list();
  await user.run(['keys', 'rotate']);
  await user.run(['keys', 'drop', String(first!.id), '--yes']);
  const { status, stderr } = await user.run(['resume']);
  expect([status, said(stderr)]).toEqual([
    78,
    `mailtrack: the key this email was begun with (${first!.fingerprint}) is not there: ~/data/mailtrack/key\n  Put the key file back, or name it with MAILTRACK_KEY.`,
  ]);
  await sandbox.stop();
});

describe('a server', () => {
  const content = { purpose: 'pixel', emailNumber: 1, recipientNumber: 2 } as const;

  it('takes the keys anew at SIGHUP, and keeps the old ones when the new are bad', async () => {
    const server = await user.serve();
    const old = sealToken(ringOfFile(), content);
    await user.run(['keys', 'rotate']);
    const fresh = sealToken(ringOfFile(), content);
    await fetch(pixelUrl(server.url, fresh));
    await server.hangUp(/"event":"keys-reloaded"/);
    await fetch(pixelUrl(server.url, fresh));
    const health = (await (await fetch(`${server.url}/healthz`)).json()) as { key: string };
    expect(health.key).toBe(ringOfFile().fingerprint);

    writeFileSync(keyFile, 'nonsense\n');
    await server.hangUp(/"event":"keys-kept"/);
    await fetch(pixelUrl(server.url, fresh));
    await fetch(pixelUrl(server.url, old));
    const { status, stderr } = await server.stop();
    expect(status).toBe(0);
    expect(said(stderr)).toContain(
      'The old keys stay: ~/data/mailtrack/key holds no usable key: line 1 is not a key',
    );
    expect(stderr).toContain('3 fetches recorded, 1 with tokens that do not verify');
  });

  it('says so when many tokens do not verify, and names its key', async () => {
    const server = await user.serve();
    const strange = sealToken(testRing, content);
    // Listened for before the last of them: the tenth is enough to be told of.
    const told = server.says(/tokens did not verify.*/);
    for (let index = 0; index < 12; index += 1) await fetch(pixelUrl(server.url, strange));
    const line = await told;
    expect(line).toContain(`Here it is ${ringOfFile().fingerprint}`);
    expect(line).not.toContain(strange.slice(0, 9));
    await server.stop();
  });
});
