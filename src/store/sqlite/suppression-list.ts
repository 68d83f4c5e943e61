/** Everybody who is never mailed, as a list that the user reads and changes. What `send` asks is in suppressions.ts. */
import { addrSpecKey, needsSmtpUtf8 } from '../../message/mailbox.js';
import type { EmailReader, SuppressedPerson, SuppressionList } from '../../workflow/ports.js';
import { type Database, explained } from './database.js';
import type { GroupCommit } from './group-commit.js';
import { type SuppressionRow, suppressionFromRow } from './rows.js';
import { Suppressions, unnotedRows } from './suppressions.js';

const batchRows = 1_000;

export function createSuppressionList(database: Database, commits: GroupCommit): SuppressionList {
  // Only `mailtrack suppress` asks for it.
  let statements: ReturnType<typeof prepare> | undefined;
  const prepared = () => (statements ??= prepare(database));

  return {
    add: people =>
      commits.run('now', () => {
        const sql = prepared();
        const beyondAscii = new Set((sql.suppressedBeyondAscii.all() as string[]).map(addrSpecKey));
        let added = 0;
        for (const { emailAddress, reason, since } of people) {
          const key = addrSpecKey(emailAddress);
          if (beyondAscii.has(key)) continue;
          if (needsSmtpUtf8(emailAddress)) beyondAscii.add(key);
          added += sql.add.run(emailAddress, reason, since.toISOString()).changes;
        }
        return added;
      }),

    remove: keys =>
      commits.run('now', () => {
        const sql = prepared();
        new Suppressions(database).note();
        const wanted = new Set(keys);
        const spelled = (sql.beyondAscii.all() as string[]).filter(address =>
          wanted.has(addrSpecKey(address)),
        );
        const removed = new Set<string>();
        for (const address of [...wanted, ...spelled]) {
          const changes = sql.unsuppress.run(address).changes + sql.forgetUnsubscribed.run(address).changes;
          if (changes > 0) removed.add(addrSpecKey(address));
        }
        return removed.size;
      }),
  };
}

function prepare(database: Database) {
  const suppressedBeyondAscii = `
    SELECT email_address FROM suppressions INDEXED BY suppressions_beyond_ascii WHERE email_address GLOB '*[^ -~]*'`;
  return {
    suppressedBeyondAscii: database.prepare(suppressedBeyondAscii).pluck(),
    beyondAscii: database
      .prepare(`${suppressedBeyondAscii}
        UNION
        SELECT email_address FROM unsubscribed INDEXED BY unsubscribed_beyond_ascii
         WHERE email_address GLOB '*[^ -~]*'`)
      .pluck(),
    add: database.prepare(
      'INSERT INTO suppressions (email_address, reason, created_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING',
    ),
    unsuppress: database.prepare('DELETE FROM suppressions WHERE email_address = ?'),
    forgetUnsubscribed: database.prepare('DELETE FROM unsubscribed WHERE email_address = ?'),
  };
}

/** Who is suppressed and unsubscribed as well is there once, as suppressed. */
export async function* readAllSuppressions(
  database: Database,
  order: Parameters<EmailReader['readAllSuppressions']>[0],
): AsyncGenerator<readonly SuppressedPerson[], void, void> {
  const rows = explained(database, () =>
    database
      .prepare(`
        SELECT email_address, 'suppressed' AS kind, reason, created_at AS since FROM suppressions
        UNION ALL
        SELECT email_address, 'unsubscribed', '', unsubscribed_at FROM unsubscribed
         WHERE NOT ${isIn('suppressions', 'unsubscribed')}
        UNION ALL
        SELECT recipients.email_address, 'unsubscribed', '', min(unsubscribed_at) ${unnotedRows}
           AND NOT ${isIn('suppressions', 'recipients')} AND NOT ${isIn('unsubscribed', 'recipients')}
         GROUP BY recipients.email_address COLLATE NOCASE
         ORDER BY ${order === 'newest' ? 'since DESC, ' : ''}email_address COLLATE NOCASE`)
      .iterate(),
  ) as IterableIterator<SuppressionRow>;
  let batch: SuppressedPerson[] = [];
  for (const row of rows) {
    if (batch.push({ emailAddress: row.email_address, ...suppressionFromRow(row) }) < batchRows) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function isIn(list: string, of: string): string {
  return `EXISTS (SELECT 1 FROM ${list} WHERE ${list}.email_address = ${of}.email_address)`;
}
