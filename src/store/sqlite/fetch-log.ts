import type { FetchLog, RecordedFetch } from '../../workflow/fact-ports.js';
import { type Database, databaseProblem } from './database.js';
import type { DiskWatch } from './disk-watch.js';
import type { GroupCommit } from './group-commit.js';
import { RowCounts } from './row-counts.js';
import type { UserAgents } from './user-agents.js';

const rememberedEmails = 10_000;
/** More of one pixel are only counted: some image proxies and all floods ask for one image thousands of times. */
const mostRows = 1_000;
/** Numbers in tokens are not negative. */
const nobody = -1;

/**
 * Rows are appended by one prepared statement; what it needs from the tables is remembered while nobody else writes.
 * @param fetchNumbers the last of each email; to be emptied by whoever else adds fetches on this connection.
 */
export function createFetchLog(
  database: Database,
  commits: GroupCommit,
  fetchNumbers: Map<number, number>,
  agents: UserAgents,
  disk: DiskWatch,
): FetchLog {
  const sql = prepare(database);
  const rowCounts = new RowCounts(database);
  let version: unknown;
  const isoTime = rememberTime();

  function forget(): void {
    agents.forget();
    fetchNumbers.clear();
  }

  /** Within a transaction that writes, so that nobody else can: it changes when another process did since the last time. */
  function forgetIfOthersWrote(): void {
    const now = sql.dataVersion.get();
    if (now !== version) forget();
    version = now;
  }

  function nextFetchNumber(emailNumber: number): number {
    const last =
      fetchNumbers.get(emailNumber) ?? (sql.lastFetchNumber.get(emailNumber) as number | null) ?? 0;
    if (fetchNumbers.size >= rememberedEmails) fetchNumbers.clear();
    fetchNumbers.set(emailNumber, last + 1);
    return last + 1;
  }

  function appendRow(fetch: RecordedFetch): void {
    sql.append.run(
      fetch.emailNumber,
      nextFetchNumber(fetch.emailNumber),
      fetch.recipientNumber,
      isoTime(fetch.fetchedAt),
      fetch.method,
      agents.idOf(fetch.userAgent),
      fetch.network,
      fetch.kind,
      fetch.confidence,
      fetch.rule,
    );
  }

  function count(fetches: Iterable<CountedFetch>): void {
    for (const { fetch, times, lastAt } of fetches) {
      const { emailNumber, recipientNumber, method, kind, confidence, rule } = fetch;
      const firstAt = isoTime(fetch.fetchedAt);
      sql.count.run(
        emailNumber,
        recipientNumber,
        method,
        kind,
        confidence,
        rule,
        times,
        firstAt,
        isoTime(lastAt),
      );
    }
  }

  /**
   * A row that goes again at once. Without it a disk that is full, or slow, would tell a token that does not verify, or was used
   * before, from one that somebody is unsubscribed by: nothing is written for those, and that always works.
   */
  function writeAsMuch(): void {
    sql.unsubscribe.run(nobody, nobody, '');
    sql.forgetUnsubscribe.run(nobody, nobody);
    sql.forgetOffered.run();
  }

  return {
    async appendFetches(fetches) {
      if (disk.isGone()) throw databaseProblem(database.name, { code: 'GONE' });
      const split = new Split(rowCounts, disk.room().isNearlyFull ? 0 : mostRows);
      try {
        for (const fetch of fetches) split.add(fetch);
        const committed = commits.run('now', () => {
          forgetIfOthersWrote();
          for (const fetch of split.rows) appendRow(fetch);
          count(split.others.values());
        });
        // A whole turn of the event loop has been gathered already.
        commits.flush();
        await committed;
      } catch (error) {
        // What a transaction that was rolled back interned and numbered is not there.
        forget();
        split.undo();
        throw databaseProblem(database.name, error);
      }
      return split.rows.length;
    },

    async recordUnsubscribes(people) {
      if (disk.isGone()) throw databaseProblem(database.name, { code: 'GONE' });
      const committed = commits.run('now', () => {
        let added = 0;
        for (const { emailNumber, recipientNumber, at } of people)
          added += sql.unsubscribe.run(emailNumber, recipientNumber, at.toISOString()).changes;
        if (added === 0) writeAsMuch();
      });
      commits.flush();
      await committed;
    },

    async resolveArticleToken(emailId, emailAddress) {
      return sql.article.get(emailId, emailAddress) as
        | { emailNumber: number; recipientNumber: number }
        | undefined;
    },
  };
}

/** Fetches that only differ in when they came. */
interface CountedFetch {
  readonly fetch: RecordedFetch;
  times: number;
  lastAt: number;
}

/** Which fetches of a batch become rows, and which are only counted. */
class Split {
  readonly rows: RecordedFetch[] = [];
  readonly others = new Map<string, CountedFetch>();
  readonly #counts: RowCounts;
  readonly #most: number;
  readonly #emails = new Map<number, ReturnType<RowCounts['of']>>();

  constructor(counts: RowCounts, most: number) {
    this.#counts = counts;
    this.#most = most;
  }

  add(fetch: RecordedFetch): void {
    const email = this.#emails.get(fetch.emailNumber) ?? this.#begin(fetch.emailNumber);
    if (email.rows(fetch.recipientNumber) < this.#most) {
      email.add(fetch.recipientNumber, 1);
      this.rows.push(fetch);
    } else this.#addToOthers(fetch);
  }

  /** The rows did not come to be. */
  undo(): void {
    for (const { emailNumber, recipientNumber } of this.rows)
      this.#emails.get(emailNumber)?.add(recipientNumber, -1);
  }

  #begin(emailNumber: number) {
    const email = this.#counts.of(emailNumber);
    this.#emails.set(emailNumber, email);
    return email;
  }

  #addToOthers(fetch: RecordedFetch): void {
    const key = `${fetch.emailNumber} ${fetch.recipientNumber} ${fetch.method} ${fetch.rule}`;
    const same = this.others.get(key);
    if (same === undefined) this.others.set(key, { fetch, times: 1, lastAt: fetch.fetchedAt });
    else {
      same.times += 1;
      same.lastAt = fetch.fetchedAt;
    }
  }
}

/** Many fetches come in one millisecond. */
function rememberTime(): (ms: number) => string {
  let last = { ms: Number.NaN, text: '' };
  return ms => {
    if (ms !== last.ms) last = { ms, text: new Date(ms).toISOString() };
    return last.text;
  };
}

function prepare(database: Database) {
  return {
    dataVersion: database.prepare('PRAGMA data_version').pluck(),
    append: database.prepare(`
      INSERT INTO fetches (email_number, fetch_number, recipient_number, fetched_at, method, user_agent_id,
                           network, kind, confidence, rule)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`),
    lastFetchNumber: database.prepare('SELECT max(fetch_number) FROM fetches WHERE email_number = ?').pluck(),
    count: database.prepare(`
      INSERT INTO fetch_counters (email_number, recipient_number, method, kind, confidence, rule, fetches,
                                  first_at, last_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET fetches = fetches + excluded.fetches, last_at = max(last_at, excluded.last_at)`),
    unsubscribe: database.prepare('INSERT OR IGNORE INTO unsubscribes VALUES (?, ?, ?)'),
    forgetUnsubscribe: database.prepare(
      'DELETE FROM unsubscribes WHERE email_number = ? AND recipient_number = ?',
    ),
    // The last that was added, which is what the trigger just did.
    forgetOffered: database.prepare(`
      DELETE FROM exchange_unsubscribes
       WHERE sequence = (SELECT seq FROM sqlite_sequence WHERE name = 'exchange_unsubscribes')`),
    article: database.prepare(`
      SELECT emails.email_number AS emailNumber, recipients.recipient_number AS recipientNumber
        FROM emails JOIN recipients ON recipients.email_id = emails.email_id
       WHERE emails.email_id = ? AND emails.token_format = 'article' AND recipients.email_address = ?
         AND recipients.tracked = 1
       ORDER BY recipients.position LIMIT 1`),
  };
}
