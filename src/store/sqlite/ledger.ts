import { hostname } from 'node:os';
import { addrSpecKey } from '../../message/mailbox.js';
import { Problem } from '../../problem.js';
import {
  type AttemptCause,
  type DecisionCause,
  moveBy,
  type NamedCause,
} from '../../recipients/transitions.js';
import type { EmailReader, EmailRecord, Ledger, LockHolder } from '../../workflow/ports.js';
import type { Database } from './database.js';
import { takeEmailLock } from './email-lock.js';
import type { GroupCommit } from './group-commit.js';
import { adopt, isCopy } from './origin.js';
import { fieldsToJson, inState } from './rows.js';

/** The sending side: intents are committed before they are acted upon, results ride with the next commit. */
export function createLedger(database: Database, commits: GroupCommit, reads: EmailReader): Ledger {
  const sql = prepare(database);

  async function insertAll(
    email: EmailRecord,
    recipients: Parameters<Ledger['openEmail']>[1],
    unlessSentSince: Date | undefined,
  ): Promise<void> {
    const earlier =
      unlessSentSince === undefined ? undefined : await reads.findSent(email.fingerprint, unlessSentSince);
    if (earlier !== undefined) {
      throw new Problem('already-sent', `the same goes out already, as ${earlier.emailId}`, {
        fix: 'Pass --again to send it twice. `mailtrack resume` goes on with what was not finished.',
      });
    }
    sql.insertEmail.run({
      ...email,
      createdAt: email.createdAt.toISOString(),
      keyFingerprint: email.keyFingerprint ?? null,
    });
    for await (const recipient of recipients) {
      sql.insertRecipient.run(
        email.emailId,
        recipient.position,
        recipient.recipientNumber,
        recipient.emailAddress,
        recipient.name,
        recipient.role,
        recipient.tracked ? 1 : 0,
        fieldsToJson(recipient.fields),
        JSON.stringify(recipient.attachments),
        recipient.state,
        recipient.stateAt.toISOString(),
        recipient.attempts,
      );
    }
  }

  return {
    openEmail: (email, recipients, unlessSentSince) =>
      commits.alone(() => insertAll(email, recipients, unlessSentSince)),

    async lockEmail(emailId) {
      refuseDamage(database);
      const release = await takeEmailLock(database.name, emailId);
      if (release === undefined) return { heldBy: lastHolder(sql, emailId) };
      try {
        const run = await commits.run('now', () =>
          sql.insertRun.run(emailId, process.pid, hostname(), new Date().toISOString()),
        );
        return {
          async release() {
            // Only a note; on a full disk it is the last thing that may stand in the way.
            await commits
              .run('now', () => sql.endRun.run(new Date().toISOString(), run.lastInsertRowid))
              .catch(() => undefined);
            release();
          },
        };
      } catch (error) {
        release();
        throw error;
      }
    },

    markAbandonedUncertain: (emailId, at) =>
      commits.run('now', () => {
        const iso = at.toISOString();
        sql.logAbandoned.run({ emailId, at: iso });
        return sql.settleAbandoned.run({ emailId, at: iso }).changes;
      }),

    readRecipients: reads.readRecipients,
    readRecipientsAt: reads.readRecipientsAt,

    recordIntent: (emailId, position, at) =>
      commits.run('now', () => sql.intend.run(at.toISOString(), emailId, position).changes === 1),

    recordTransaction: (emailId, position, cause, transaction) =>
      commits.run('soon', () => {
        const endedAt = transaction.endedAt.toISOString();
        if (sql.settle(cause).run(endedAt, emailId, position).changes === 0) return undefined;
        const attempt = sql.attemptsOf.get(emailId, position) as number;
        const { startedAt, stage, replyCode, enhancedStatusCode, replyText } = transaction;
        sql.insertTransaction.run(
          emailId,
          position,
          attempt,
          startedAt.toISOString(),
          endedAt,
          stage,
          moveBy(cause).to,
          replyCode,
          enhancedStatusCode,
          replyText,
        );
        return attempt;
      }),

    moveRecipients: (emailId, decision, at) =>
      commits.run('now', () => sql.decide(decision).run(at.toISOString(), emailId).changes),

    moveThese: (emailId, cause, positions, at) =>
      commits.run('now', () => {
        const iso = at.toISOString();
        const move = sql.moveThis(cause);
        return positions.reduce((sum, position) => sum + move.run(iso, emailId, position).changes, 0);
      }),

    countStates: reads.countStates,

    cancelEmail: (emailId, at) =>
      commits.run('now', () => {
        sql.cancel.run(at.toISOString(), emailId);
      }),

    acceptOpened: (emailId, at) =>
      commits.run('now', () => {
        const iso = at.toISOString();
        sql.logOpened.run({ emailId, at: iso });
        return sql.acceptOpened.run({ emailId, at: iso }).changes;
      }),

    isCopy: async () => isCopy(database),
    adoptCopy: async () => adopt(database),

    readSuppressed: async () => new Set((sql.suppressed.all() as string[]).map(addrSpecKey)),
  };
}

/** Anybody can write an article token; a sealed one proves that its copy arrived. */
const provedByFetch = `(${['fetches', 'fetch_counters']
  .map(
    table => `EXISTS (
  SELECT 1 FROM emails JOIN ${table} ON ${table}.email_number = emails.email_number
   WHERE emails.email_id = recipients.email_id AND emails.token_format = 'sealed'
     AND ${table}.recipient_number = recipients.recipient_number)`,
  )
  .join(' OR ')})`;

/** Prepares one statement for each key it is asked for. */
function prepareEach<Key>(database: Database, text: (key: Key) => string) {
  const prepared = new Map<Key, ReturnType<Database['prepare']>>();
  return (key: Key) => {
    const statement = prepared.get(key) ?? database.prepare(text(key));
    prepared.set(key, statement);
    return statement;
  };
}

function prepare(database: Database) {
  const intended = moveBy('intended');
  const abandoned = moveBy('abandoned');
  const opened = moveBy('opened');
  return {
    insertEmail: database.prepare(`
      INSERT INTO emails (email_id, email_number, mode, subject, from_mailbox, message_id, created_at,
                          token_format, fingerprint, composition, key_fingerprint)
      VALUES (@emailId, @emailNumber, @mode, @subject, @from, @messageId, @createdAt, @tokenFormat, @fingerprint,
              @composition, @keyFingerprint)`),
    insertRecipient: database.prepare(`
      INSERT INTO recipients (email_id, position, recipient_number, email_address, name, role, tracked, fields,
                              attachments, state, state_at, attempts)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    insertRun: database.prepare('INSERT INTO runs (email_id, pid, host, started_at) VALUES (?, ?, ?, ?)'),
    endRun: database.prepare('UPDATE runs SET ended_at = ? WHERE run_id = ?'),
    lastRun: database.prepare(
      'SELECT pid, host, started_at FROM runs WHERE email_id = ? AND ended_at IS NULL ORDER BY run_id DESC LIMIT 1',
    ),
    // The compare in this compare-and-set holds even where the lock does not (a network file system, a copied file).
    intend: database.prepare(`
      UPDATE recipients SET state = '${intended.to}', state_at = ?
       WHERE email_id = ? AND position = ? AND ${inState(intended.from)}`),
    // No RETURNING: SQLite makes a table of its own for it, as for IN (see `inState`).
    settle: prepareEach(
      database,
      (cause: AttemptCause) => `
      UPDATE recipients SET state = '${moveBy(cause).to}', state_at = ?, attempts = attempts + 1
       WHERE email_id = ? AND position = ? AND ${inState(moveBy(cause).from)}`,
    ),
    decide: prepareEach(
      database,
      (decision: DecisionCause) => `
      UPDATE recipients SET state = '${moveBy(decision).to}', state_at = ?
       WHERE email_id = ? AND ${inState(moveBy(decision).from)}`,
    ),
    moveThis: prepareEach(
      database,
      (cause: NamedCause) => `
      UPDATE recipients SET state = '${moveBy(cause).to}', state_at = ?
       WHERE email_id = ? AND position = ? AND ${inState(moveBy(cause).from)}`,
    ),
    attemptsOf: database
      .prepare('SELECT attempts FROM recipients WHERE email_id = ? AND position = ?')
      .pluck(),
    insertTransaction: database.prepare(`
      INSERT INTO transactions (email_id, position, attempt, started_at, ended_at, stage, state, reply_code,
                                enhanced_status_code, reply_text)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    logAbandoned: database.prepare(`
      INSERT INTO transactions (email_id, position, attempt, started_at, ended_at, stage, state, reply_code,
                                enhanced_status_code, reply_text)
      SELECT email_id, position, attempts + 1, state_at, @at, 'end-of-data', '${abandoned.to}', 0, '',
             'the run ended before the reply was recorded'
        FROM recipients WHERE email_id = @emailId AND ${inState(abandoned.from)}`),
    settleAbandoned: database.prepare(`
      UPDATE recipients SET state = '${abandoned.to}', state_at = @at, attempts = attempts + 1
       WHERE email_id = @emailId AND ${inState(abandoned.from)}`),
    logOpened: database.prepare(`
      INSERT INTO transactions (email_id, position, attempt, started_at, ended_at, stage, state, reply_code,
                                enhanced_status_code, reply_text)
      SELECT email_id, position, attempts + 1, @at, @at, 'end-of-data', '${opened.to}', 0, '',
             'the pixel of this copy was fetched'
        FROM recipients WHERE email_id = @emailId AND ${inState(opened.from)} AND ${provedByFetch}`),
    acceptOpened: database.prepare(`
      UPDATE recipients SET state = '${opened.to}', state_at = @at, attempts = attempts + 1
       WHERE email_id = @emailId AND ${inState(opened.from)} AND ${provedByFetch}`),
    cancel: database.prepare(
      'UPDATE emails SET cancelled_at = ? WHERE email_id = ? AND cancelled_at IS NULL',
    ),
    suppressed: database
      .prepare(`
        SELECT email_address FROM suppressions
        UNION
        SELECT recipients.email_address
          FROM unsubscribes
          -- CROSS keeps the order: from the few who unsubscribed, not from everybody ever written to.
          CROSS JOIN emails USING (email_number)
          CROSS JOIN recipients ON recipients.email_id = emails.email_id
                         AND recipients.recipient_number = unsubscribes.recipient_number`)
      .pluck(),
  };
}

/**
 * Whom to send to is read from these two tables: what is damaged there must stop a run before its first transaction.
 * @throws Problem `database`.
 */
function refuseDamage(database: Database): void {
  for (const table of ['emails', 'recipients']) {
    const found = checkTable(database, table);
    if (found === 'ok') continue;
    throw new Problem('database', `the database ${database.name} is damaged: ${found}`, {
      fix: 'Restore it from a copy. Nothing was sent in this run.',
    });
  }
}

function checkTable(database: Database, table: string): string {
  try {
    return String(database.pragma(`quick_check(${table})`, { simple: true }));
  } catch (error) {
    return (error as Error).message;
  }
}

function lastHolder(sql: ReturnType<typeof prepare>, emailId: string): LockHolder['heldBy'] {
  const row = sql.lastRun.get(emailId) as { pid: number; host: string; started_at: string } | undefined;
  return row === undefined ? 'unknown' : { pid: row.pid, host: row.host, since: new Date(row.started_at) };
}
