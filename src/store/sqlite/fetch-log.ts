import type { FetchLog, ForgedFetch } from '../../workflow/fact-ports.js';
import { type Arrivals, rememberTime } from './arrivals.js';
import type { ClosedPixels } from './closed-pixels.js';
import { type Database, databaseProblem } from './database.js';
import type { DiskWatch } from './disk-watch.js';
import type { GroupCommit } from './group-commit.js';
import type { PixelCounts } from './pixel-counts.js';
import { type CountedFetch, Split } from './split-fetches.js';
import type { UserAgents } from './user-agents.js';

/** More of one pixel are only counted: some image proxies and all floods ask for one image thousands of times. */
const mostRows = 1_000;
/** Numbers in tokens are not negative. */
const nobody = -1;
/** Forged tokens of which is remembered how often they came: 3 MB. */
const rememberedForged = 262_144;

/** Rows are appended by one prepared statement; what it needs from the tables is remembered while nobody else writes. */
export function createFetchLog(
  database: Database,
  commits: GroupCommit,
  arrivals: Arrivals,
  counts: PixelCounts,
  agents: UserAgents,
  disk: DiskWatch,
  closed: ClosedPixels,
): FetchLog {
  const sql = prepare(database);
  let forgedCounts = counts.unremembered(nobody);
  let version: unknown;
  const isoTime = rememberTime();

  function forget(): void {
    agents.forget();
    arrivals.forget();
  }

  /** Within a transaction that writes, so that nobody else can: it changes when another process did since the last time. */
  function forgetIfOthersWrote(): void {
    const now = sql.dataVersion.get();
    if (now !== version) forget();
    version = now;
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
    const before = arrivals.lastId;
    for (const fetch of split.rows) arrivals.append(fetch, agents.idOfForged(fetch.userAgent));
    count(split.others.values());
    arrivals.removeAfter(before);
    sql.forgetForgedCounts.run(nobody);
  }

  /** Forged tokens are counted as pixels are, beyond whose thousand rows less is written. */
  function splitForged(forged: readonly ForgedFetch[], most: number): Split {
    if (forgedCounts.slots > rememberedForged) forgedCounts = counts.unremembered(nobody);
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
      counts.forgetSome();
      const split = new Split(emailNumber => counts.of(emailNumber), most);
      const forgedSplit = splitForged(forged, most);
      try {
        for (const fetch of fetches) split.add(fetch);
        const committed = commits.run('now', () => {
          forgetIfOthersWrote();
          for (const fetch of split.rows) arrivals.append(fetch, agents.idOf(fetch.userAgent));
          split.noteArrived(arrivals.lastId);
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
          if (!closed.isForgotten({ emailNumber, recipientNumber }))
            added += sql.unsubscribe.run(emailNumber, recipientNumber, at.toISOString()).changes;
        if (added === 0) writeAsMuch();
      });
      commits.flush();
      await committed;
    },

    async recordOptOuts(people) {
      if (disk.isGone()) throw databaseProblem(database.name, { code: 'GONE' });
      const committed = commits.run('now', () =>
        closed.closeByLink(
          people.map(({ at, ...pixel }) => ({ ...pixel, at: at.getTime() })),
          true,
        ),
      );
      commits.flush();
      await committed;
    },

    findClosed: async fetches => closed.find(fetches),

    async resolveArticleToken(emailId, emailAddress) {
      const emailNumber = sql.articleEmail.get(emailId) as number | undefined;
      const recipientNumber = sql.articleRecipient.get(emailId, emailAddress) as number | undefined;
      return emailNumber === undefined || recipientNumber === undefined
        ? undefined
        : { emailNumber, recipientNumber };
    },
  };
}

function prepare(database: Database) {
  return {
    dataVersion: database.prepare('PRAGMA data_version').pluck(),
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
