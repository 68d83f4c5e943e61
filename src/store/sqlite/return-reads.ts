import type { RecipientReturn } from '../../report/returned-summary.js';
import type { Database } from './database.js';
import { fromJson } from './rows.js';

interface ReturnRow {
  readonly recipient_number: number;
  readonly kind: string;
  readonly returned_at: string;
  readonly hardness: string | null;
  readonly enhanced_status_code: string;
  readonly diagnostic: string;
  readonly returns_on: string | null;
  readonly evidence: string;
  readonly proven: number;
}

/** What came back about the recipients of an email. */
export function createReturnReads(database: Database) {
  const sql = prepare(database);
  return {
    /** In order of time. */
    of: (emailId: string): readonly RecipientReturn[] => (sql.all.all(emailId) as ReturnRow[]).map(fromRow),

    /** How many recipients' copies failed, and how many answered, as a report has them. */
    countOf(emailId: string): { readonly failed: number; readonly replied: number } {
      return sql.counts.get(emailId) as { failed: number; replied: number };
    },
  };
}

function fromRow(row: ReturnRow): RecipientReturn {
  return {
    recipientNumber: row.recipient_number,
    kind: row.kind as RecipientReturn['kind'],
    at: new Date(row.returned_at),
    ...(row.hardness !== null && { hardness: row.hardness as 'hard' | 'soft' }),
    status: row.enhanced_status_code,
    diagnostic: row.diagnostic,
    ...(row.returns_on !== null && { returnsOn: row.returns_on }),
    evidence: fromJson('evidence', () => JSON.parse(row.evidence) as RecipientReturn['evidence']),
    isProven: row.proven === 1,
  };
}

function prepare(database: Database) {
  return {
    all: database.prepare(`
      SELECT recipient_number, kind, returned_at, hardness, enhanced_status_code, diagnostic, returns_on, evidence, proven
        FROM returned_messages JOIN recipients USING (email_id, position)
       WHERE email_id = ? ORDER BY returned_at, position, message_key`),
    counts: database.prepare(`
      SELECT count(DISTINCT CASE kind WHEN 'failed' THEN position END) AS failed,
             count(DISTINCT CASE kind WHEN 'reply' THEN position END) AS replied
        FROM returned_messages AS returned
       WHERE email_id = ?
         AND NOT (kind = 'failed' AND EXISTS (
               SELECT 1 FROM returned_messages AS later
                WHERE later.email_id = returned.email_id AND later.position = returned.position
                  AND later.kind = 'delivered' AND later.returned_at >= returned.returned_at))`),
  };
}
