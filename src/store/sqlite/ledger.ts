import {
  type AttemptCause,
  type DecisionCause,
  moveBy,
  type NamedCause,
} from '../../recipients/transitions.js';
import type { EmailReader, Ledger } from '../../workflow/ports.js';
import type { DamageCheck } from './damage-check.js';
import { type Database, explained } from './database.js';
import type { GroupCommit } from './group-commit.js';
import { createOpenings } from './openings.js';
import { adopt, isCopy } from './origin.js';
import { inState } from './rows.js';
import { Suppressions } from './suppressions.js';

/** The sending side: intents are committed before they are acted upon, results ride with the next commit. */
export function createLedger(
  database: Database,
  commits: GroupCommit,
  reads: EmailReader,
  damage: DamageCheck,
): Ledger {
  const sql = prepare(database);
  const suppressions = new Suppressions(database);

  return {
    ...createOpenings(database, commits, reads, damage, suppressions),

    markAbandonedUncertain: (emailId, at) =>
      commits.run('now', () => {
        const iso = at.toISOString();
        sql.logAbandoned.run({ emailId, at: iso });
        return sql.settleAbandoned.run({ emailId, at: iso }).changes;
      }),

    readRecipients: reads.readRecipients,
    readRecipientsAt: reads.readRecipientsAt,

    recordIntent: (emailId, position, at) =>
      commits.run('now', () => {
        damage.refuseFound();
        return sql.intend.run(at.toISOString(), emailId, position).changes === 1;
      }),

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

    async acceptOpened(emailId, at) {
      // What was decided until now counts.
      commits.flush();
      // Looked for outside the transaction: all fetches of the email are read, and nobody should wait for the write lock meanwhile.
      const positions = sql.provedByFetch.all({ emailId }) as number[];
      if (positions.length === 0) return 0;
      const iso = at.toISOString();
      return commits.run('now', () =>
        positions.reduce((sum, position) => {
          sql.logOpened.run({ emailId, position, at: iso });
          return sum + sql.acceptOpened.run({ emailId, position, at: iso }).changes;
        }, 0),
      );
    },

    isCopy: async () => isCopy(database),
    adoptCopy: async () => adopt(database),

    findSuppressed: async keys => explained(database, () => suppressions.find(keys)),
    findSuppressedRecipients: async emailId =>
      explained(database, () => suppressions.findRecipients(emailId)),
  };
}

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
    // Anybody can write an article token; a sealed one proves that its copy arrived. The fetches are read once for all recipients.
    provedByFetch: database
      .prepare(`
        WITH email AS MATERIALIZED (
          SELECT email_number FROM emails WHERE email_id = @emailId AND token_format = 'sealed'
        ), open AS MATERIALIZED (
          SELECT position, recipient_number FROM recipients WHERE email_id = @emailId AND ${inState(opened.from)}
        ), fetched AS (
          SELECT recipient_number FROM settled_fetches
           WHERE email_number = (SELECT email_number FROM email)
             AND recipient_number IN (SELECT recipient_number FROM open)
          UNION
          SELECT recipient_number FROM unsettled_fetches
           WHERE email_number = (SELECT email_number FROM email)
             AND recipient_number IN (SELECT recipient_number FROM open)
          UNION
          SELECT recipient_number FROM fetch_counters
           WHERE email_number = (SELECT email_number FROM email)
             AND recipient_number IN (SELECT recipient_number FROM open)
        )
        SELECT position FROM open WHERE recipient_number IN fetched`)
      .pluck(),
    logOpened: database.prepare(`
      INSERT INTO transactions (email_id, position, attempt, started_at, ended_at, stage, state, reply_code,
                                enhanced_status_code, reply_text)
      SELECT email_id, position, attempts + 1, @at, @at, 'end-of-data', '${opened.to}', 0, '',
             'the pixel of this copy was fetched'
        FROM recipients WHERE email_id = @emailId AND position = @position AND ${inState(opened.from)}`),
    acceptOpened: database.prepare(`
      UPDATE recipients SET state = '${opened.to}', state_at = @at, attempts = attempts + 1
       WHERE email_id = @emailId AND position = @position AND ${inState(opened.from)}`),
    cancel: database.prepare(
      'UPDATE emails SET cancelled_at = ? WHERE email_id = ? AND cancelled_at IS NULL',
    ),
  };
}
