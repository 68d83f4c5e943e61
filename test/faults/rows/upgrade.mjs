/** The database is made, or changed to today's schema, and the process dies while it does. */
import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { migrations } from '../../../dist/store/sqlite/schema.js';
import { createRandom } from '../random.mjs';
import { audit } from '../sender.mjs';
import { buildShim, noCompiler } from '../shims.mjs';
import { playTrials, Tally, withWorld } from '../trials.mjs';

export const upgrade = [
  {
    id: 'F28',
    fault: 'killed while the database is made or upgraded',
    needs: noCompiler,
    async run({ seed, release }) {
      const tally = new Tally();
      const random = createRandom(seed + 28);
      for (let version = 0; version < migrations.length; version += 1) {
        const writes = await countWrites(version);
        tally.notes.push(`from schema ${version} to ${migrations.length}: ${writes} writes and syncs`);
        const every = Array.from({ length: writes }, (_, index) => index + 1);
        const chosen = release ? every : every.filter(() => random() < 12 / writes);
        await playTrials(chosen.length, index => killAt(tally, version, chosen[index]));
      }
      return tally;
    },
  },
];

const fileOf = sender => join(sender.data, 'mailtrack.db');

/** A database as a release of that schema left it, with somebody in it; of schema 0 there is none. */
function makeOlder(sender, version) {
  const file = fileOf(sender);
  for (const name of ['', '-wal', '-shm']) rmSync(file + name, { force: true });
  if (version === 0) return;
  mkdirSync(sender.data, { recursive: true });
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  migrations.slice(0, version).forEach((sql, index) => {
    database.exec(sql);
    // Written when the first schema was today's, so that every later step has something to carry over.
    if (index === 0) database.exec(somebody);
  });
  database.pragma(`user_version = ${version}`);
  database.close();
  chmodSync(file, 0o600);
}

const somebody = `
  INSERT INTO emails (email_id, email_number, mode, subject, from_mailbox, message_id, created_at, token_format,
                      fingerprint, composition)
  VALUES ('em_older0000000', 7, 'each', 'Older', 'a@example.com', '<older@example.com>', '2025-01-01T00:00:00.000Z',
          'sealed', 'older', '{}');
  INSERT INTO recipients (email_id, position, recipient_number, email_address, name, role, tracked, fields, state,
                          state_at, attempts)
  VALUES ('em_older0000000', 0, 1, 'accepted@example.com', '', 'to', 0, '{}', 'accepted', '2025-01-01T00:00:00.000Z', 1),
         ('em_older0000000', 1, 2, 'uncertain@example.com', '', 'to', 0, '{}', 'uncertain', '2025-01-01T00:00:00.000Z', 1);
`;

const carriedOver = { 'accepted@example.com': 'accepted', 'uncertain@example.com': 'uncertain' };

/** What opens the database and changes nothing else in it. */
const look = ['list', '--json'];

/** How many times the files are written to when nobody is killed: found by killing ever later. */
async function countWrites(version) {
  return withWorld(1, async (_sink, sender) => {
    let [least, most] = [0, 1_024];
    while (most - least > 1) {
      const middle = (least + most) >> 1;
      makeOlder(sender, version);
      const { status } = await startKilled(sender, middle).ended;
      if (status === 'SIGKILL') least = middle;
      else most = middle;
    }
    return least;
  });
}

function startKilled(sender, write) {
  Object.assign(sender.environment, {
    LD_PRELOAD: buildShim('kill-at-write'),
    KILL_AT_WRITE: String(write),
    KILL_BELOW: sender.data,
  });
  const child = sender.start(look);
  delete sender.environment.LD_PRELOAD;
  return child;
}

async function killAt(tally, version, write) {
  await withWorld(8, async (sink, sender) => {
    makeOlder(sender, version);
    const { status } = await startKilled(sender, write).ended;
    const note = `, schema ${version}, killed at write ${write}`;
    tally.faults += 1;
    tally.expect(status === 'SIGKILL', `the process outlived it${note}: ${status}`);
    const between = schemaFault(fileOf(sender), version);
    tally.expect(between === undefined, `${between}${note}`);

    // Whatever was left, the next one opens it, and can send and resume with it.
    const opened = await sender.start(look).ended;
    tally.expect(opened.status === 0, `cannot be opened afterwards${note}: ${opened.stderr}`);
    tally.expect(
      schemaFault(fileOf(sender), migrations.length) === undefined,
      `is not today's schema afterwards${note}`,
    );
    const begun = await sender.send(sink, '--limit', '4').ended;
    const ended = await sender.resume(sink).ended;
    tally.expect(
      begun.status === 75 && ended.status === 0,
      `cannot be sent with${note}: exits ${begun.status} and ${ended.status}: ${begun.stderr}${ended.stderr}`,
    );
    if (version > 0) {
      const { states } = sender.ledger();
      for (const [address, state] of Object.entries(carriedOver))
        tally.expect(states.get(address) === state, `${address} is ${states.get(address)}${note}`);
    }
    tally.add(audit(sender, sink), 0, note);
  });
}

/** @returns what is neither that schema nor today's, or undefined. Nothing at all is schema 0. */
function schemaFault(file, version) {
  if (!existsSync(file)) return version === 0 ? undefined : 'the database is gone';
  const database = new Database(file);
  try {
    const now = database.pragma('user_version', { simple: true });
    if (now !== version && now !== migrations.length) return `is schema ${now}`;
    if (describe(database) !== describeSchema(now)) return `says schema ${now} and has other tables`;
    const integrity = database.pragma('integrity_check', { simple: true });
    return integrity === 'ok' ? undefined : `integrity_check: ${integrity}`;
  } finally {
    database.close();
  }
}

function describeSchema(version) {
  const database = new Database(':memory:');
  try {
    for (const sql of migrations.slice(0, version)) database.exec(sql);
    return describe(database);
  } finally {
    database.close();
  }
}

function describe(database) {
  const parts = database.prepare('SELECT type, name, sql FROM sqlite_master ORDER BY type, name').all();
  return JSON.stringify(parts);
}
