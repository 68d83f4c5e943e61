import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createKeyRing } from '../../../dist/tracking/key.js';
import { pixelPath } from '../../../dist/tracking/pixel.js';
import { sealToken } from '../../../dist/tracking/token.js';
import { startServe, userAgent } from '../mailtrack-serve.mjs';
import { median } from '../measure.mjs';
import { findTool, missingTools } from '../needs.mjs';
import { cpuSeconds } from '../proc.mjs';
import { benchKey, writeKey } from './environment.mjs';
import { addFetches, makeDatabase, recipientNumberOf } from './world.mjs';

const run = promisify(execFile);
const lua = fileURLToPath(new URL('../wrk.lua', import.meta.url));
const ring = createKeyRing([benchKey]);
const emails = 2_000;
const tokens = 20_000;

export const manyEmails = {
  id: 'many-emails',
  name: `serve: pixels of ${emails} emails in turn, beside those of one`,
  unit: 'fetches before',
  sizes: { quick: [0, 20_000, 200_000], full: [0, 300_000, 3_000_000] },
  verdicts: (_sizes, _costs, results) => {
    const last = results.at(-1);
    return last.ratio === undefined
      ? []
      : [
          { text: 'rate, of that of one email', value: last.ratio, least: 0.85 },
          { text: 'p99, of that of one email', value: last.p99Ratio, most: 1.5 },
        ];
  },
  print: ({ cpuSeconds: seconds, cpuRatio, rates, ratio, p99s, p99Ratio, missing }) =>
    missing ??
    `${rates.many.toFixed(0)} requests/s, ${ratio.toFixed(2)} × those of one (${rates.one.toFixed(0)}); ` +
      `p99 ${p99s.many.toFixed(1)} ms, ${p99Ratio.toFixed(2)} × (${p99s.one.toFixed(1)}); processor time for a thousand ${seconds.toFixed(1)} ms, ${cpuRatio.toFixed(2)} ×`,
  async cost(build, fetches, folder, { full }) {
    const missing = missingTools('wrk', 'taskset');
    if (missing !== undefined) return { missing: `not run: ${missing}`, cpuSeconds: 1 };
    writeKey(folder);
    await makeDatabase(build, folder, database => {
      for (let email = 0; email < emails; email += 1) {
        const each = { recipients: tokens / emails, everyMs: 1_000 };
        addFetches(database, { emailNumber: 5_000 + email, fetches: fetches / emails, ...each });
      }
    });
    const paths = {
      one: writePaths(folder, 'one', index => [1_000, index]),
      many: writePaths(folder, 'many', index => [5_000 + (index % emails), Math.floor(index / emails)]),
    };
    const serve = await startServe({ folder, tree: build, prefix: ['taskset', '-c', '0'] });
    const rounds = { one: [], many: [] };
    const seconds = full ? 4 : 2;
    for (let round = 0; round <= (full ? 7 : 3); round += 1) {
      for (const which of ['one', 'many']) {
        const found = await load(serve, paths[which], seconds);
        // What is compiled and cached once is no part of the figures.
        if (round > 0) rounds[which].push(found);
      }
    }
    await serve.stop();
    const of = (which, key) => median(rounds[which].map(one => one[key]));
    const ratioOf = key => median(rounds.many.map((one, round) => one[key] / rounds.one[round][key]));
    return {
      cpuSeconds: of('many', 'cpuMs'),
      cpuRatio: ratioOf('cpuMs'),
      rates: { one: of('one', 'rate'), many: of('many', 'rate') },
      p99s: { one: of('one', 'p99'), many: of('many', 'p99') },
      ratio: ratioOf('rate'),
      p99Ratio: ratioOf('p99'),
    };
  },
};

function writePaths(folder, name, numbersOf) {
  const file = join(folder, `${name}.paths`);
  const lines = Array.from({ length: tokens }, (_, index) => {
    const [emailNumber, recipient] = numbersOf(index);
    const recipientNumber = recipientNumberOf(recipient);
    return pixelPath(sealToken(ring, { purpose: 'pixel', emailNumber, recipientNumber }));
  });
  writeFileSync(file, lines.join('\n'));
  return file;
}

async function load({ port, pid }, paths, seconds) {
  const before = cpuSeconds(pid);
  const wrk = ['-c', '1', findTool('wrk'), '-t1', '-c64', `-d${seconds}s`, '--timeout', '10s', '-s', lua];
  const { stdout } = await run('taskset', [...wrk, `http://127.0.0.1:${port}`, '--', paths, userAgent]);
  const found = JSON.parse(stdout.slice(stdout.lastIndexOf('{')));
  return {
    rate: found.answers / found.seconds,
    p99: found.p99,
    cpuMs: ((cpuSeconds(pid) - before) * 1_000_000) / found.answers,
  };
}
