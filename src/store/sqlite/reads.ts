import type { RecipientState } from '../../recipients/recipient.js';
import { unfinishedStates } from '../../recipients/transitions.js';
import type { Handover } from '../../report/summary.js';
import type { EmailReader, EmailRecord, RecipientRecord } from '../../workflow/ports.js';
import { type Database, explained } from './database.js';
import { createFetchReads } from './fetch-reads.js';
import { FieldReader } from './field-sets.js';
import { createReturnReads } from './return-reads.js';
import {
  type ConsentRow,
  consentFromRow,
  countsFromRows,
  type EmailRow,
  emailFromRow,
  type HandoverRow,
  handoverFromRow,
  inState,
  type RecipientRow,
  type ReportRecipientRow,
  recipientFromRow,
  reportRecipientFromRow,
  type TransactionRow,
  transactionFromRow,
} from './rows.js';
import { readAllSuppressions } from './suppression-list.js';
import { Suppressions } from './suppressions.js';

/** Rows a batch of an async iteration holds: small enough for flat memory, large enough for speed. */
const batchRows = 1_000;

export function createReads(database: Database): EmailReader {
  const sql = prepare(database);
  const fields = new FieldReader(database);
  const suppressions = new Suppressions(database);
  const returns = createReturnReads(database);

  const countStates: EmailReader['countStates'] = async emailId =>
    countsFromRows(sql.countStates.all(emailId) as { state: string; count: number }[]);

  function findNamed(idOrPrefix: string): unknown[] {
    const named = sql.bySendId.all(idOrPrefix);
    return named.length > 0 ? named : sql.byPrefix.all(prefixRange(idOrPrefix));
  }

  return {
    async listEmails(limit) {
      const rows = explained(database, () => sql.newest.all(limit)) as EmailRow[];
      return Promise.all(
        rows.map(async row => ({
          ...emailFromRow(row),
          states: await countStates(row.email_id),
          cameBack: returns.countOf(row.email_id),
        })),
      );
    },

    async findEmails(idOrPrefix) {
      const rows = explained(database, () =>
        idOrPrefix === 'latest' ? sql.newest.all(1) : findNamed(idOrPrefix),
      ) as EmailRow[];
      return rows.map(emailFromRow);
    },

    async findBySendId(sendId) {
      const row = explained(database, () => sql.bySendId.get(sendId)) as EmailRow | undefined;
      return row === undefined ? undefined : emailFromRow(row);
    },

    async findSent({ fingerprint, sourceFingerprint }, since) {
      const asked = { fingerprint, sourceFingerprint: sourceFingerprint ?? null, since: since.toISOString() };
      const row = explained(database, () => sql.sent.get(asked)) as EmailRow | undefined;
      return row === undefined ? undefined : emailFromRow(row);
    },

    async findUnfinished(): Promise<EmailRecord | undefined> {
      const row = explained(database, () => sql.unfinished.get()) as EmailRow | undefined;
      return row === undefined ? undefined : emailFromRow(row);
    },

    readRecipients: (emailId, states) => recipientBatches(database, fields, emailId, states),

    async readRecipientsAt(emailId, positions) {
      const rows = positions.map(position => sql.recipientAt.get(emailId, position));
      return rows.filter(row => row !== undefined).map(row => recipientFromRow(row as RecipientRow, fields));
    },

    countStates,

    async countEmailsByKey() {
      const rows = explained(database, () => sql.emailsByKey.all()) as { key: string; count: number }[];
      return new Map(rows.map(({ key, count }) => [key, count]));
    },

    ...createFetchReads(database),
    readReturned: async emailId => explained(database, () => returns.of(emailId)),

    async *readReportRecipients(emailId) {
      for (let last = -1; ; ) {
        const rows = sql.reportRecipients.all(emailId, last) as ReportRecipientRow[];
        if (rows.length === 0) return;
        yield rows.map(reportRecipientFromRow);
        last = rows.at(-1)?.position ?? last;
      }
    },

    async readHandovers(emailId) {
      const handovers = new Map<number, Handover[]>();
      for (const row of sql.handovers.iterate({ emailId }) as Iterable<HandoverRow>) {
        const earlier = handovers.get(row.position) ?? [];
        handovers.set(row.position, [...earlier, handoverFromRow(row)]);
      }
      return handovers;
    },

    readSuppressions: async keys => explained(database, () => suppressions.reasons(keys)),
    readAllSuppressions: order => readAllSuppressions(database, order),

    async readConsent(emailId, position) {
      const row = sql.consent.get(emailId, position) as ConsentRow | undefined;
      return row === undefined ? undefined : consentFromRow(row);
    },

    async readTransactions(emailId, position) {
      return (sql.transactions.all(emailId, position) as TransactionRow[]).map(transactionFromRow);
    },
  };
}

function prepare(database: Database) {
  return {
    newest: database.prepare('SELECT * FROM emails ORDER BY created_at DESC, rowid DESC LIMIT ?'),
    byPrefix: database.prepare(
      'SELECT * FROM emails WHERE email_id >= @from AND email_id < @to ORDER BY created_at DESC LIMIT 5',
    ),
    bySendId: database.prepare('SELECT * FROM emails WHERE send_id = ?'),
    unfinished: database.prepare(`
      SELECT * FROM emails
       WHERE finished = 0 AND cancelled_at IS NULL
         AND EXISTS (SELECT 1 FROM recipients WHERE recipients.email_id = emails.email_id
                        AND ${inState(unfinishedStates)})
       ORDER BY created_at DESC, rowid DESC LIMIT 1`),
    sent: database.prepare(`
      SELECT * FROM emails
       WHERE (source_fingerprint = @sourceFingerprint OR (source_fingerprint IS NULL AND fingerprint = @fingerprint))
         AND created_at >= @since
         AND (cancelled_at IS NULL
              OR EXISTS (SELECT 1 FROM recipients WHERE recipients.email_id = emails.email_id
                            AND state IN ('sending', 'accepted', 'uncertain', 'rejected')))
       ORDER BY created_at DESC LIMIT 1`),
    countStates: database.prepare(
      'SELECT state, count(*) AS count FROM recipients WHERE email_id = ? GROUP BY state',
    ),
    emailsByKey: database.prepare(`
      SELECT coalesce(key_fingerprint, '') AS key, count(*) AS count FROM emails GROUP BY key_fingerprint`),
    recipientAt: database.prepare('SELECT * FROM recipients WHERE email_id = ? AND position = ?'),
    reportRecipients: database.prepare(`
      SELECT position, recipient_number, email_address, name, role, tracked, shares_pixel, state, state_at
        FROM recipients WHERE email_id = ? AND position > ? ORDER BY position LIMIT ${batchRows}`),
    // Without a reply, accepted is what a fetch of the pixel proved afterwards: no transaction, and its time is of no use.
    handovers: database.prepare(`
      SELECT position, started_at, ended_at, state FROM transactions
       WHERE email_id = @emailId
         AND (state = 'uncertain' OR (state = 'accepted' AND reply_code <> 0))
         AND position IN (SELECT position FROM transactions WHERE email_id = @emailId AND state = 'uncertain')
       ORDER BY position, attempt`),
    consent: database.prepare(
      'SELECT agreed_at, method, wording, source, recorded_at FROM consents WHERE email_id = ? AND position = ?',
    ),
    transactions: database.prepare(
      'SELECT * FROM transactions WHERE email_id = ? AND position = ? ORDER BY attempt',
    ),
  };
}

/** Ids are `em_` and lower-case base32, so a prefix is a range of the primary key: `~` sorts after all of it. */
function prefixRange(idOrPrefix: string): { from: string; to: string } {
  const lower = idOrPrefix.toLowerCase();
  const from = lower.startsWith('em_') ? lower : `em_${lower}`;
  return { from, to: `${from}~` };
}

/**
 * Pages by position instead of one open cursor: between two pages the same connection writes intents and results.
 * Recipients that changed state after their page was read are the caller's to notice (the compare-and-set does).
 */
async function* recipientBatches(
  database: Database,
  fields: FieldReader,
  emailId: string,
  states?: readonly RecipientState[],
): AsyncIterable<readonly RecipientRecord[]> {
  const inStates = states === undefined ? '' : `AND state IN (${states.map(() => '?').join(', ')})`;
  const page = database.prepare(
    `SELECT * FROM recipients WHERE email_id = ? AND position > ? ${inStates} ORDER BY position LIMIT ${batchRows}`,
  );
  let last = -1;
  for (;;) {
    const rows = explained(database, () => page.all(emailId, last, ...(states ?? []))) as RecipientRow[];
    if (rows.length === 0) return;
    yield rows.map(row => recipientFromRow(row, fields));
    last = rows.at(-1)?.position ?? last;
  }
}
