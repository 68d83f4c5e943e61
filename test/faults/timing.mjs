/**
 * Whether the time of an answer tells a token that verifies from one that does not: `npm run faults:timing` (a minute),
 * `-- --samples 2000`. Requests of both kinds take turns on one connection; the figure is how often one of the first kind takes
 * longer than one of the second (Mann and Whitney's U, as a share of all pairs): 50 % tells nothing. A burst is one token asked
 * for many times at once, which shows what each of its requests costs. Ends with 1 when a pair can be told apart.
 */
import { parseArgs } from 'node:util';
import Database from 'better-sqlite3';
import { pixelPath } from '../../dist/tracking/pixel.js';
import { printArticleToken } from '../../dist/tracking/token.js';
import { makeDiskFolder } from '../bench/folders.mjs';
import { databaseFile, pixelPaths, startServe } from '../bench/mailtrack-serve.mjs';
import { median } from '../bench/measure.mjs';
import { PixelClient } from './pixel-client.mjs';

const { values } = parseArgs({ options: { samples: { type: 'string', default: '800' } } });
const samples = Number(values.samples);
const burst = 40;
const bursts = Math.ceil(samples / 4);
const recipients = 5_000;
/** From 50 %. Chance alone stays below a third of it. */
const tolerance = 0.1;
const emailId = 'em_aaaaaaaaaaaa';

const folder = makeDiskFolder();
const serve = await startServe({ folder });
addArticleEmail();
const sealed = pixelPaths(folder, samples + bursts);
const pairs = [
  { name: 'sealed tokens', real: index => sealed[index], forged: index => withOtherTag(sealed[index]) },
  {
    name: 'article tokens, Bcc recipients beside people who got no mail',
    real: index => articlePath(`reader${person(index)}@example.com`),
    forged: index => articlePath(`nobody${person(index)}@example.com`),
  },
];

for (const pair of pairs) {
  await compare(`${pair.name}, one at a time`, pair, samples, 0, 1);
  await compare(`${pair.name}, ${burst} at once`, pair, bursts, samples, burst);
}
const { status } = await serve.stop();
const left = leftovers();
expect(left === 0, `${left} rows of forged tokens`);
expect(status === 0, `ended with ${status}`);

async function compare(name, { real, forged }, count, first, times) {
  const client = new PixelClient(serve.port);
  const found = { real: [], forged: [] };
  // Code is compiled, and the length of an answer is known then.
  for (let index = 0; index < 50; index += 1) await client.ask(forged(first + (index % count)), 1);
  for (let index = 0; index < count; index += 1) {
    // Neither of them always behind the other.
    const order = index % 2 === 0 ? ['real', 'forged'] : ['forged', 'real'];
    for (const kind of order) {
      const path = (kind === 'real' ? real : forged)(first + index);
      found[kind].push(await client.ask(path, times));
    }
  }
  client.end();
  const share = shareLonger(found.real, found.forged);
  const ms = kind => median(found[kind]).toFixed(2);
  expect(
    Math.abs(share - 0.5) <= tolerance,
    `${name}: ${ms('real')} ms and, forged, ${ms('forged')} ms; longer in ${(share * 100).toFixed(0)} % of pairs`,
  );
}

/** Of all pairs of one of each. */
function shareLonger(ones, others) {
  let longer = 0;
  for (const one of ones) for (const other of others) longer += one > other ? 1 : Number(one === other) / 2;
  return longer / (ones.length * others.length);
}

function person(index) {
  // Spread over the email, and with as many digits each.
  return 10_000 + ((index * 1_009) % recipients);
}

function articlePath(emailAddress) {
  return pixelPath(printArticleToken({ emailId, emailAddress }));
}

function withOtherTag(path) {
  const at = path.lastIndexOf('/') - 10;
  return `${path.slice(0, at)}${path[at] === 'a' ? 'b' : 'a'}${path.slice(at + 1)}`;
}

function addArticleEmail() {
  const database = new Database(databaseFile(folder), { timeout: 10_000 });
  database.transaction(() => {
    database
      .prepare(`
        INSERT INTO emails (email_id, email_number, mode, subject, from_mailbox, message_id, created_at, token_format,
                            fingerprint, composition)
        VALUES (?, 999, 'group', 's', 'f', 'm', '2026-11-23T08:00:00.000Z', 'article', '', '{}')`)
      .run(emailId);
    const insert = database.prepare(`
      INSERT INTO recipients (email_id, position, recipient_number, email_address, name, role, tracked, fields, state,
                              state_at)
      VALUES (?, ?, ?, ?, '', 'bcc', 1, '[]', 'accepted', '')`);
    for (let position = 0; position < recipients; position += 1)
      insert.run(emailId, position, position + 1, `reader${10_000 + position}@example.com`);
  })();
  database.close();
}

/** Rows that are of none of the tokens above. */
function leftovers() {
  const database = new Database(databaseFile(folder), { timeout: 10_000 });
  try {
    return database
      .prepare(`
        SELECT (SELECT count(*) FROM fetches WHERE email_number < 0)
             + (SELECT count(*) FROM fetch_counters WHERE email_number < 0)`)
      .pluck()
      .get();
  } finally {
    database.close();
  }
}

function expect(holds, text) {
  console.log(`${text}: ${holds ? 'holds' : 'MISSED'}`);
  if (!holds) process.exitCode = 1;
}
