import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { createKeyRing } from '../../../dist/tracking/key.js';
import { pixelPath } from '../../../dist/tracking/pixel.js';
import { sealToken } from '../../../dist/tracking/token.js';
import { measure } from '../measure.mjs';
import { benchKey, environmentOf, writeKey } from './environment.mjs';
import { addEmail, addFetches, makeDatabase, recipientNumberOf } from './world.mjs';

const startedAt = Date.parse('2026-11-30T10:00:00.000Z');
const agent = 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)';
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const ring = createKeyRing([benchKey]);

export const ingestEmails = {
  id: 'ingest-emails',
  name: 'ingest of a log, by how many emails its pixels are of',
  unit: 'emails',
  sizes: { quick: [1, 110, 2_000], full: [1, 110, 2_000] },
  verdicts: (_sizes, costs) => [
    { text: 'most beside least', value: Math.max(...costs) / Math.min(...costs), most: 1.3 },
  ],
  async cost(build, emails, folder, { full }) {
    const lines = full ? 300_000 : 30_000;
    writeKey(folder);
    await makeDatabase(build, folder, database => {
      for (let email = 0; email < emails; email += 1)
        addEmail(database, { number: 1_000 + email, recipients: 0 });
    });
    await writeLog(folder, lines, line => ({
      emailNumber: 1_000 + (line % emails),
      recipientNumber: recipientNumberOf(Math.floor(line / emails) % 1_000),
    }));
    return (await ingest(build, folder, lines)).cpuSeconds;
  },
};

export const ingestBeside = {
  id: 'ingest-beside',
  name: 'ingest of 10,000 lines, into an email that has so many fetches',
  unit: 'fetches',
  sizes: { quick: [0, 30_000, 300_000], full: [0, 300_000, 3_000_000] },
  verdicts: (_sizes, costs) => [{ text: 'most beside none', value: costs.at(-1) / costs[0], most: 2 }],
  async cost(build, fetches, folder) {
    writeKey(folder);
    await makeDatabase(build, folder, database => {
      addEmail(database, { number: 1_000, recipients: 10_000 });
      addFetches(database, { emailNumber: 1_000, fetches, recipients: 10_000, everyMs: 100 });
    });
    await writeLog(folder, 10_000, line => ({
      emailNumber: 1_000,
      recipientNumber: recipientNumberOf(line),
    }));
    return (await ingest(build, folder, 10_000)).cpuSeconds;
  },
};

export const ingestRare = {
  id: 'ingest-rare',
  name: 'ingest of a log of which one line in a thousand is a pixel',
  unit: 'lines',
  sizes: { quick: [30_000, 100_000, 300_000], full: [300_000, 1_000_000, 3_000_000] },
  verdicts: (_sizes, _costs, results) => [
    { text: 'memory of the largest, MB', value: results.at(-1).peakRssBytes / 1e6, most: 150 },
  ],
  async cost(build, lines, folder) {
    writeKey(folder);
    await makeDatabase(build, folder, database => addEmail(database, { number: 1_000, recipients: 0 }));
    await writeLog(folder, lines, line =>
      line % 1_000 === 0
        ? { emailNumber: 1_000, recipientNumber: recipientNumberOf(line / 1_000) }
        : undefined,
    );
    return ingest(build, folder, lines);
  },
};

/** Ten lines a second, in the combined format. @param pixelOf undefined: a request for something else. */
async function writeLog(folder, lines, pixelOf) {
  const file = createWriteStream(join(folder, 'access.log'));
  for (let line = 0; line < lines; line += 1) {
    const pixel = pixelOf(line);
    const target =
      pixel === undefined
        ? `/assets/page-${line}.css?of=another-request-that-is-about-as-long-as-a-pixel`
        : pixelPath(sealToken(ring, { purpose: 'pixel', ...pixel }));
    const text = `203.0.113.${line % 250} - - [${logTime(startedAt + line * 100)}] "GET ${target} HTTP/1.1" 200 67 "-" "${agent}"\n`;
    if (!file.write(text)) await new Promise(resolve => file.once('drain', resolve));
  }
  file.end();
  await finished(file);
}

function logTime(ms) {
  const [date, clock] = new Date(ms).toISOString().split('T');
  const [year, month, day] = date.split('-');
  return `${day}/${months[Number(month) - 1]}/${year}:${clock.slice(0, 8)} +0000`;
}

async function ingest(build, folder, lines) {
  const argv = [process.execPath, join(build, 'bin/mailtrack.js'), 'ingest', 'access.log'];
  const measured = await measure({ argv, cwd: folder, env: environmentOf(folder), limitSeconds: 1_800 });
  if (measured.status !== 0 || !measured.said.startsWith(`${lines} lines`))
    throw new Error(`ingest ended with ${measured.status}: ${measured.said}`);
  return measured;
}
