/**
 * Who is never to be mailed: suppressed, or unsubscribed. Asked about the people of one email, since the list may be longer than that
 * by far. Addresses are compared as `addrSpecKey` has them.
 */
import { addrSpecKey } from '../../message/mailbox.js';
import type { Suppression } from '../../recipients/suppression.js';
import { moveBy } from '../../recipients/transitions.js';
import type { Database } from './database.js';
import { inState, type SuppressionRow, suppressionFromRow } from './rows.js';

export class Suppressions {
  readonly #database: Database;
  #sql: ReturnType<typeof prepare> | undefined;

  constructor(database: Database) {
    this.#database = database;
  }

  /** @param keys by `addrSpecKey`. @returns those that are suppressed. */
  find(keys: readonly string[]): ReadonlySet<string> {
    const sql = this.#prepared;
    const found = new Set<string>();
    if (sql.isAnybody.get() === 0) return found;
    for (const key of sql.these.all({ keys: JSON.stringify(keys) }) as string[]) found.add(key);
    const others = this.#others();
    if (others.size > 0) for (const key of keys) if (others.has(key)) found.add(key);
    return found;
  }

  /** @returns positions of recipients whom a suppression moves, in order. */
  findRecipients(emailId: string): readonly number[] {
    const sql = this.#prepared;
    if (sql.isAnybody.get() === 0) return [];
    const named = sql.recipients.all(emailId) as number[];
    const others = this.#others();
    if (others.size === 0) return named;
    const positions = new Set(named);
    const all = sql.addresses.iterate(emailId) as Iterable<{ position: number; email_address: string }>;
    for (const { position, email_address } of all)
      if (others.has(addrSpecKey(email_address))) positions.add(position);
    return [...positions].sort((a, b) => a - b);
  }

  /** Why each of them is, as far as it is: the first that was noted. */
  reasons(keys: ReadonlySet<string>): ReadonlyMap<string, Suppression> {
    const sql = this.#prepared;
    const found = new Map<string, Suppression>();
    const add = (row: SuppressionRow) => {
      const key = addrSpecKey(row.email_address);
      const known = found.get(key);
      if (keys.has(key) && (known === undefined || known.since > new Date(row.since)))
        found.set(key, suppressionFromRow(row));
    };
    for (const row of sql.reasons.all({ keys: JSON.stringify([...keys]) }) as SuppressionRow[]) add(row);
    for (const row of sql.beyondAscii.iterate() as Iterable<SuppressionRow>) add(row);
    for (const row of sql.unnoted.iterate() as Iterable<SuppressionRow>) add(row);
    return found;
  }

  /** Notes the addresses of those who unsubscribed since the last time. Call within a transaction. */
  note(): void {
    const sql = this.#prepared;
    if (sql.countUnnoted.get() === 0) return;
    sql.note.run();
    sql.noteUntil.run();
  }

  /** By `addrSpecKey`: who unsubscribed and is not noted, and addresses that SQLite cannot fold. Few. */
  #others(): ReadonlySet<string> {
    const sql = this.#prepared;
    const rows = [...sql.beyondAscii.all(), ...sql.unnoted.all()] as SuppressionRow[];
    return new Set(rows.map(({ email_address }) => addrSpecKey(email_address)));
  }

  get #prepared(): ReturnType<typeof prepare> {
    this.#sql ??= prepare(this.#database);
    return this.#sql;
  }
}

const isSuppressed = (address: string) => `
  (EXISTS (SELECT 1 FROM suppressions WHERE suppressions.email_address = ${address})
   OR EXISTS (SELECT 1 FROM unsubscribed WHERE unsubscribed.email_address = ${address}))`;

/** Rows of exchange_unsubscribes behind the last that was noted. CROSS keeps the order: from the few who unsubscribed. */
export const unnotedRows = `
  FROM exchange_unsubscribes
  CROSS JOIN unsubscribes USING (email_number, recipient_number)
  CROSS JOIN emails USING (email_number)
  CROSS JOIN recipients ON recipients.email_id = emails.email_id
                       AND recipients.recipient_number = unsubscribes.recipient_number
 WHERE exchange_unsubscribes.sequence > (SELECT sequence FROM unsubscribed_until)`;

function prepare(database: Database) {
  const { from } = moveBy('suppressed');
  return {
    isAnybody: database
      .prepare(`
        SELECT EXISTS (SELECT 1 FROM suppressions) OR EXISTS (SELECT 1 FROM unsubscribed)
            OR EXISTS (SELECT 1 FROM exchange_unsubscribes
                        WHERE sequence > (SELECT sequence FROM unsubscribed_until))`)
      .pluck(),
    these: database
      .prepare(`SELECT asked.value FROM json_each(@keys) AS asked WHERE ${isSuppressed('asked.value')}`)
      .pluck(),
    recipients: database
      .prepare(`
        SELECT position FROM recipients
         WHERE email_id = ? AND ${inState(from)} AND ${isSuppressed('recipients.email_address')}
         ORDER BY position`)
      .pluck(),
    addresses: database.prepare(
      `SELECT position, email_address FROM recipients WHERE email_id = ? AND ${inState(from)}`,
    ),
    reasons: database.prepare(`
      SELECT suppressions.email_address, 'suppressed' AS kind, reason, created_at AS since
        FROM json_each(@keys) AS asked CROSS JOIN suppressions ON suppressions.email_address = asked.value
      UNION ALL
      SELECT unsubscribed.email_address, 'unsubscribed', '', unsubscribed_at
        FROM json_each(@keys) AS asked CROSS JOIN unsubscribed ON unsubscribed.email_address = asked.value`),
    beyondAscii: database.prepare(`
      SELECT email_address, 'suppressed' AS kind, reason, created_at AS since
        FROM suppressions INDEXED BY suppressions_beyond_ascii WHERE email_address GLOB '*[^ -~]*'
      UNION ALL
      SELECT email_address, 'unsubscribed', '', unsubscribed_at
        FROM unsubscribed INDEXED BY unsubscribed_beyond_ascii WHERE email_address GLOB '*[^ -~]*'`),
    unnoted: database.prepare(`
      SELECT recipients.email_address, 'unsubscribed' AS kind, '' AS reason, unsubscribed_at AS since ${unnotedRows}`),
    countUnnoted: database
      .prepare(`
        SELECT count(*) FROM exchange_unsubscribes WHERE sequence > (SELECT sequence FROM unsubscribed_until)`)
      .pluck(),
    note: database.prepare(`
      INSERT INTO unsubscribed (email_address, unsubscribed_at)
      SELECT recipients.email_address, unsubscribed_at ${unnotedRows}
      ON CONFLICT DO UPDATE SET unsubscribed_at = min(unsubscribed_at, excluded.unsubscribed_at)`),
    noteUntil: database.prepare(`
      UPDATE unsubscribed_until SET sequence = (SELECT coalesce(max(sequence), 0) FROM exchange_unsubscribes)`),
  };
}
