/** What is older than it may be kept: fetches, counters and what came back by mail. */
import type { Database } from './database.js';
import { emptyLog, erasing } from './erase.js';
import type { GroupCommit } from './group-commit.js';
import type { Settling } from './settling.js';
import type { UserAgents } from './user-agents.js';

/** Rows that are looked at in one transaction. */
const stepRows = 5_000;

/**
 * Walks through all fetches by their key, since an index by time would cost every insert.
 * @returns of how many rows, in each step.
 */
export async function* purgeFacts(
  database: Database,
  commits: GroupCommit,
  settling: Settling,
  agents: UserAgents,
  before: Date,
): AsyncGenerator<number, void, void> {
  await settling.settle();
  const sql = prepare(database);
  const time = before.toISOString();
  const erase = <T>(work: () => T): T => {
    commits.flush();
    const run = database.transaction(work);
    // Each user agent would be looked for in all fetches, to be sure that none has it: the statement says so.
    database.pragma('foreign_keys = OFF');
    try {
      return erasing(database, () => run.immediate());
    } finally {
      database.pragma('foreign_keys = ON');
    }
  };
  try {
    for (let place: readonly [number, number] = [-1, -1]; ; ) {
      const rows = sql.fetches.all(...place) as [number, number, string][];
      const last = rows.at(-1);
      if (last === undefined) break;
      const due = rows.filter(([, , fetchedAt]) => fetchedAt < time);
      if (due.length > 0)
        erase(() => {
          for (const [emailNumber, fetchNumber] of due)
            for (const remove of sql.ofFetch) remove.run(emailNumber, fetchNumber);
        });
      place = [last[0], last[1]];
      yield due.length;
    }
    yield erase(() => {
      sql.loggedCounters.run(time);
      const counters = sql.counters.run(time).changes;
      const returned = sql.returned.run(time).changes;
      sql.agents.run();
      return counters + returned;
    });
  } finally {
    agents.forget();
  }
  emptyLog(database);
}

function prepare(database: Database) {
  return {
    fetches: database
      .prepare(`
        SELECT email_number, fetch_number, fetched_at FROM settled_fetches
         WHERE (email_number, fetch_number) > (?, ?) ORDER BY email_number, fetch_number LIMIT ${stepRows}`)
      .raw(),
    // What was pulled stays noted, so that it is not taken for new.
    ofFetch: ['logged_fetches', 'settled_fetches'].map(table =>
      database.prepare(`DELETE FROM ${table} WHERE email_number = ? AND fetch_number = ?`),
    ),
    loggedCounters: database.prepare(`
      DELETE FROM logged_counters
       WHERE EXISTS (SELECT 1 FROM fetch_counters
                      WHERE fetch_counters.email_number = logged_counters.email_number
                        AND fetch_counters.recipient_number = logged_counters.recipient_number
                        AND fetch_counters.method = logged_counters.method
                        AND fetch_counters.rule = logged_counters.rule AND last_at < ?)`),
    counters: database.prepare('DELETE FROM fetch_counters WHERE last_at < ?'),
    returned: database.prepare('DELETE FROM returned_messages WHERE returned_at < ?'),
    agents: database.prepare(`
      DELETE FROM user_agents
       WHERE user_agent_id NOT IN (
         SELECT user_agent_id FROM settled_fetches WHERE user_agent_id IS NOT NULL
          UNION
         SELECT user_agent_id FROM arrived_fetches WHERE user_agent_id IS NOT NULL)`),
  };
}
