import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from '../measure.mjs';
import { writeTemplate } from '../message.mjs';
import { environmentOf, writeKey } from './environment.mjs';

const from = ['--subject', 'News', '--from', 'bench@example.com', '--tracking-url', 'http://127.0.0.1:9'];
/** Processor seconds of the dry run beside each check, by build and rows. */
const dryRuns = new Map();

export const check = {
  id: 'check',
  name: 'check of a list, beside a dry run of it',
  unit: 'rows',
  sizes: { quick: [1_000, 10_000, 30_000], full: [10_000, 100_000, 1_000_000] },
  verdicts: (sizes, costs, _results, _before, here) =>
    sizes.map((size, index) => ({
      text: `${size.toLocaleString('en')} rows, in dry runs`,
      value: costs[index] / dryRuns.get(`${here} ${size}`),
      most: 2,
    })),
  async cost(build, rows, folder) {
    writeKey(folder);
    writeTemplate(folder);
    const list = Array.from({ length: rows }, (_, index) => `person-${index}@example.com,Person ${index}\n`);
    writeFileSync(join(folder, 'list.csv'), `email,name\n${list.join('')}`);
    const run = async (...args) => {
      const argv = [
        process.execPath,
        join(build, 'bin/mailtrack.js'),
        ...args,
        '--each',
        'list.csv',
        ...from,
      ];
      const measured = await measure({ argv, cwd: folder, env: environmentOf(folder), limitSeconds: 1_800 });
      if (measured.status > 1) throw new Error(`${args[0]} ended with ${measured.status}: ${measured.said}`);
      return measured.cpuSeconds;
    };
    dryRuns.set(`${build} ${rows}`, await run('send', 'msg.html', '--dry-run'));
    return run('check', 'msg.html');
  },
};
