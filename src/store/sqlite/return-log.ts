/** What came back by mail, and who is not mailed any more because of it. */
import { forgottenAddress } from '../../recipients/forgotten.js';
import type { SuppressionReason } from '../../returned/consequence.js';
import type { ReturnedFact } from '../../returned/returned-fact.js';
import type { MatchedFact, ReturnLog, StoredFact } from '../../workflow/inbox-ports.js';
import type { Database } from './database.js';
import type { GroupCommit } from './group-commit.js';

/** @param now the time that suppressions are noted with. */
export function createReturnLog(database: Database, commits: GroupCommit, now: () => Date): ReturnLog {
  let sql: ReturnType<typeof prepare> | undefined;

  function storeOne({ messageKey, person, fact, decide }: MatchedFact): StoredFact {
    sql ??= prepare(database);
    // Nothing comes back of somebody who was forgotten.
    if (sql.addressOf.get(person.emailId, person.position) === forgottenAddress) return { isNew: false };
    const { changes } = sql.insert.run(
      rowOf(messageKey, person.emailId, person.position, person.address, fact),
    );
    if (changes === 0) return { isNew: false };
    const consequence = decide({ softInARow: sql.softInARow.get({ address: person.address }) as number });
    if (consequence.kind === 'record') return { isNew: true };
    const reason = reasonFor(consequence.reason, person.emailId, fact);
    const isFirst = sql.suppress.run(consequence.address, reason, now().toISOString()).changes > 0;
    return { isNew: true, ...(isFirst && { suppressed: reason }) };
  }

  return {
    async storeReturned(facts, keep) {
      if (keep) return commits.run('now', () => facts.map(storeOne));
      let outcomes: readonly StoredFact[] = [];
      await commits
        .alone(async () => {
          outcomes = facts.map(storeOne);
          throw new NothingKept();
        })
        .catch((error: unknown) => {
          if (!(error instanceof NothingKept)) throw error;
        });
      return outcomes;
    },
  };
}

/** Ends a transaction of which nothing is to stay. */
class NothingKept extends Error {}

/** For people: with the email, and with what the server said. */
function reasonFor(reason: SuppressionReason, emailId: string, { status, diagnostic }: ReturnedFact): string {
  if (reason === 'complaint') return `complained about ${emailId}`;
  const said = (diagnostic || status).slice(0, 120);
  const what =
    reason === 'hard-bounce' ? `${emailId} came back` : `five emails in a row came back, the last ${emailId}`;
  return said === '' ? what : `${what}: ${said}`;
}

function rowOf(messageKey: string, emailId: string, position: number, address: string, fact: ReturnedFact) {
  return {
    emailId,
    position,
    messageKey,
    kind: fact.kind,
    at: fact.at.toISOString(),
    address,
    named: fact.address.slice(0, 320),
    hardness: fact.hardness ?? null,
    status: fact.status,
    replyCode: fact.replyCode,
    diagnostic: fact.diagnostic,
    counts: fact.countsAgainstAddress ? 1 : 0,
    returnsOn: fact.returnsOn ?? null,
    evidence: JSON.stringify(fact.evidence),
    proven: fact.isProven ? 1 : 0,
  };
}

function prepare(database: Database) {
  return {
    insert: database.prepare(`
      INSERT OR IGNORE INTO returned_messages
             (email_id, position, message_key, kind, returned_at, email_address, named_address, hardness,
              enhanced_status_code, reply_code, diagnostic, counts_against_address, returns_on, evidence, proven)
      VALUES (@emailId, @position, @messageKey, @kind, @at, @address, @named, @hardness,
              @status, @replyCode, @diagnostic, @counts, @returnsOn, @evidence, @proven)`),
    addressOf: database
      .prepare('SELECT email_address FROM recipients WHERE email_id = ? AND position = ?')
      .pluck(),
    // One for each email: a server may report twice. Whoever answers has a mailbox.
    softInARow: database
      .prepare(`
        SELECT count(DISTINCT email_id) FROM returned_messages
         WHERE email_address = @address AND kind = 'failed' AND counts_against_address = 1 AND proven = 1
           AND returned_at > coalesce(
                 (SELECT max(returned_at) FROM returned_messages
                   WHERE email_address = @address AND kind IN ('delivered', 'displayed', 'reply', 'automatic-reply')), '')`)
      .pluck(),
    suppress: database.prepare(
      'INSERT OR IGNORE INTO suppressions (email_address, reason, created_at) VALUES (?, ?, ?)',
    ),
  };
}
