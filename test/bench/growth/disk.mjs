import { statSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import Database from 'better-sqlite3';

/** Of the build before, with these columns: 0.6 of it are asked. */
const bytesBefore = 728;

const columns =
  'email name first_name last_name company street postcode city country phone customer_id plan renewal_date amount currency language coupon agent region note'.split(
    ' ',
  );

export const disk = {
  id: 'disk',
  name: 'an email with 20 fields for each recipient, in the database',
  unit: 'recipients',
  costUnit: 'bytes each',
  sizes: { quick: [1_000, 3_000, 10_000], full: [10_000, 100_000, 1_000_000] },
  verdicts: (_sizes, costs) => [
    { text: 'in recipients of the build before', value: costs.at(-1) / bytesBefore, most: 0.6 },
  ],
  async cost(build, recipients, folder) {
    const file = join(folder, 'mailtrack.db');
    const { openStore } = await import(pathToFileURL(join(build, 'dist/store/open-store.js')).href);
    const store = await openStore(file);
    await store.ledger.openEmail(email, people(recipients));
    await store.close();
    const database = new Database(file);
    database.pragma('wal_checkpoint(TRUNCATE)');
    database.close();
    return statSync(file).size / recipients;
  },
};

const email = {
  emailId: 'em_abcdefghijkl',
  emailNumber: 7,
  mode: 'each',
  subject: 'News',
  from: 'bench@example.com',
  messageId: '<m@example.com>',
  createdAt: new Date('2026-11-30T10:00:00Z'),
  tokenFormat: 'sealed',
  fingerprint: 'f',
  composition: '{}',
};

function* people(count) {
  for (let index = 0; index < count; index += 1) {
    const values = [
      `person-${index}@example.com`,
      `Person Number ${index}`,
      'Person',
      `Number${index}`,
      `Company ${index % 97} Ltd`,
      `${index} Long Street`,
      String(10_000 + (index % 80_000)),
      'Springfield',
      'United Kingdom',
      `+44 20 7946 ${index}`,
      `C-${100_000 + index}`,
      'standard',
      '2026-12-01',
      `${(index * 7) % 1_000}.00`,
      'GBP',
      'en',
      `SAVE${index % 100}`,
      'Jane Doe',
      'South',
      '',
    ];
    yield {
      position: index,
      recipientNumber: 1 + index * 7_919,
      emailAddress: values[0],
      name: values[1],
      role: 'to',
      tracked: true,
      fields: new Map(columns.map((column, at) => [column, values[at]])),
      attachments: [],
      state: 'pending',
      stateAt: new Date('2026-11-30T10:00:00Z'),
      attempts: 0,
    };
  }
}
