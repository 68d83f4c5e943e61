/** Databases of any size for any build: its own store makes the tables, SQL fills them. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';

const at = '2026-11-30T10:00:00.000Z';

/** @returns the file; `fill` gets the open database, in one transaction. */
export async function makeDatabase(build, folder, fill) {
  const file = join(folder, 'mailtrack.db');
  const { openStore } = await import(pathToFileURL(join(build, 'dist/store/open-store.js')).href);
  const store = await openStore(file);
  await store.close();
  const database = new Database(file);
  database.exec('BEGIN');
  fill(database);
  // As the run would have left it that sent them.
  if (database.pragma('table_info(emails)').some(({ name }) => name === 'finished'))
    database.exec(
      "UPDATE emails SET finished = 1 WHERE NOT EXISTS (SELECT 1 FROM recipients WHERE recipients.email_id = emails.email_id AND state <> 'accepted')",
    );
  database.exec('COMMIT');
  database.pragma('wal_checkpoint(TRUNCATE)');
  database.close();
  return file;
}

/** @param states of recipients from the first on; all others are accepted. */
export function addEmail(
  database,
  { number, recipients, states = {}, composition = '{}', fingerprint = 'f' },
) {
  const emailId = emailIdOf(number);
  database
    .prepare(
      `INSERT INTO emails (email_id, email_number, mode, subject, from_mailbox, message_id, created_at, token_format, fingerprint,
                           composition)
       VALUES (?, ?, 'each', 'News', 'bench@example.com', '<m@example.com>', ?, 'sealed', ?, ?)`,
    )
    .run(emailId, number, at, fingerprint, composition);
  const state = Object.entries(states).flatMap(([name, count]) => Array.from({ length: count }, () => name));
  const insert = database.prepare(
    `INSERT INTO recipients (email_id, position, recipient_number, email_address, name, role, tracked, fields, state, state_at, attempts)
     VALUES (?, ?, ?, ?, 'Ann', 'to', 1, ?, ?, ?, 1)`,
  );
  for (let position = 0; position < recipients; position += 1)
    insert.run(
      emailId,
      position,
      recipientNumberOf(position),
      addressOf(position),
      fieldsOf(position),
      state[position] ?? 'accepted',
      at,
    );
}

const fieldsOf = position =>
  JSON.stringify([
    ['email', addressOf(position)],
    ['name', `Person ${position}`],
  ]);
const addressOf = position => `person-${position}@example.com`;
/** Spread as random numbers are. */
export const recipientNumberOf = position => 1 + position * 7_919;
/** Letters of base32 for hexadecimal digits, so that no two numbers have one id. */
export const emailIdOf = number =>
  `em_${Array.from(number.toString(16).padStart(12, '0'), digit => 'abcdefghijklmnop'[Number.parseInt(digit, 16)]).join('')}`;

/** @param recipients whose pixels are fetched in turn. @param everyMs from one fetch to the next. */
export function addFetches(database, { emailNumber, fetches, recipients, from = 0, everyMs = 0 }) {
  if (fetches === 0) return;
  database.exec(
    "INSERT OR IGNORE INTO user_agents VALUES (1, 'Mozilla/5.0 (via ggpht.com GoogleImageProxy)')",
  );
  // Made at the end where there are many: keeping them for millions of rows in any order takes minutes.
  const table = tableOfFetches(database);
  const indexes = database
    .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL")
    .all(table)
    .filter(() => fetches >= 100_000);
  for (const { name } of indexes) database.exec(`DROP INDEX ${name}`);
  database
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < @fetches)
       INSERT INTO ${table}
       SELECT @emailNumber, i, 1 + (@from + i % @recipients) * 7919,
              strftime('%Y-%m-%dT%H:%M:%fZ', @startSeconds + i * @everyMs / 1000.0, 'unixepoch'),
              'GET', 1, '', 'image-proxy', 0.9, 'google'
         FROM n`,
    )
    .run({ emailNumber, fetches, recipients, from, everyMs, startSeconds: Date.parse(at) / 1_000 });
  for (const { sql } of indexes) database.exec(sql);
}

/** From schema 11 on `fetches` is a view. */
function tableOfFetches(database) {
  const settled = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'settled_fetches'").get();
  return settled === undefined ? 'fetches' : 'settled_fetches';
}

/** How often ten times the work costs more than ten times as much: 1 is in proportion. */
export function exponent([small, large], [low, high]) {
  return Math.log(high / low) / Math.log(large / small);
}
