import { join } from 'node:path';
import { measure } from '../measure.mjs';
import { environmentOf, writeKey } from './environment.mjs';
import { addEmail, makeDatabase } from './world.mjs';

const rounds = 5;

export const unfinished = {
  id: 'unfinished',
  name: 'resume with nothing to resume, beside emails of 10,000 recipients that were sent before',
  unit: 'emails',
  sizes: { quick: [1, 10, 30], full: [1, 100, 600] },
  verdicts: (_sizes, costs) => [{ text: 'most beside least', value: costs.at(-1) / costs[0], most: 1.1 }],
  async cost(build, emails, folder) {
    writeKey(folder);
    await makeDatabase(build, folder, database => {
      for (let email = 0; email < emails; email += 1)
        addEmail(database, { number: 1_000 + email, recipients: 10_000 });
    });
    const costs = [];
    for (let round = 0; round < rounds; round += 1) {
      const { status, said, cpuSeconds } = await measure({
        argv: [process.execPath, join(build, 'bin/mailtrack.js'), 'resume'],
        cwd: folder,
        env: environmentOf(folder),
        limitSeconds: 300,
      });
      if (status !== 0) throw new Error(`resume ended with ${status}: ${said}`);
      costs.push(cpuSeconds);
    }
    return Math.min(...costs);
  },
};
