import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { measure } from '../measure.mjs';
import { startNodeSink } from '../node-sink.mjs';
import { environmentOf, writeKey } from './environment.mjs';
import { addFetches, recipientNumberOf } from './world.mjs';

const uncertain = 640;
const people = 9_000;

export const resume = {
  id: 'resume',
  name: `resume with ${uncertain} uncertain recipients, of whom some fetched their pixel`,
  unit: 'fetches of others',
  sizes: { quick: [10_000, 30_000, 100_000], full: [10_000, 100_000, 900_000] },
  verdicts: (_sizes, costs) => [{ text: 'seconds at the largest size', value: costs.at(-1), most: 1.5 }],
  async cost(build, fetches, folder) {
    writeKey(folder);
    const sink = await startNodeSink();
    const mailtrack = (...args) =>
      measure({
        argv: [
          process.execPath,
          join(build, 'bin/mailtrack.js'),
          ...args,
          '--smtp',
          `smtp://127.0.0.1:${sink.port}`,
        ],
        cwd: folder,
        env: environmentOf(folder),
        limitSeconds: 600,
      });
    writeFileSync(join(folder, 'msg.txt'), 'Hello {{ name }}\n');
    const list = Array.from({ length: people }, (_, index) => `p${index}@example.com,P\n`);
    writeFileSync(join(folder, 'list.csv'), `email,name\n${list.join('')}`);
    const from = ['--subject', 'News', '--from', 'bench@example.com', '--tracking-url', 'http://127.0.0.1:9'];
    const sent = await mailtrack('send', 'msg.txt', '--each', 'list.csv', '--yes', '--limit', '1', ...from);
    if (sent.status !== 75) throw new Error(`send ended with ${sent.status}: ${sent.said}`);
    const database = new Database(join(folder, 'mailtrack.db'));
    const emailNumber = database.prepare('SELECT email_number FROM emails').pluck().get();
    const number = database.prepare('UPDATE recipients SET recipient_number = ? WHERE position = ?');
    database.transaction(() => {
      for (let position = 0; position < people; position += 1)
        number.run(recipientNumberOf(position), position);
      database.exec(`UPDATE recipients SET state = iif(position < ${uncertain}, 'uncertain', 'accepted')`);
    })();
    addFetches(database, { emailNumber, fetches, recipients: people - 500, from: 500 });
    database.close();
    const resumed = await mailtrack('resume');
    sink.stop();
    if (resumed.status !== 75) throw new Error(`resume ended with ${resumed.status}: ${resumed.said}`);
    return resumed.cpuSeconds;
  },
};
