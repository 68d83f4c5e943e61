import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from '../measure.mjs';
import { startNodeSink } from '../node-sink.mjs';
import { environmentOf, writeKey } from './environment.mjs';

const attachmentBytes = 20_000_000;

export const ownAttachments = {
  id: 'own-attachments',
  name: 'send of another attachment of 20 MB to each, over 10 connections',
  unit: 'messages',
  costUnit: 'MB at most',
  sizes: { quick: [5, 10, 20], full: [10, 20, 40] },
  verdicts: (_sizes, costs) => [{ text: 'MB at the largest size', value: costs.at(-1), most: 200 }],
  async cost(build, messages, folder) {
    writeKey(folder);
    writeFileSync(join(folder, 'msg.txt'), 'Hello {{ name }}\n');
    const rows = Array.from({ length: messages }, (_, index) => {
      writeFileSync(join(folder, `film-${index}.bin`), randomBytes(attachmentBytes));
      return `person-${index}@example.com,P,film-${index}.bin\n`;
    });
    writeFileSync(join(folder, 'list.csv'), `email,name,film\n${rows.join('')}`);
    const sink = await startNodeSink();
    const argv = [process.execPath, join(build, 'bin/mailtrack.js'), 'send', 'msg.txt', '--each', 'list.csv'];
    const to = ['--smtp', `smtp://127.0.0.1:${sink.port}`, '--connections', '10', '--yes'];
    const what = [
      '--attach-column',
      'film',
      '--subject',
      'News',
      '--from',
      'bench@example.com',
      '--no-track',
    ];
    const { status, said, peakRssBytes } = await measure({
      argv: [...argv, ...to, ...what],
      cwd: folder,
      env: environmentOf(folder),
      limitSeconds: 600,
    });
    sink.stop();
    if (status !== 0) throw new Error(`send ended with ${status}: ${said}`);
    return peakRssBytes / 1e6;
  },
};
