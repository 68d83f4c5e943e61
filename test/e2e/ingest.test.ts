/** An access log while `serve` was down, read by the built command. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { printKey } from '../../src/tracking/key.js';
import { pixelPath } from '../../src/tracking/pixel.js';
import { sealToken } from '../../src/tracking/token.js';
import { testKey, testRing } from '../tracking/keys.js';
import { jsonLines, User } from './command.js';

let user: User;
beforeEach(() => {
  user = new User();
  mkdirSync(join(user.folder, 'data', 'mailtrack'), { recursive: true });
  user.write('data/mailtrack/key', `${printKey(testKey(7))}\n`);
});
afterEach(() => user.leave());

const token = sealToken(testRing, { purpose: 'pixel', emailNumber: 42, recipientNumber: 1 });
const line = (second: number, text = token) =>
  `203.0.113.7 - - [24/Nov/2025:22:44:${second} +0000] "GET ${pixelPath(text)} HTTP/1.1" 502 157 "-" "Thunderbird/128"\n`;

it('is read as a file, gzipped and from standard input, and says what became of its lines', async () => {
  const log = `${line(10)}${line(11)}${line(12, 'x')}garbage\n${line(13).replace('2025', '2999')}`;
  user.write('access.log', log);
  user.write('access.log.1.gz', gzipSync(line(13)));
  const first = await user.run(['ingest', 'access.log']);
  expect([first.status, first.stdout, first.stderr]).toEqual([
    0,
    '',
    [
      '5 lines: 2 fetches added, 0 known already.',
      '  1 are no lines of an access log.',
      '  1 have a time that cannot be, later than tomorrow or a day before their email; the first: access.log:5.',
      `  1 have tokens that no key verifies; the newest key here is ${testRing.fingerprint}.`,
      '',
    ].join('\n'),
  ]);
  expect((await user.run(['ingest', 'access.log.1.gz'])).stderr).toContain('1 fetch added');
  const again = await user.run(['ingest', '-', '--json'], log + line(14));
  expect([again.status, again.stderr]).toEqual([0, '']);
  expect(jsonLines(again.stdout)).toEqual([
    {
      schema: 'mailtrack.ingest/1',
      lines: 6,
      added: 1,
      known: 2,
      beyond: 0,
      unverifiable: 1,
      rehearsals: 0,
      opted_out: 0,
      others: 0,
      unreadable: 1,
      misdated: 1,
      first_misdated_line: 5,
    },
  ]);
});

it('wants a key, and a log', async () => {
  const missing = await user.run(['ingest', 'nothing.log']);
  expect([missing.status, missing.stderr]).toEqual([
    66,
    'mailtrack: nothing.log does not exist\n  Check the name and the folder.\n',
  ]);
  user.environment['XDG_DATA_HOME'] = join(user.folder, 'elsewhere');
  const keyless = await user.run(['ingest', 'nothing.log']);
  expect([keyless.status, keyless.stderr.replaceAll(user.folder, '~')]).toEqual([
    78,
    'mailtrack: there is no key: ~/elsewhere/mailtrack/key\n  Put the key file there; without it no token in a log can be verified.\n',
  ]);
});
