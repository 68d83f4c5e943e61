import type { FetchLog, RecordedFetch } from '../../workflow/ports.js';
import type { Database } from './database.js';
import type { GroupCommit } from './group-commit.js';

/** Keeps the ids of the user agents seen lately; there are few, and each saves a look-up per fetch. */
const rememberedUserAgents = 1_000;

export function createFetchLog(database: Database, commits: GroupCommit): FetchLog {
  const sql = {
    append: database.prepare(`
      INSERT INTO fetches (email_number, fetch_number, recipient_number, fetched_at, method, user_agent_id,
                           network, kind, confidence, rule)
      SELECT @emailNumber, coalesce(max(fetch_number), 0) + 1, @recipientNumber, @fetchedAt, @method, @userAgentId,
             @network, @kind, @confidence, @rule
        FROM fetches WHERE email_number = @emailNumber`),
    internUserAgent: database.prepare('INSERT OR IGNORE INTO user_agents (user_agent) VALUES (?)'),
    userAgentId: database.prepare('SELECT user_agent_id FROM user_agents WHERE user_agent = ?').pluck(),
    unsubscribe: database.prepare('INSERT OR IGNORE INTO unsubscribes VALUES (?, ?, ?)'),
    article: database.prepare(`
      SELECT emails.email_number AS emailNumber, recipients.recipient_number AS recipientNumber
        FROM emails JOIN recipients ON recipients.email_id = emails.email_id
       WHERE emails.email_id = ? AND emails.token_format = 'article' AND recipients.email_address = ?
         AND recipients.tracked = 1
       ORDER BY recipients.position LIMIT 1`),
  };
  const userAgentIds = new Map<string, number>();

  function userAgentId(userAgent: string): number | null {
    if (userAgent === '') return null;
    const known = userAgentIds.get(userAgent);
    if (known !== undefined) return known;
    sql.internUserAgent.run(userAgent);
    const id = sql.userAgentId.get(userAgent) as number;
    if (userAgentIds.size >= rememberedUserAgents) userAgentIds.clear();
    userAgentIds.set(userAgent, id);
    return id;
  }

  function append(fetch: RecordedFetch): void {
    const { userAgent, fetchedAt, ...facts } = fetch;
    sql.append.run({
      ...facts,
      fetchedAt: new Date(fetchedAt).toISOString(),
      userAgentId: userAgentId(userAgent),
    });
  }

  return {
    async appendFetches(fetches) {
      try {
        await commits.run('now', () => {
          for (const fetch of fetches) append(fetch);
        });
      } catch (error) {
        // Ids interned by a transaction that was rolled back are not there.
        userAgentIds.clear();
        throw error;
      }
    },

    recordUnsubscribe: (emailNumber, recipientNumber, at) =>
      commits.run('now', () => {
        sql.unsubscribe.run(emailNumber, recipientNumber, at.toISOString());
      }),

    async resolveArticleToken(emailId, emailAddress) {
      return sql.article.get(emailId, emailAddress) as
        | { emailNumber: number; recipientNumber: number }
        | undefined;
    },
  };
}
