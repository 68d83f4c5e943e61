import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from '../measure.mjs';
import { startNodeSink } from '../node-sink.mjs';
import { environmentOf, writeKey } from './environment.mjs';
import { makeDatabase } from './world.mjs';

const rounds = 5;

export const people = {
  id: 'people',
  name: 'send to ten people of the address book, beside suppressed addresses and a tenth of them as contacts',
  unit: 'suppressed',
  sizes: { quick: [100, 10_000, 100_000], full: [100, 100_000, 1_000_000] },
  verdicts: (_sizes, costs) => [{ text: 'most beside least', value: costs.at(-1) / costs[0], most: 1.05 }],
  async cost(build, suppressed, folder) {
    writeKey(folder);
    await makeDatabase(build, folder, database => {
      const insert = database.prepare(
        "INSERT INTO suppressions VALUES (?, 'asked', '2026-11-30T10:00:00.000Z')",
      );
      for (let index = 0; index < suppressed; index += 1) insert.run(`gone-${index * 7919}@example.org`);
    });
    const contacts = suppressed / 10;
    const rows = Array.from(
      { length: contacts },
      (_, index) => `p${index}z,Person ${index},p${index}@example.com\n`,
    );
    writeFileSync(join(folder, 'contacts.csv'), `alias,name,email\n${rows.join('')}`);
    writeFileSync(join(folder, 'msg.txt'), 'Hello {{ name }}\n');
    const sink = await startNodeSink();
    const costs = [];
    for (let round = 0; round < rounds; round += 1) {
      const named = Array.from({ length: 10 }, (_, index) => `p${Math.floor((contacts * index) / 10)}z`);
      const argv = [
        process.execPath,
        join(build, 'bin/mailtrack.js'),
        'send',
        'msg.txt',
        '--each',
        named.join(','),
      ];
      const how = ['--yes', '--again', '--smtp', `smtp://127.0.0.1:${sink.port}`];
      const what = ['--subject', `News ${round}`, '--from', 'bench@example.com', '--no-track'];
      const { status, said, cpuSeconds } = await measure({
        argv: [...argv, ...how, ...what],
        cwd: folder,
        env: { ...environmentOf(folder), MAILTRACK_CONTACTS: join(folder, 'contacts.csv') },
        limitSeconds: 300,
      });
      if (status !== 0) throw new Error(`send ended with ${status}: ${said}`);
      costs.push(cpuSeconds);
    }
    sink.stop();
    // The least is what the work takes; the rest is what else the machine does.
    return Math.min(...costs);
  },
};
