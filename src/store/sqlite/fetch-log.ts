import type { FetchLog, ForgedFetch, RecordedFetch } from '../../workflow/fact-ports.js';
import { type Database, databaseProblem } from './database.js';
import type { DiskWatch } from './disk-watch.js';
import type { GroupCommit } from './group-commit.js';
import { CountedEmail, RowCounts } from './row-counts.js';
import { type CountedFetch, Split } from './split-fetches.js';
import type { UserAgents } from './user-agents.js';

const rememberedEmails = 10_000;
/** More of one pixel are only counted: some image proxies and all floods ask for one image thousands of times. */
const mostRows = 1_000;
/** Numbers in tokens are not negative. */
const nobody = -1;
/** Forged tokens of which is remembered how often they came: 3 MB. */
const rememberedForged = 262_144;

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
  let forgedCounts = new CountedEmail(0);
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

  function appendRow(fetch: RecordedFetch, number: number, agent: number | null): void {
    sql.append.run(
      fetch.emailNumber,
      number,
      fetch.recipientNumber,
      isoTime(fetch.fetchedAt),
      fetch.method,
      agent,
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

  /** All that the others of the commit write, for an email that nobody has, and removed again before anybody can see it. */
  function appendForged(split: Split): void {
    if (split.rows.length + split.others.size === 0) return;
    split.rows.forEach((fetch, index) => {
      appendRow(fetch, index + 1, agents.idOfForged(fetch.userAgent));
    });
    count(split.others.values());
    sql.forgetForged.run(nobody);
    sql.forgetForgedCounts.run(nobody);
  }

  /** Forged tokens are counted as pixels are, beyond whose thousand rows less is written. */
  function splitForged(forged: readonly ForgedFetch[], most: number): Split {
    if (forgedCounts.slots > rememberedForged) forgedCounts = new CountedEmail(0);
    const split = new Split(() => forgedCounts, most);
    for (const fetch of forged) split.add({ emailNumber: nobody, ...fetch });
    return split;
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
    async appendFetches(fetches, forged = []) {
      if (disk.isGone()) throw databaseProblem(database.name, { code: 'GONE' });
      const most = disk.room().isNearlyFull ? 0 : mostRows;
      const split = new Split(emailNumber => rowCounts.of(emailNumber), most);
      const forgedSplit = splitForged(forged, most);
      try {
        for (const fetch of fetches) split.add(fetch);
        const committed = commits.run('now', () => {
          forgetIfOthersWrote();
          for (const fetch of split.rows)
            appendRow(fetch, nextFetchNumber(fetch.emailNumber), agents.idOf(fetch.userAgent));
          count(split.others.values());
          appendForged(forgedSplit);
        });
        // A whole turn of the event loop has been gathered already.
        commits.flush();
        await committed;
      } catch (error) {
        // What a transaction that was rolled back interned and numbered is not there.
        forget();
        split.undo();
        forgedSplit.undo();
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
      const emailNumber = sql.articleEmail.get(emailId) as number | undefined;
      const recipientNumber = sql.articleRecipient.get(emailId, emailAddress) as number | undefined;
      if (emailNumber === undefined) return undefined;
      // The first fetch of an email reads how many it has: not only for who got it.
      rowCounts.of(emailNumber);
      return recipientNumber === undefined ? undefined : { emailNumber, recipientNumber };
    },
  };
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
    forgetForged: database.prepare('DELETE FROM fetches WHERE email_number = ?'),
    forgetForgedCounts: database.prepare('DELETE FROM fetch_counters WHERE email_number = ?'),
    articleEmail: database
      .prepare("SELECT email_number FROM emails WHERE email_id = ? AND token_format = 'article'")
      .pluck(),
    // Asked for by an index: a search through the recipients would take as long as somebody is far from the first of them.
    articleRecipient: database
      .prepare(`
        SELECT recipient_number FROM recipients INDEXED BY recipients_by_address
         WHERE email_id = ? AND email_address = ? AND by_address = 1 AND tracked = 1
         ORDER BY position LIMIT 1`)
      .pluck(),
  };
}
