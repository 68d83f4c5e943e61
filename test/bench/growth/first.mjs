import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from '../measure.mjs';
import { html } from '../message.mjs';
import { startNodeSink } from '../node-sink.mjs';
import { environmentOf, writeKey } from './environment.mjs';

const rounds = 3;
const templateBytes = 1_000_000;

export const first = {
  id: 'first',
  name: 'send with a template of 1 MB: the first hundred copies, which are checked, beside those after them',
  unit: 'copies',
  sizes: { quick: [1, 101, 501], full: [1, 101, 1_001] },
  verdicts: ([one, hundred, all], [costOfOne, costOfHundred, costOfAll]) => {
    const ofFirst = (costOfHundred - costOfOne) / (hundred - one);
    const ofOthers = (costOfAll - costOfHundred) / (all - hundred);
    return [
      { text: 'a copy of the first hundred, in copies behind them', value: ofFirst / ofOthers, most: 1.5 },
    ];
  },
  async cost(build, copies, folder) {
    writeKey(folder);
    writeFileSync(join(folder, 'msg.html'), largeTemplate());
    writeFileSync(join(folder, 'msg.txt'), `Hello {{ name }},\n${'news and words\n'.repeat(20_000)}`);
    const list = Array.from(
      { length: copies },
      (_, index) => `person-${index}@example.com,Person ${index}\n`,
    );
    writeFileSync(join(folder, 'list.csv'), `email,name\n${list.join('')}`);
    const sink = await startNodeSink();
    const costs = [];
    for (let round = 0; round < rounds; round += 1) {
      const argv = [
        process.execPath,
        join(build, 'bin/mailtrack.js'),
        'send',
        'msg.html',
        '--each',
        'list.csv',
      ];
      const how = [
        '--yes',
        '--again',
        '--allow',
        'html-too-large',
        '--smtp',
        `smtp://127.0.0.1:${sink.port}`,
      ];
      const what = [
        '--subject',
        'News',
        '--from',
        'bench@example.com',
        '--tracking-url',
        'http://127.0.0.1:9',
      ];
      const { status, said, cpuSeconds } = await measure({
        argv: [...argv, ...how, ...what],
        cwd: folder,
        env: environmentOf(folder),
        limitSeconds: 600,
      });
      if (status !== 0) throw new Error(`send ended with ${status}: ${said}`);
      costs.push(cpuSeconds);
    }
    sink.stop();
    // The least is what the work takes; the rest is what else the machine does.
    return Math.min(...costs);
  },
};

/** Rows of the usual message, again and again. */
function largeTemplate() {
  const [head, table, ...rest] = html.split(/(?=<table|<\/table>)/);
  const rows = table.slice(table.indexOf('<tr>'));
  const times = Math.ceil(templateBytes / rows.length);
  return `${head}<table>${rows.repeat(times)}${rest.join('')}`;
}
