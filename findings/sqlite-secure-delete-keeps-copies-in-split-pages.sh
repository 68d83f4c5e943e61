#!/usr/bin/env bash
# Package: better-sqlite3 12.11.1 (npm), which holds SQLite.
#
# Behaviour: with "PRAGMA secure_delete = ON" from the first statement to the last, rows that were deleted are still in the
# database file afterwards. SQLite zeroes the place a row is deleted from. A row that had moved to another page earlier, when a
# full page was split, has left its octets in the free space of the old page, and those stay. The documentation of the pragma
# says that deleted content is overwritten with zeros.
#
# Seen: a table of 4,000 texts with a UNIQUE index, 3,200 of them deleted, and the write-ahead log truncated:
#   deleted texts still in the file: 17
# After the table is emptied with DELETE and the texts that are kept are inserted again in order, there are none.
#
# Exits with 0 while this is so, and with 1 when the behaviour has changed.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund better-sqlite3@12.11.1
cat > run.cjs <<'JS'
const { readFileSync } = require('node:fs');
const Database = require('better-sqlite3');
const database = new Database('texts.db');
database.pragma('journal_mode = WAL');
database.pragma('secure_delete = ON');
database.exec('CREATE TABLE texts (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)');
const insert = database.prepare('INSERT INTO texts VALUES (?, ?)');
for (let id = 1; id <= 4000; id += 1) {
  const word = id % 5 === 0 ? 'kept' : 'gone';
  insert.run(id, `${word}-${(id * 7919) % 4000} ${'x'.repeat(id % 230)}`);
}
const stillThere = () => {
  database.pragma('wal_checkpoint(TRUNCATE)');
  return readFileSync('texts.db', 'latin1').split('gone-').length - 1;
};
database.exec("DELETE FROM texts WHERE text LIKE 'gone-%'");
const left = stillThere();
console.log('SQLite', database.prepare('SELECT sqlite_version()').pluck().get());
console.log('deleted texts still in the file:', left);
const kept = database.prepare('SELECT * FROM texts ORDER BY text').raw().all();
database.transaction(() => {
  database.exec('DELETE FROM texts');
  for (const row of kept) insert.run(...row);
})();
const afterwards = stillThere();
console.log('after the table was written again:', afterwards);
process.exit(left > 0 && afterwards === 0 ? 0 : 1);
JS
node run.cjs
