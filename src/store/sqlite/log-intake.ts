import type { LoggedFetch, LogIntake } from '../../workflow/fact-ports.js';
import type { Database } from './database.js';
import type { GroupCommit } from './group-commit.js';

type Outcome = 'added' | 'known' | 'beyond';

/**
 * Most fronts log when the answer has gone out. `serve` notes when the request came and may wait two seconds for its database;
 * with a second for the way, and none of the fractions, a line may name three seconds more. Some log when a request came.
 */
const secondsAfter = 3;
const secondsBefore = 2;
/** As many as `serve` records of one pixel. */
const mostRows = 1_000;
const rememberedEmails = 100;

/** @param onAppended called with every transaction that adds fetches. */
export function createLogIntake(database: Database, commits: GroupCommit, onAppended: () => void): LogIntake {
  let sql: ReturnType<typeof prepare> | undefined;
  const statements = () => (sql ??= prepare(database));
  const rowCounts = new Map<number, Map<number, number>>();

  /** Rows of each recipient, counted once: to look for them costs as much as to look at all of the email. */
  function countsOf(emailNumber: number): Map<number, number> {
    const known = rowCounts.get(emailNumber);
    if (known !== undefined) return known;
    if (rowCounts.size >= rememberedEmails) rowCounts.clear();
    const found = statements().counts.all(emailNumber) as { recipient: number; count: number }[];
    const counts = new Map(found.map(({ recipient, count }) => [recipient, count]));
    rowCounts.set(emailNumber, counts);
    return counts;
  }

  /** What is recorded about the emails of a batch, in the time it spans. */
  function readRows(fetches: readonly LoggedFetch[]): Map<string, Row[]> {
    const times = fetches.map(({ fetchedAt }) => fetchedAt);
    const from = isoTime(Math.max(0, Math.min(...times) - (secondsAfter + 1) * 1_000));
    const to = isoTime(Math.max(...times) + (secondsBefore + 1) * 1_000);
    const rows = new Map<string, Row[]>();
    for (const email of new Set(fetches.map(({ emailNumber }) => emailNumber))) {
      for (const row of statements().rows.all(email, from, to) as FoundRow[]) {
        const key = keyOf(email, row.recipient_number, row.method);
        const at = Math.floor(Date.parse(row.fetched_at) / 1_000);
        const found = { number: row.fetch_number, at, agent: row.user_agent, second: row.second };
        const alike = rows.get(key);
        if (alike === undefined) rows.set(key, [found]);
        else alike.push(found);
      }
    }
    return rows;
  }

  function storeOne(fetch: LoggedFetch, rows: Row[]): Outcome {
    const second = Math.floor(fetch.fetchedAt / 1_000);
    const alike = rows.filter(({ agent }) => !fetch.saysUserAgent || agent === fetch.userAgent);
    const before = alike.filter(row => row.second === second).length;
    if (fetch.occurrence <= before) return 'known';
    // The earliest: with lines in order of time, no other choice leaves fewer without a row.
    const free = alike.find(row => row.second === null && isNear(second, row.at, row.at));
    if (free !== undefined) {
      free.second = second;
      statements().claim.run(fetch.emailNumber, free.number, second);
      return 'known';
    }
    const counts = countsOf(fetch.emailNumber);
    const count = counts.get(fetch.recipientNumber) ?? 0;
    if (count >= mostRows) return 'beyond';
    const number = append(fetch);
    counts.set(fetch.recipientNumber, count + 1);
    statements().claim.run(fetch.emailNumber, number, second);
    rows.push({ number, at: second, agent: fetch.userAgent, second });
    return 'added';
  }

  function append({ saysUserAgent: _, occurrence: __, fetchedAt, ...facts }: LoggedFetch): number {
    if (facts.userAgent !== '') statements().internUserAgent.run(facts.userAgent);
    return statements().append.get({ ...facts, fetchedAt: isoTime(fetchedAt) }) as number;
  }

  return {
    async storeLogged(fetches) {
      if (fetches.length === 0) return [];
      return commits.run('now', () => {
        onAppended();
        const rows = readRows(fetches);
        return fetches.map(fetch => {
          const key = keyOf(fetch.emailNumber, fetch.recipientNumber, fetch.method);
          const found = rows.get(key) ?? [];
          rows.set(key, found);
          return storeOne(fetch, found);
        });
      });
    },
  };
}

interface Row {
  readonly number: number;
  /** Unix time in seconds. */
  readonly at: number;
  readonly agent: string;
  /** Of the line it belongs to; null when there is none yet. */
  second: number | null;
}

interface FoundRow {
  fetch_number: number;
  recipient_number: number;
  fetched_at: string;
  method: string;
  user_agent: string;
  second: number | null;
}

/** Whether a line of this second may be of a fetch between two others. */
function isNear(second: number, first: number, last: number): boolean {
  return second >= first - secondsBefore && second <= last + secondsAfter;
}

function keyOf(emailNumber: number, recipientNumber: number, method: string): string {
  return `${emailNumber} ${recipientNumber} ${method}`;
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function prepare(database: Database) {
  return {
    rows: database.prepare(`
      SELECT fetches.fetch_number, recipient_number, fetched_at, method, coalesce(user_agent, '') AS user_agent, second
        FROM fetches
        LEFT JOIN user_agents USING (user_agent_id)
        LEFT JOIN logged_fetches ON logged_fetches.email_number = fetches.email_number
                                AND logged_fetches.fetch_number = fetches.fetch_number
       WHERE fetches.email_number = ? AND fetched_at BETWEEN ? AND ?
       ORDER BY fetched_at, fetches.fetch_number`),
    claim: database.prepare('INSERT INTO logged_fetches VALUES (?, ?, ?)'),
    counts: database.prepare(`
      SELECT recipient_number AS recipient, count(*) AS count FROM fetches WHERE email_number = ? GROUP BY 1`),
    internUserAgent: database.prepare('INSERT OR IGNORE INTO user_agents (user_agent) VALUES (?)'),
    append: database
      .prepare(`
        INSERT INTO fetches (email_number, fetch_number, recipient_number, fetched_at, method, user_agent_id,
                             network, kind, confidence, rule)
        SELECT @emailNumber, coalesce(max(fetch_number), 0) + 1, @recipientNumber, @fetchedAt, @method,
               (SELECT user_agent_id FROM user_agents WHERE user_agent = @userAgent), @network, @kind, @confidence, @rule
          FROM fetches WHERE email_number = @emailNumber
        RETURNING fetch_number`)
      .pluck(),
  };
}
