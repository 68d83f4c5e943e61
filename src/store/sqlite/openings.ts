import { hostname } from 'node:os';
import { unfinishedStates } from '../../recipients/transitions.js';
import type {
  EmailLock,
  EmailReader,
  EmailRecord,
  Ledger,
  LockHolder,
  SomeRecipients,
} from '../../workflow/ports.js';
import type { DamageCheck } from './damage-check.js';
import { type Database, databaseProblem } from './database.js';
import { isEmailLocked, takeEmailLock } from './email-lock.js';
import { FieldWriter } from './field-sets.js';
import type { GroupCommit } from './group-commit.js';
import { inState } from './rows.js';
import type { Suppressions } from './suppressions.js';

/** How an email gets into the ledger, and which process may send it. */
export function createOpenings(
  database: Database,
  commits: GroupCommit,
  reads: EmailReader,
  damage: DamageCheck,
  suppressions: Suppressions,
): Pick<Ledger, 'openEmail' | 'beginEmail' | 'lockEmail' | 'findHolder'> {
  const sql = prepare(database);

  async function insertAll(email: EmailRecord, recipients: SomeRecipients): Promise<void> {
    sql.insertEmail.run({
      ...email,
      createdAt: email.createdAt.toISOString(),
      keyFingerprint: email.keyFingerprint ?? null,
      sourceFingerprint: email.sourceFingerprint ?? null,
      sendId: email.sendId ?? null,
    });
    const fieldWriter = new FieldWriter(database, email.emailId);
    // The index of addresses is for article tokens alone.
    const byAddress = email.tokenFormat === 'article' ? 1 : null;
    let count = 0;
    for await (const recipient of recipients) {
      count += 1;
      const { fieldSetId, fields } = fieldWriter.write(recipient);
      sql.insertRecipient.run(
        email.emailId,
        recipient.position,
        recipient.recipientNumber,
        recipient.emailAddress,
        recipient.name,
        recipient.role,
        recipient.tracked ? 1 : 0,
        fieldSetId,
        fields,
        JSON.stringify(recipient.attachments),
        recipient.state,
        recipient.stateAt.toISOString(),
        recipient.attempts,
        byAddress,
        recipient.sharesPixel === true ? 1 : 0,
      );
      const { consent } = recipient;
      if (consent !== undefined)
        sql.insertConsent.run({
          emailId: email.emailId,
          position: recipient.position,
          recordedAt: email.createdAt.toISOString(),
          ...consent,
        });
    }
    // Put beside a damaged page, rows may be where no reading finds them.
    const there = sql.countRecipients.get(email.emailId) as number;
    if (there !== count) throw databaseProblem(database.name, { code: 'SQLITE_CORRUPT' });
  }

  /** Called within the transaction that would open the email, in which nobody else opens one. */
  async function findEarlier(email: EmailRecord, sentSince?: Date): Promise<EmailRecord | undefined> {
    const named = email.sendId === undefined ? undefined : await reads.findBySendId(email.sendId);
    return named ?? (sentSince === undefined ? undefined : reads.findSent(email, sentSince));
  }

  const insertRun = (emailId: string) =>
    sql.insertRun.run(emailId, process.pid, hostname(), new Date().toISOString()).lastInsertRowid;

  function beginRun(emailId: string): number | bigint {
    suppressions.note();
    return insertRun(emailId);
  }

  const lockOf = (emailId: string, runId: number | bigint, release: () => void): EmailLock => ({
    async release() {
      // Only notes. They must not fail a run, which on a full disk they would.
      await commits
        .run('now', () => {
          sql.settleEmail.run(emailId);
          sql.endRun.run(new Date().toISOString(), runId);
        })
        .catch(() => undefined);
      release();
    },
  });

  return {
    openEmail: (email, recipients) => commits.alone(() => insertAll(email, recipients)),

    async beginEmail(email, recipients, unlessSentSince) {
      await damage.beforeRun();
      const release = await takeEmailLock(database.name, email.emailId);
      if (release === undefined) throw new Error(`${email.emailId} was never opened, and is locked`);
      try {
        const begun = await commits.alone(async () => {
          const earlier = await findEarlier(email, unlessSentSince);
          if (earlier !== undefined) return { earlier };
          await insertAll(email, recipients);
          suppressions.note();
          return { runId: insertRun(email.emailId) };
        });
        if ('runId' in begun) return lockOf(email.emailId, begun.runId, release);
        release();
        return begun;
      } catch (error) {
        release();
        throw error;
      }
    },

    async lockEmail(emailId) {
      await damage.beforeRun();
      const release = await takeEmailLock(database.name, emailId);
      if (release === undefined) return { heldBy: lastHolder(sql, emailId) };
      try {
        return lockOf(emailId, await commits.run('now', () => beginRun(emailId)), release);
      } catch (error) {
        release();
        throw error;
      }
    },

    findHolder: async emailId =>
      (await isEmailLocked(database.name, emailId)) ? lastHolder(sql, emailId) : undefined,
  };
}

function prepare(database: Database) {
  return {
    insertEmail: database.prepare(`
      INSERT INTO emails (email_id, email_number, mode, subject, from_mailbox, message_id, created_at,
                          token_format, fingerprint, composition, key_fingerprint, source_fingerprint,
                          send_id)
      VALUES (@emailId, @emailNumber, @mode, @subject, @from, @messageId, @createdAt, @tokenFormat, @fingerprint,
              @composition, @keyFingerprint, @sourceFingerprint, @sendId)`),
    insertRecipient: database.prepare(`
      INSERT INTO recipients (email_id, position, recipient_number, email_address, name, role, tracked, field_set_id,
                              fields, attachments, state, state_at, attempts, by_address, shares_pixel)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    insertConsent: database.prepare(`
      INSERT INTO consents (email_id, position, agreed_at, method, wording, source, recorded_at)
      VALUES (@emailId, @position, @agreedAt, @method, @wording, @source, @recordedAt)`),
    countRecipients: database.prepare('SELECT count(*) FROM recipients WHERE email_id = ?').pluck(),
    insertRun: database.prepare('INSERT INTO runs (email_id, pid, host, started_at) VALUES (?, ?, ?, ?)'),
    settleEmail: database.prepare(`
      UPDATE emails SET finished = 1
       WHERE email_id = ? AND finished = 0
         AND NOT EXISTS (SELECT 1 FROM recipients
                          WHERE recipients.email_id = emails.email_id AND ${inState(unfinishedStates)})`),
    endRun: database.prepare('UPDATE runs SET ended_at = ? WHERE run_id = ?'),
    lastRun: database.prepare(
      'SELECT pid, host, started_at FROM runs WHERE email_id = ? AND ended_at IS NULL ORDER BY run_id DESC LIMIT 1',
    ),
  };
}

function lastHolder(sql: ReturnType<typeof prepare>, emailId: string): LockHolder['heldBy'] {
  const row = sql.lastRun.get(emailId) as { pid: number; host: string; started_at: string } | undefined;
  return row === undefined ? 'unknown' : { pid: row.pid, host: row.host, since: new Date(row.started_at) };
}
