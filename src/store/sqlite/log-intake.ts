import { createHash } from 'node:crypto';
import { mostSkew } from '../../tracking/clock-skew.js';
import {
  type CountedFetches,
  type FetchedRow,
  isAlike,
  type LogLine,
  type Match,
  PixelFetches,
} from '../../tracking/match-lines.js';
import type { LoggedFetch, LogIntake, ReadLine } from '../../workflow/fact-ports.js';
import type { Database } from './database.js';
import type { GroupCommit } from './group-commit.js';

type Outcome = 'added' | 'known' | 'beyond';
type Pixel = PixelFetches<FetchedRow, Counter>;

/** Lines of fetches so far before and behind a batch may still change places. */
const marginMs = 60_000;
/** As many as `serve` records of one pixel. */
const mostRows = 1_000;
const rememberedEmails = 100;

/** @param onAppended called with every transaction that adds fetches. */
export function createLogIntake(database: Database, commits: GroupCommit, onAppended: () => void): LogIntake {
  let sql: ReturnType<typeof prepare> | undefined;
  const statements = () => (sql ??= prepare(database));
  const rowCounts = new Map<number, Map<number, number>>();
  const createdAt = new Map<number, number | undefined>();

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

  /** What is recorded about the pixels of a batch: all that was counted, and rows of the time it spans. */
  function readPixels(fetches: readonly ReadLine[]): Map<string, Pixel> {
    const pixels = new Map<string, Pixel>();
    const emails = new Map<number, boolean>();
    for (const { emailNumber, recipientNumber, method } of fetches) {
      const key = keyOf(emailNumber, recipientNumber, method);
      if (pixels.has(key)) continue;
      const hasCounters = emails.get(emailNumber) ?? statements().hasCounters.get(emailNumber) !== undefined;
      emails.set(emailNumber, hasCounters);
      const counted = hasCounters ? readCounters([emailNumber, recipientNumber, method]) : [];
      pixels.set(key, new PixelFetches(counted));
    }
    for (const [key, row] of rowsAround(fetches, marginMs)) pixels.get(key)?.add(fetchedRow(row));
    return pixels;
  }

  /** All of the emails of a batch, of the time it spans. */
  function* rowsAround(fetches: readonly ReadLine[], ms: number): Iterable<readonly [string, FoundRow]> {
    const times = fetches.map(({ fetchedAt }) => fetchedAt);
    const from = isoTime(Math.max(0, Math.min(...times) - ms));
    const to = isoTime(Math.max(...times) + ms);
    for (const email of new Set(fetches.map(({ emailNumber }) => emailNumber))) {
      for (const row of statements().rows.iterate(email, from, to) as Iterable<FoundRow>)
        yield [keyOf(email, row.recipient_number, row.method), row];
    }
  }

  function readMoments(lines: readonly ReadLine[]): Map<string, FetchedRow[]> {
    const moments = new Map(lines.map(line => [keyOfLine(line), [] as FetchedRow[]]));
    for (const [key, row] of rowsAround(lines, mostSkew * 1_000)) moments.get(key)?.push(fetchedRow(row));
    return moments;
  }

  function readCounters(pixel: PixelKey): readonly Counter[] {
    return (statements().counters.all(...pixel) as FoundCounter[]).map(
      ({ rule, room, first_at, last_at }) => {
        const [first, last] = [secondOf(Date.parse(first_at)), secondOf(Date.parse(last_at))];
        return { rule, room, first, last, lines: new Map() };
      },
    );
  }

  function storeOne(fetch: LoggedFetch, pixel: Pixel): Outcome {
    const line: LogLine = {
      second: secondOf(fetch.fetchedAt),
      agent: fetch.saysUserAgent ? fetch.userAgent : undefined,
      rule: fetch.rule,
    };
    const key: PixelKey = [fetch.emailNumber, fetch.recipientNumber, fetch.method];
    if (fetch.occurrence <= pixel.placed(line) + linesCounted(key, pixel.counted, line)) return 'known';
    const match = pixel.place(line);
    if (match !== undefined) {
      writeMatch(key, match);
      return 'known';
    }
    return addFetch(fetch, line, pixel);
  }

  function writeMatch(key: PixelKey, { rows, counted }: Match<FetchedRow, Counter>): void {
    for (const row of rows) claim(key[0], row);
    if (counted === undefined) return;
    const { fetches, line } = counted;
    statements().useCounter.run(...key, fetches.rule);
    statements().noteLine.run(...key, fetches.rule, line.second, agentNumber(line.agent));
    const agents = agentsOf(key, fetches, line.second);
    agents.set(agentNumber(line.agent), (agents.get(agentNumber(line.agent)) ?? 0) + 1);
  }

  function claim(emailNumber: number, { number, line }: FetchedRow): void {
    if (line === undefined) return;
    statements().claim.run(emailNumber, number, line.second, line.agent === undefined ? 0 : 1);
  }

  /** A row, or where there may be no more of them, one more that is counted. */
  function addFetch(fetch: LoggedFetch, line: LogLine, pixel: Pixel): Outcome {
    const counts = countsOf(fetch.emailNumber);
    const count = counts.get(fetch.recipientNumber) ?? 0;
    if (count >= mostRows) {
      const key: PixelKey = [fetch.emailNumber, fetch.recipientNumber, fetch.method];
      const { kind, confidence, rule } = fetch;
      const at = isoTime(fetch.fetchedAt);
      statements().count.run(...key, kind, confidence, rule, at, at);
      statements().noteLine.run(...key, fetch.rule, line.second, agentNumber(line.agent));
      return 'beyond';
    }
    const row = { number: append(fetch), at: line.second, agent: fetch.userAgent, line };
    counts.set(fetch.recipientNumber, count + 1);
    claim(fetch.emailNumber, row);
    pixel.add(row);
    return 'added';
  }

  function append({ saysUserAgent: _, occurrence: __, fetchedAt, ...facts }: LoggedFetch): number {
    if (facts.userAgent !== '') statements().internUserAgent.run(facts.userAgent);
    return statements().append.get({ ...facts, fetchedAt: isoTime(fetchedAt) }) as number;
  }

  /** How many such lines of its second belong to fetches that were only counted. */
  function linesCounted(key: PixelKey, counters: readonly Counter[], line: LogLine): number {
    let sum = 0;
    for (const counter of counters) {
      for (const [agent, lines] of agentsOf(key, counter, line.second)) {
        const isSaid = line.agent === undefined || agent === agentNumber(line.agent);
        if (isSaid || (agent === unsaid && counter.rule === line.rule)) sum += lines;
      }
    }
    return sum;
  }

  /** How many lines of a second belong to them, by user agent. */
  function agentsOf(key: PixelKey, { rule, lines }: Counter, second: number): Map<number, number> {
    const known = lines.get(second);
    if (known !== undefined) return known;
    const found = statements().lines.all(...key, rule, second) as [number, number][];
    const agents = new Map(found);
    lines.set(second, agents);
    return agents;
  }

  return {
    emailCreatedAt(emailNumber) {
      if (createdAt.has(emailNumber)) return createdAt.get(emailNumber);
      if (createdAt.size >= rememberedEmails) createdAt.clear();
      const text = statements().createdAt.get(emailNumber) as string | undefined;
      const ms = text === undefined ? undefined : Date.parse(text);
      createdAt.set(emailNumber, ms);
      return ms;
    },

    recordedAround(lines) {
      if (lines.length === 0) return [];
      const moments = readMoments(lines);
      return lines.map(line => {
        const pixel = keyOfLine(line);
        const agent = line.saysUserAgent ? line.userAgent : undefined;
        const second = secondOf(line.fetchedAt);
        return (moments.get(pixel) ?? [])
          .filter(row => isAlike(row.agent, agent) && Math.abs(row.at - second) <= mostSkew)
          .map(({ at, line: earlier }) => ({ pixel, at, loggedSecond: earlier?.second }));
      });
    },

    async storeLogged(fetches) {
      if (fetches.length === 0) return [];
      return commits.run('now', () => {
        onAppended();
        const pixels = readPixels(fetches);
        return fetches.map(fetch => {
          const pixel = pixels.get(keyOf(fetch.emailNumber, fetch.recipientNumber, fetch.method));
          return storeOne(fetch, pixel as Pixel);
        });
      });
    },
  };
}

type PixelKey = readonly [emailNumber: number, recipientNumber: number, method: string];

interface Counter extends CountedFetches {
  /** As far as they were read: by second, how many of each user agent. */
  readonly lines: Map<number, Map<number, number>>;
}

interface FoundCounter {
  rule: string;
  room: number;
  first_at: string;
  last_at: string;
}

interface FoundRow {
  fetch_number: number;
  recipient_number: number;
  fetched_at: string;
  method: string;
  rule: string;
  user_agent: string;
  second: number | null;
  says_user_agent: number | null;
}

function fetchedRow(row: FoundRow): FetchedRow {
  const { second, rule } = row;
  // Of releases that recorded a dash, which a log writes where there is none.
  const agent = row.user_agent === '-' ? '' : keptAgent(row);
  const said = row.says_user_agent === 1 ? agent : undefined;
  return {
    number: row.fetch_number,
    at: secondOf(Date.parse(row.fetched_at)),
    agent,
    line: second === null ? undefined : { second, rule, agent: said },
  };
}

/** What there was is not kept any more when another rule matched than that for none. */
function keptAgent({ user_agent, rule }: FoundRow): string | undefined {
  return user_agent === '' && rule !== 'no-user-agent' ? undefined : user_agent;
}

const unsaid = -1;

/** Of a user agent only this is kept beside a counter: in a flood each may be another. */
function agentNumber(agent: string | undefined): number {
  if (agent === undefined) return unsaid;
  return agent === '' ? 0 : createHash('sha256').update(agent, 'latin1').digest().readUIntBE(0, 6);
}

function keyOf(emailNumber: number, recipientNumber: number, method: string): string {
  return `${emailNumber} ${recipientNumber} ${method}`;
}

function keyOfLine({ emailNumber, recipientNumber, method }: ReadLine): string {
  return keyOf(emailNumber, recipientNumber, method);
}

function secondOf(ms: number): number {
  return Math.floor(ms / 1_000);
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

function prepare(database: Database) {
  return {
    rows: database.prepare(`
      SELECT fetches.fetch_number, recipient_number, fetched_at, method, rule,
             coalesce(user_agent, '') AS user_agent, second, says_user_agent
        FROM fetches
        LEFT JOIN user_agents USING (user_agent_id)
        LEFT JOIN logged_fetches ON logged_fetches.email_number = fetches.email_number
                                AND logged_fetches.fetch_number = fetches.fetch_number
       WHERE fetches.email_number = ? AND fetched_at BETWEEN ? AND ?
       ORDER BY fetched_at, fetches.fetch_number`),
    claim: database.prepare(`
      INSERT INTO logged_fetches (email_number, fetch_number, second, says_user_agent) VALUES (?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET second = excluded.second, says_user_agent = excluded.says_user_agent`),
    createdAt: database.prepare('SELECT created_at FROM emails WHERE email_number = ?').pluck(),
    hasCounters: database.prepare('SELECT 1 FROM fetch_counters WHERE email_number = ? LIMIT 1'),
    counters: database.prepare(`
      SELECT rule, fetches - logged AS room, first_at, last_at
        FROM fetch_counters WHERE email_number = ? AND recipient_number = ? AND method = ?`),
    useCounter: database.prepare(`
      UPDATE fetch_counters SET logged = logged + 1
       WHERE email_number = ? AND recipient_number = ? AND method = ? AND rule = ?`),
    lines: database
      .prepare(`
        SELECT agent, lines FROM logged_counters
         WHERE email_number = ? AND recipient_number = ? AND method = ? AND rule = ? AND second = ?`)
      .raw(),
    noteLine: database.prepare(`
      INSERT INTO logged_counters VALUES (?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO UPDATE SET lines = lines + 1`),
    count: database.prepare(`
      INSERT INTO fetch_counters (email_number, recipient_number, method, kind, confidence, rule, fetches,
                                  first_at, last_at, logged)
      VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?, 1)
      ON CONFLICT DO UPDATE SET fetches = fetches + 1, logged = logged + 1,
                                first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at)`),
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
