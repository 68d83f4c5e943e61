import { join } from 'node:path';
import { measure } from '../measure.mjs';
import { environmentOf, writeKey } from './environment.mjs';
import { addEmail, addFetches, makeDatabase } from './world.mjs';

export const reportSize = {
  id: 'report-size',
  name: 'report of an email, a hundred fetches each',
  unit: 'recipients',
  sizes: { quick: [100, 1_000, 5_000], full: [1_000, 10_000, 100_000] },
  verdicts: (_sizes, _costs, results) => [
    { text: 'memory of the largest, MB', value: results.at(-1).peakRssBytes / 1e6, most: 200 },
    {
      text: 'the same with every open, MB',
      value: results.at(-1).withOpens.peakRssBytes / 1e6,
      most: 200,
    },
  ],
  async cost(build, recipients, folder, { isEarlier }) {
    await fill(build, folder, recipients, 100);
    const measured = await report(build, folder, ['--json']);
    // The build before died of it at some size.
    const withOpens = isEarlier ? measured : await report(build, folder, ['--json', '--opens']);
    return { ...measured, withOpens };
  },
};

export const reportBefore = {
  id: 'report-before',
  name: 'report of an email, ten fetches each, beside the build before',
  unit: 'recipients',
  sizes: { quick: [100, 1_000, 10_000], full: [100, 1_000, 10_000] },
  verdicts: (_sizes, costs, _results, earlier) =>
    earlier.length === 0
      ? []
      : [{ text: 'largest, of the build before', value: costs.at(-1) / earlier.at(-1), most: 0.5 }],
  async cost(build, recipients, folder) {
    await fill(build, folder, recipients, 10);
    return report(build, folder, []);
  },
};

async function fill(build, folder, recipients, each) {
  writeKey(folder);
  await makeDatabase(build, folder, database => {
    addEmail(database, { number: 1_000, recipients });
    addFetches(database, {
      emailNumber: 1_000,
      fetches: recipients * each,
      recipients,
      everyMs: 60_000 / recipients,
    });
  });
}

async function report(build, folder, options) {
  const argv = [process.execPath, join(build, 'bin/mailtrack.js'), 'report', ...options];
  const measured = await measure({ argv, cwd: folder, env: environmentOf(folder), limitSeconds: 1_800 });
  return { ...measured, failed: measured.status !== 0 };
}
