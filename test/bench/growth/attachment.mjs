import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { measure } from '../measure.mjs';
import { startNodeSink } from '../node-sink.mjs';
import { environmentOf, writeKey } from './environment.mjs';

const attachmentBytes = 20_000_000;

export const attachment = {
  id: 'attachment',
  name: 'send of an attachment of 20 MB to everybody, over 10 connections',
  unit: 'messages',
  costUnit: 'MB at most',
  sizes: { quick: [10, 20, 40], full: [40, 100, 200] },
  verdicts: (_sizes, costs) => [{ text: 'MB at the largest size', value: costs.at(-1), most: 200 }],
  async cost(build, messages, folder) {
    writeKey(folder);
    writeFileSync(join(folder, 'msg.txt'), 'Hello {{ name }}\n');
    writeFileSync(join(folder, 'film.bin'), randomBytes(attachmentBytes));
    const list = Array.from({ length: messages }, (_, index) => `person-${index}@example.com,P\n`);
    writeFileSync(join(folder, 'list.csv'), `email,name\n${list.join('')}`);
    const sink = await startNodeSink();
    const argv = [process.execPath, join(build, 'bin/mailtrack.js'), 'send', 'msg.txt', '--each', 'list.csv'];
    const how = [
      '--yes',
      '--connections',
      '10',
      '--attach',
      'film.bin',
      '--smtp',
      `smtp://127.0.0.1:${sink.port}`,
    ];
    const what = ['--subject', 'News', '--from', 'bench@example.com', '--tracking-url', 'http://127.0.0.1:9'];
    const { status, said, peakRssBytes } = await measure({
      argv: [...argv, ...how, ...what],
      cwd: folder,
      env: environmentOf(folder),
      limitSeconds: 600,
    });
    sink.stop();
    if (status !== 0) throw new Error(`send ended with ${status}: ${said}`);
    return peakRssBytes / 1e6;
  },
};
