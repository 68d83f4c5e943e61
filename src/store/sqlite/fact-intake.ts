import type { OfferedCounter, OfferedFetch } from '../../tracking/exchanged-facts.js';
import type { FactIntake, PulledPage } from '../../workflow/fact-ports.js';
import type { ClosedPixels } from './closed-pixels.js';
import type { Database } from './database.js';
import { lastFetchNumber } from './fetch-numbers.js';
import type { GroupCommit } from './group-commit.js';

export function createFactIntake(database: Database, commits: GroupCommit, closed: ClosedPixels): FactIntake {
  let sql: ReturnType<typeof prepare> | undefined;
  const statements = () => (sql ??= prepare(database));

  function storeFetch(source: number, fetch: OfferedFetch): 'new' | 'known' | 'strange' | 'closed' {
    if (closed.has(fetch)) return 'closed';
    const { isKnown, internUserAgent, append, note, hasEmail } = statements();
    const { emailNumber, number, userAgent } = fetch;
    if (isKnown.get(source, emailNumber, number) !== undefined) return 'known';
    if (userAgent !== '') internUserAgent.run(userAgent);
    const { fetch_number } = append.get({
      emailNumber,
      recipientNumber: fetch.recipientNumber,
      fetchedAt: new Date(fetch.fetchedAt).toISOString(),
      method: fetch.method,
      userAgent,
      network: fetch.network,
      kind: fetch.kind,
      confidence: fetch.confidence,
      rule: fetch.rule,
    }) as { fetch_number: number };
    note.run(source, emailNumber, number, fetch_number);
    return hasEmail.get(emailNumber) === undefined ? 'strange' : 'new';
  }

  /** @returns how many more there are than the last time. */
  function storeCounter(source: number, counter: OfferedCounter): number {
    const { knownCount, count, noteCount } = statements();
    if (closed.has(counter)) return 0;
    const { emailNumber, recipientNumber, method, rule, fetches } = counter;
    const key = [source, emailNumber, recipientNumber, method, rule];
    const more = fetches - ((knownCount.get(...key) as number | undefined) ?? 0);
    if (more <= 0) return 0;
    noteCount.run(...key, fetches);
    count.run({
      ...counter,
      fetches: more,
      firstAt: new Date(counter.firstAt).toISOString(),
      lastAt: new Date(counter.lastAt).toISOString(),
    });
    return more;
  }

  function store({ sourceId, url, facts }: PulledPage, at: string) {
    const { source, unsubscribe, setPlace } = statements();
    const number = source.get(sourceId, url, at) as number;
    const stored = { new: 0, known: 0, strange: 0, closed: 0 };
    for (const fetch of facts.fetches) stored[storeFetch(number, fetch)] += 1;
    let unsubscribes = 0;
    for (const { emailNumber, recipientNumber, at } of facts.unsubscribes) {
      if (closed.isForgotten({ emailNumber, recipientNumber })) continue;
      unsubscribes += unsubscribe.run(emailNumber, recipientNumber, new Date(at).toISOString()).changes;
    }
    closed.closeByLink(facts.optOuts, false);
    const counted = facts.counters.reduce((sum, counter) => sum + storeCounter(number, counter), 0);
    for (const [type, place] of Object.entries(facts.after)) setPlace.run(number, type, place);
    return {
      fetches: stored.new + stored.strange,
      counted,
      known: stored.known,
      strange: stored.strange,
      unsubscribes,
      optOuts: facts.optOuts.length,
    };
  }

  /** Beside the places of what comes from there, the place up to which it was told. */
  function toldUpTo(sourceId: string): number {
    const rows = statements().places.all(sourceId) as { type: string; place: string }[];
    return Number(rows.find(({ type }) => type === told)?.place ?? 0);
  }

  return {
    sourceId: () => statements().ownId.get() as string,
    placesOf(sourceId) {
      const rows = statements().places.all(sourceId) as { type: string; place: string }[];
      return new Map(rows.map(({ type, place }) => [type, place]));
    },
    storePage: (page, at) => commits.run('now', () => store(page, at.toISOString())),

    async untold(sourceId, limit) {
      const from = toldUpTo(sourceId);
      const rows = closed.after(from, limit, 'all');
      return { pixels: rows.map(({ sequence: _, ...pixel }) => pixel), upTo: rows.at(-1)?.sequence ?? from };
    },

    noteTold: ({ sourceId, url }, upTo, at) =>
      commits.run('now', () => {
        const number = statements().source.get(sourceId, url, at.toISOString()) as number;
        statements().setPlace.run(number, told, String(upTo));
      }),
  };
}

/** The type of that place, which no fact has. */
const told = 'told';

function prepare(database: Database) {
  return {
    ownId: database.prepare('SELECT source_id FROM exchange_identity').pluck(),
    places: database.prepare(`
      SELECT type, place FROM pulled_places JOIN pulled_sources USING (source_number) WHERE source_id = ?`),
    source: database
      .prepare(`
        INSERT INTO pulled_sources (source_id, url, last_pulled_at) VALUES (?, ?, ?)
        ON CONFLICT (source_id) DO UPDATE SET url = excluded.url, last_pulled_at = excluded.last_pulled_at
        RETURNING source_number`)
      .pluck(),
    setPlace: database.prepare(`
      INSERT INTO pulled_places VALUES (?, ?, ?)
      ON CONFLICT (source_number, type) DO UPDATE SET place = excluded.place`),
    isKnown: database.prepare(
      'SELECT 1 FROM pulled_fetches WHERE source_number = ? AND email_number = ? AND remote_number = ?',
    ),
    note: database.prepare('INSERT INTO pulled_fetches VALUES (?, ?, ?, ?)'),
    knownCount: database
      .prepare(`
        SELECT fetches FROM pulled_counters
         WHERE source_number = ? AND email_number = ? AND recipient_number = ? AND method = ? AND rule = ?`)
      .pluck(),
    noteCount: database.prepare(`
      INSERT INTO pulled_counters (source_number, email_number, recipient_number, method, rule, fetches)
      VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET fetches = excluded.fetches`),
    count: database.prepare(`
      INSERT INTO fetch_counters (email_number, recipient_number, method, kind, confidence, rule, fetches, first_at, last_at)
      VALUES (@emailNumber, @recipientNumber, @method, @kind, @confidence, @rule, @fetches, @firstAt, @lastAt)
      ON CONFLICT DO UPDATE SET fetches = fetches + excluded.fetches,
                                first_at = min(first_at, excluded.first_at),
                                last_at = max(last_at, excluded.last_at)`),
    hasEmail: database.prepare('SELECT 1 FROM emails WHERE email_number = ?'),
    internUserAgent: database.prepare('INSERT OR IGNORE INTO user_agents (user_agent) VALUES (?)'),
    append: database.prepare(`
      INSERT INTO settled_fetches (email_number, fetch_number, recipient_number, fetched_at, method, user_agent_id,
                           network, kind, confidence, rule)
      SELECT @emailNumber, ${lastFetchNumber('@emailNumber')} + 1, @recipientNumber, @fetchedAt, @method,
             (SELECT user_agent_id FROM user_agents WHERE user_agent = @userAgent), @network, @kind, @confidence, @rule
      RETURNING fetch_number`),
    unsubscribe: database.prepare('INSERT OR IGNORE INTO unsubscribes VALUES (?, ?, ?)'),
  };
}
