import type { OfferedCounter, OfferedFetch, OfferedUnsubscribe } from '../../tracking/exchanged-facts.js';
import type { FactOffer } from '../../workflow/fact-ports.js';
import type { ClosedPixels } from './closed-pixels.js';
import { type Database, databaseProblem } from './database.js';
import { emptyLog, erasing } from './erase.js';
import { PixelEraser } from './erase-pixels.js';
import type { GroupCommit } from './group-commit.js';
import { type CounterRow, type FetchRow, fetchFromRow } from './rows.js';
import type { Settling } from './settling.js';
import type { UserAgents } from './user-agents.js';

/** Emails that are looked at in one turn of the event loop: some milliseconds. */
const stepEmails = 200;

/** Much longer than a request can be repeated: clocks are set back, too. */
const keptRequestsMs = 24 * 60 * 60_000;
/** Requests that are no longer kept are removed so often. */
const removeEveryMs = 60 * 60_000;

/** Places are `<run>.<number>` for fetches and `<sequence>` for unsubscribes. */
export function createFactOffer(
  database: Database,
  commits: GroupCommit,
  settling: Settling,
  closed: ClosedPixels,
  agents: UserAgents,
): FactOffer {
  let sql: ReturnType<typeof prepare> | undefined;
  const statements = () => (sql ??= prepare(database));

  /** In steps with a turn of the event loop between them: all emails are looked at, and pixels wait meanwhile. */
  async function addRuns(): Promise<void> {
    let after: number | null = -1;
    while (after !== null) {
      const from: number = after;
      after = await commits.run('now', () => addSomeRuns(from));
    }
  }

  /**
   * Numbers of an email only grow, so what is above its head is what no run has yet.
   * @returns the last email of this step; null when there is none after it.
   */
  function addSomeRuns(after: number): number | null {
    const { lastRun, lastOfStep, addRuns, moveHeads } = statements();
    const until = lastOfStep.get(after) as number | null;
    if (until === null) return null;
    const before = lastRun.get() as number;
    addRuns.run({ after, until });
    moveHeads.run(before);
    return until;
  }

  async function fetchesAfter(place: string, limit: number) {
    const from = readPlace(place);
    if (from === undefined || from.run > (statements().lastRun.get() as number)) return undefined;
    let rows = statements().fetches.all({ ...from, limit }) as RunRow[];
    if (rows.length < limit) {
      // What arrived has no number yet.
      await settling.settle();
      await addRuns();
      rows = statements().fetches.all({ ...from, limit }) as RunRow[];
    }
    const more = rows.length === limit;
    return {
      facts: rows.map(offeredFetch),
      after: (more ? placeOf(rows.at(-1)) : endOfRuns()) ?? place,
      more,
    };
  }

  /** Behind all runs: what came from elsewhere is not looked through again. undefined: there are none. */
  function endOfRuns(): string | undefined {
    const last = statements().endOfRuns.get() as { run_number: number; last_number: number } | undefined;
    return last && `${last.run_number}.${last.last_number}`;
  }

  function unsubscribesAfter(place: string, limit: number) {
    const from = /^\d{0,15}$/.test(place) ? Number(place) : Number.NaN;
    if (!(from <= (statements().lastUnsubscribe.get() as number))) return undefined;
    const rows = statements().unsubscribes.all(from, limit) as UnsubscribeRow[];
    return {
      facts: rows.map(offeredUnsubscribe),
      after: String(rows.at(-1)?.sequence ?? place),
      more: rows.length === limit,
    };
  }

  /**
   * Counters change, and there are few: when their sum is another than at the place, all are told again. A place is the sum and,
   * in the middle, the last pixel that was told. An older place, `<sum>.<n>`, begins anew.
   */
  function countersAfter(place: string, limit: number) {
    const match =
      /^(?:(?<sum>\d{1,15})(?:\.(?:\d{1,15}|(?<email>\d{1,15})\.(?<recipient>\d{1,15})))?)?$/.exec(place);
    if (match === null) return undefined;
    const { sum, email, recipient } = match.groups ?? {};
    const now = String(statements().counterSum.get());
    if (email === undefined && !/\./.test(place) && (sum ?? '0') === now)
      return { facts: [], after: now, more: false };
    const begun = email === undefined ? now : (sum ?? now);
    const from = email === undefined ? [-1, -1] : [Number(email), Number(recipient)];
    const rows = statements().counters.all(...from, limit) as OwnCounterRow[];
    const more = rows.length === limit;
    const told = more ? withoutLastPixel(rows) : rows;
    const last = told.at(-1);
    const after = more ? `${begun}.${last?.email_number}.${last?.recipient_number}` : begun;
    return { facts: told.map(offeredCounter), after, more };
  }

  function optOutsAfter(place: string, limit: number) {
    const from = /^\d{0,15}$/.test(place) ? Number(place) : Number.NaN;
    if (!(from <= closed.lastSequence)) return undefined;
    const rows = closed.after(from, limit, 'own-optouts');
    return {
      facts: rows.map(({ emailNumber, recipientNumber, at }) => ({ emailNumber, recipientNumber, at })),
      after: String(rows.at(-1)?.sequence ?? place),
      more: rows.length === limit,
    };
  }

  let removedAtMs = Number.NEGATIVE_INFINITY;

  function takeRequest(nonce: string, nowMs: number): boolean {
    if (Math.abs(nowMs - removedAtMs) > removeEveryMs) {
      statements().removeRequests.run(nowMs - keptRequestsMs);
      removedAtMs = nowMs;
    }
    return statements().takeRequest.run(nonce, nowMs).changes === 1;
  }

  return {
    sourceId: () => statements().sourceId.get() as string,

    takeRequest: (nonce, at) => commits.run('now', () => takeRequest(nonce, at.getTime())),

    async closePixels(pixels) {
      const forgotten = pixels.filter(({ reason }) => reason === 'forget');
      if (forgotten.length > 0) await settling.settle();
      commits.flush();
      const run = database.transaction(() => {
        if (forgotten.length > 0) settling.settleRest();
        closed.close(pixels, false);
        if (forgotten.length > 0) new PixelEraser(database).erase(forgotten);
      });
      try {
        erasing(database, () => run.immediate());
      } catch (error) {
        throw databaseProblem(database.name, error);
      } finally {
        agents.forget();
      }
      // Somebody may be reading: then the log begins anew with one of the next checkpoints.
      if (forgotten.length > 0) emptyLog(database);
    },

    async factsAfter(wanted, limit) {
      const [fetch, unsubscribe, counter] = ['fetch', 'unsubscribe', 'counter'].map(type => wanted.get(type));
      const optout = wanted.get('optout');
      const optOuts = optout === undefined ? nothing : optOutsAfter(optout, limit);
      const fetches = fetch === undefined ? nothing : await fetchesAfter(fetch, limit);
      const unsubscribes = unsubscribe === undefined ? nothing : unsubscribesAfter(unsubscribe, limit);
      const counters = counter === undefined ? nothing : countersAfter(counter, limit);
      const parts = [fetches, unsubscribes, counters, optOuts];
      if (
        fetches === undefined ||
        unsubscribes === undefined ||
        counters === undefined ||
        optOuts === undefined
      )
        return undefined;
      const places = {
        fetch: fetches.after,
        unsubscribe: unsubscribes.after,
        counter: counters.after,
        optout: optOuts.after,
      };
      const known = Object.entries(places).filter(
        (entry): entry is [string, string] => entry[1] !== undefined,
      );
      return {
        fetches: fetches.facts,
        unsubscribes: unsubscribes.facts,
        counters: counters.facts,
        optOuts: optOuts.facts,
        after: Object.fromEntries(known),
        more: parts.some(part => part?.more === true),
      };
    },
  };
}

const nothing = { facts: [], after: undefined, more: false } as const;

interface RunRow extends FetchRow {
  run_number: number;
  fetch_number: number;
}

interface UnsubscribeRow {
  sequence: number;
  email_number: number;
  recipient_number: number;
  unsubscribed_at: string;
}

function placeOf(row: RunRow | undefined): string | undefined {
  return row && `${row.run_number}.${row.fetch_number}`;
}

function offeredFetch(row: RunRow): OfferedFetch {
  return { number: row.fetch_number, ...fetchFromRow(row) };
}

function offeredUnsubscribe(row: UnsubscribeRow): OfferedUnsubscribe {
  return {
    emailNumber: row.email_number,
    recipientNumber: row.recipient_number,
    at: Date.parse(row.unsubscribed_at),
  };
}

/** `own`: without those that came from elsewhere. */
interface OwnCounterRow extends Omit<CounterRow, 'fetches'> {
  own: number;
}

/** Its counters may go on behind the page; there are far fewer of them than a page has. */
function withoutLastPixel(rows: readonly OwnCounterRow[]): readonly OwnCounterRow[] {
  const last = rows.at(-1);
  const isOfLast = (row: OwnCounterRow) =>
    row.email_number === last?.email_number && row.recipient_number === last.recipient_number;
  const others = rows.filter(row => !isOfLast(row));
  return others.length === 0 ? rows : others;
}

function offeredCounter(row: OwnCounterRow): OfferedCounter {
  return {
    emailNumber: row.email_number,
    recipientNumber: row.recipient_number,
    method: row.method as OfferedCounter['method'],
    kind: row.kind as OfferedCounter['kind'],
    confidence: row.confidence,
    rule: row.rule,
    fetches: row.own,
    firstAt: Date.parse(row.first_at),
    lastAt: Date.parse(row.last_at),
  };
}

function readPlace(place: string): { readonly run: number; readonly number: number } | undefined {
  if (place === '') return { run: 0, number: 0 };
  const match = /^(\d{1,15})\.(\d{1,15})$/.exec(place);
  return match === null ? undefined : { run: Number(match[1]), number: Number(match[2]) };
}

function prepare(database: Database) {
  return {
    sourceId: database.prepare('SELECT source_id FROM exchange_identity').pluck(),
    takeRequest: database.prepare('INSERT OR IGNORE INTO exchange_requests (nonce, taken_at) VALUES (?, ?)'),
    removeRequests: database.prepare('DELETE FROM exchange_requests WHERE taken_at < ?'),
    lastRun: database
      .prepare(`SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'exchange_runs'), 0)`)
      .pluck(),
    endOfRuns: database.prepare(
      'SELECT run_number, last_number FROM exchange_runs ORDER BY run_number DESC LIMIT 1',
    ),
    lastUnsubscribe: database
      .prepare(`SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'exchange_unsubscribes'), 0)`)
      .pluck(),
    lastOfStep: database
      .prepare(`
        WITH RECURSIVE every(email_number) AS (
          SELECT min(email_number) FROM settled_fetches WHERE email_number > ?
          UNION ALL
          SELECT (SELECT min(next.email_number) FROM settled_fetches AS next WHERE next.email_number > every.email_number)
            FROM every WHERE every.email_number IS NOT NULL
          LIMIT ${stepEmails}
        ) SELECT max(email_number) FROM every`)
      .pluck(),
    // From one email to the next by the primary key, not through all fetches.
    addRuns: database.prepare(`
      WITH RECURSIVE every(email_number) AS (
        SELECT min(email_number) FROM settled_fetches WHERE email_number > @after
        UNION ALL
        SELECT (SELECT min(next.email_number) FROM settled_fetches AS next WHERE next.email_number > every.email_number)
          FROM every WHERE every.email_number < @until
      ), newest AS (
        SELECT every.email_number,
               (SELECT max(fetch_number) FROM settled_fetches AS own WHERE own.email_number = every.email_number) AS last_number,
               coalesce(exchange_heads.last_number, 0) AS head
          FROM every LEFT JOIN exchange_heads ON exchange_heads.email_number = every.email_number
         WHERE every.email_number IS NOT NULL
      )
      INSERT INTO exchange_runs (email_number, first_number, last_number)
      SELECT email_number, head + 1, last_number FROM newest WHERE last_number > head`),
    moveHeads: database.prepare(`
      INSERT INTO exchange_heads (email_number, last_number)
      SELECT email_number, last_number FROM exchange_runs WHERE run_number > ?
      ON CONFLICT (email_number) DO UPDATE SET last_number = excluded.last_number`),
    // The bound of the run that was begun is part of the index range: a page costs what it holds, wherever it begins.
    fetches: database.prepare(`
      SELECT exchange_runs.run_number, fetches.*, user_agents.user_agent
        FROM exchange_runs
        JOIN settled_fetches AS fetches NOT INDEXED
                     ON fetches.email_number = exchange_runs.email_number
                    AND fetches.fetch_number > max(exchange_runs.first_number - 1,
                                                   iif(exchange_runs.run_number = @run, @number, 0))
                    AND fetches.fetch_number <= exchange_runs.last_number
        LEFT JOIN user_agents USING (user_agent_id)
       WHERE exchange_runs.run_number >= @run
         AND NOT EXISTS (SELECT 1 FROM pulled_fetches
                          WHERE pulled_fetches.email_number = fetches.email_number
                            AND pulled_fetches.fetch_number = fetches.fetch_number)
       ORDER BY exchange_runs.run_number, fetches.fetch_number LIMIT @limit`),
    counterSum: database
      .prepare(`
        SELECT max(0, coalesce((SELECT sum(fetches) FROM fetch_counters), 0)
                    - coalesce((SELECT sum(fetches) FROM pulled_counters), 0))`)
      .pluck(),
    counters: database.prepare(`
      SELECT * FROM (
        SELECT fetch_counters.*,
               fetches - coalesce((SELECT sum(pulled_counters.fetches) FROM pulled_counters
                                    WHERE pulled_counters.email_number = fetch_counters.email_number
                                      AND pulled_counters.recipient_number = fetch_counters.recipient_number
                                      AND pulled_counters.method = fetch_counters.method
                                      AND pulled_counters.rule = fetch_counters.rule), 0) AS own
          FROM fetch_counters)
       WHERE own > 0 AND (email_number, recipient_number) > (?, ?)
       ORDER BY email_number, recipient_number, method, rule LIMIT ?`),
    unsubscribes: database.prepare(`
      SELECT exchange_unsubscribes.sequence, unsubscribes.*
        FROM exchange_unsubscribes JOIN unsubscribes USING (email_number, recipient_number)
       WHERE exchange_unsubscribes.sequence > ? ORDER BY exchange_unsubscribes.sequence LIMIT ?`),
  };
}
