import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findExposedDatabase } from '../../src/cli/exposed-database.js';

let folder: string;
let database: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'exposed-'));
  database = join(folder, 'mailtrack.db');
  writeFileSync(database, '');
  chmodSync(folder, 0o755);
  chmodSync(database, 0o600);
});
afterEach(() => rmSync(folder, { recursive: true }));

it('says nothing of a database that its user alone can write', async () => {
  expect(await findExposedDatabase(database)).toBeUndefined();
  expect(await findExposedDatabase('postgres://db.example.com/mail')).toBeUndefined();
});

it.skipIf(process.platform === 'win32')('warns of one that others can write', async () => {
  chmodSync(database, 0o666);
  expect(await findExposedDatabase(database)).toEqual({
    file: database,
    warning: `other accounts can write to ${database}, and so change the database ${database}: chmod go-w ${database}`,
  });
});

it.skipIf(process.platform === 'win32')('warns of one in a folder that others can write', async () => {
  chmodSync(folder, 0o777);
  expect(await findExposedDatabase(database)).toEqual({
    file: folder,
    warning: `other accounts can write to ${folder}, and so change the database ${database}: chmod go-w ${folder}`,
  });
});
