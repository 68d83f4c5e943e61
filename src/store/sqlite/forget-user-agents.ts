import type { UserAgentForgetter } from '../../workflow/fact-ports.js';
import type { Database } from './database.js';
import { emptyLog, erasing } from './erase.js';
import type { GroupCommit } from './group-commit.js';
import type { Settling } from './settling.js';
import type { UserAgents } from './user-agents.js';

/** Rows that are looked at, or changed, at a time: about a millisecond, in which the event loop waits. */
const stepRows = 300;

/** With the rests between steps, a few seconds. */
const logAttempts = 200;

/**
 * Walks through all fetches by their key, since an index by time or by user agent would cost every insert. Then nobody needs those user
 * agents any more that no fetch it met has, unless they were asked for meanwhile.
 */
export function createUserAgentForgetter(
  database: Database,
  commits: GroupCommit,
  agents: UserAgents,
  settling: Settling,
): UserAgentForgetter {
  let sql: ReturnType<typeof prepare> | undefined;
  const statements = () => (sql ??= prepare(database));
  /** Of what was removed, by us or by a process that ended before it was done. */
  let owesTraces = true;

  /** @param met gets the user agents of the fetches that keep theirs. */
  async function* forgetOfFetches(before: string, met: Set<number>): AsyncGenerator<number, void, void> {
    let place: readonly [number, number] = [-1, -1];
    for (;;) {
      const rows = statements().fetches.all(...place) as FetchOfAgent[];
      const last = rows.at(-1);
      if (last === undefined) return;
      const due = rows.filter(([, , fetchedAt, agent]) => agent !== null && fetchedAt < before);
      for (const [, , fetchedAt, agent] of rows) if (agent !== null && fetchedAt >= before) met.add(agent);
      if (due.length > 0) {
        await commits.run('soon', () => {
          for (const [emailNumber, fetchNumber] of due) statements().forget.run(emailNumber, fetchNumber);
        });
      }
      place = [last[0], last[1]];
      yield due.length;
    }
  }

  /** What was noted of user agents beside counters. */
  async function* forgetOfLines(beforeSecond: number): AsyncGenerator<number, void, void> {
    let place: LineOfAgent = [-1, -1, '', '', 0, 0];
    for (;;) {
      const rows = statements().lines.all(...place) as LineOfAgent[];
      const last = rows.at(-1);
      if (last === undefined) return;
      const due = rows.filter(row => row[5] > 0 && row[4] < beforeSecond);
      if (due.length > 0) {
        await commits.run('soon', () => {
          for (const key of due) {
            statements().mergeLine.run(...key);
            statements().removeLine.run(...key);
          }
        });
      }
      place = last;
      yield 0;
    }
  }

  /** @returns whether it may go on: not when another process may have begun to use one of them. */
  function remove(ids: readonly number[], version: unknown): boolean {
    if (database.inTransaction) return false;
    // Each would be looked for in all fetches, to be sure that none has it: we were there.
    database.pragma('foreign_keys = OFF');
    try {
      const removeAll = database.transaction(() => {
        if (statements().dataVersion.get() !== version) return false;
        for (const id of ids) statements().remove.run(id);
        owesTraces = true;
        return true;
      });
      return erasing(database, () => removeAll.immediate());
    } finally {
      database.pragma('foreign_keys = ON');
      agents.forget();
    }
  }

  /**
   * Where pages were split, rows that went to the new page stay in the old one as free space, which not even `secure_delete`
   * overwrites: the table is emptied, its pages zeroed, and what is kept written again. There are few.
   */
  function writeAnew(): void {
    database.pragma('foreign_keys = OFF');
    try {
      const rewrite = database.transaction(() => {
        const kept = statements().all.all() as [id: number, userAgent: string][];
        statements().removeAll.run();
        for (const row of kept) statements().insert.run(...row);
      });
      erasing(database, () => rewrite.immediate());
    } finally {
      database.pragma('foreign_keys = ON');
    }
  }

  /** @throws Error when the log is never free for so long. */
  async function* removeTraces(): AsyncGenerator<number, void, void> {
    if (database.inTransaction) throw new Error('a transaction is open');
    writeAnew();
    yield 0;
    for (let attempt = 0; !emptyLog(database); attempt += 1) {
      if (attempt === logAttempts) throw new Error('another program keeps the write-ahead log in use');
      yield 0;
    }
    owesTraces = false;
  }

  return {
    async *forgetUserAgents(before) {
      const version = statements().dataVersion.get();
      const lastId = statements().lastId.get() as number;
      const used = agents.watchUse();
      const met = new Set<number>();
      // Those that arrive from now on use what is asked for from now on.
      await settling.settle('soon');
      yield* forgetOfFetches(before.toISOString(), met);
      yield* forgetOfLines(Math.floor(before.getTime() / 1_000));
      for (let id = 0; id < lastId; ) {
        const ids = statements().ids.all(id, lastId) as number[];
        id = ids.at(-1) ?? lastId;
        const unused = ids.filter(one => !met.has(one) && !used.has(one));
        if (unused.length > 0 && !remove(unused, version)) return;
        yield 0;
      }
      if (owesTraces) yield* removeTraces();
    },
  };
}

type FetchOfAgent = [emailNumber: number, fetchNumber: number, fetchedAt: string, userAgentId: number | null];
type LineOfAgent = [
  emailNumber: number,
  recipientNumber: number,
  method: string,
  rule: string,
  second: number,
  agent: number,
];

function prepare(database: Database) {
  const lineKey =
    'email_number = ? AND recipient_number = ? AND method = ? AND rule = ? AND second = ? AND agent = ?';
  return {
    dataVersion: database.prepare('PRAGMA data_version').pluck(),
    lastId: database.prepare('SELECT coalesce(max(user_agent_id), 0) FROM user_agents').pluck(),
    fetches: database
      .prepare(`
        SELECT email_number, fetch_number, fetched_at, user_agent_id FROM settled_fetches
         WHERE (email_number, fetch_number) > (?, ?) ORDER BY email_number, fetch_number LIMIT ${stepRows}`)
      .raw(),
    forget: database.prepare(
      'UPDATE settled_fetches SET user_agent_id = NULL WHERE email_number = ? AND fetch_number = ?',
    ),
    lines: database
      .prepare(`
        SELECT email_number, recipient_number, method, rule, second, agent FROM logged_counters
         WHERE (email_number, recipient_number, method, rule, second, agent) > (?, ?, ?, ?, ?, ?)
         ORDER BY email_number, recipient_number, method, rule, second, agent LIMIT ${stepRows}`)
      .raw(),
    // -1: as of a log that does not say.
    mergeLine: database.prepare(`
      INSERT INTO logged_counters
      SELECT email_number, recipient_number, method, rule, second, -1, lines FROM logged_counters WHERE ${lineKey}
      ON CONFLICT DO UPDATE SET lines = lines + excluded.lines`),
    removeLine: database.prepare(`DELETE FROM logged_counters WHERE ${lineKey}`),
    ids: database
      .prepare(`
        SELECT user_agent_id FROM user_agents WHERE user_agent_id > ? AND user_agent_id <= ?
         ORDER BY 1 LIMIT ${stepRows}`)
      .pluck(),
    remove: database.prepare('DELETE FROM user_agents WHERE user_agent_id = ?'),
    all: database.prepare('SELECT user_agent_id, user_agent FROM user_agents ORDER BY user_agent').raw(),
    removeAll: database.prepare('DELETE FROM user_agents'),
    insert: database.prepare('INSERT INTO user_agents (user_agent_id, user_agent) VALUES (?, ?)'),
  };
}
