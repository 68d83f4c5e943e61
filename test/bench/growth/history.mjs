import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure, median } from '../measure.mjs';
import { writeTemplate } from '../message.mjs';
import { startNodeSink } from '../node-sink.mjs';
import { environmentOf, writeKey } from './environment.mjs';
import { addEmail, makeDatabase } from './world.mjs';

const rounds = 5;

export const history = {
  id: 'history',
  name: 'send of ten messages, beside emails of 10,000 recipients that were sent before',
  unit: 'emails',
  sizes: { quick: [1, 10, 30], full: [1, 100, 600] },
  verdicts: (_sizes, costs) => [{ text: 'most beside least', value: costs.at(-1) / costs[0], most: 1.05 }],
  async cost(build, emails, folder) {
    writeKey(folder);
    await makeDatabase(build, folder, database => {
      for (let email = 0; email < emails; email += 1)
        addEmail(database, { number: 1_000 + email, recipients: 10_000 });
    });
    writeTemplate(folder);
    const sink = await startNodeSink();
    const costs = [];
    // The first one looks through a file that nobody looked through yet.
    for (let round = 0; round <= rounds; round += 1) {
      const list = Array.from({ length: 10 }, (_, index) => `r${round}-${index}@example.com,R\n`);
      writeFileSync(join(folder, 'ten.csv'), `email,name\n${list.join('')}`);
      const argv = [
        process.execPath,
        join(build, 'bin/mailtrack.js'),
        'send',
        'msg.html',
        '--each',
        'ten.csv',
        '--yes',
        '--again',
      ];
      const from = [
        '--subject',
        'News',
        '--from',
        'bench@example.com',
        '--tracking-url',
        'http://127.0.0.1:9',
      ];
      const { status, said, cpuSeconds } = await measure({
        argv: [...argv, ...from, '--smtp', `smtp://127.0.0.1:${sink.port}`],
        cwd: folder,
        env: environmentOf(folder),
        limitSeconds: 300,
      });
      if (status !== 0) throw new Error(`send ended with ${status}: ${said}`);
      if (round > 0) costs.push(cpuSeconds);
    }
    sink.stop();
    return median(costs);
  },
};
