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
import { lastFetchNumber } from './fetch-numbers.js';
import type { GroupCommit } from './group-commit.js';
import type { PixelCounts } from './pixel-counts.js';
import { isoTime, type PixelKey, pixelKey, RecordedRows, secondOf } from './recorded-rows.js';
import type { Settling } from './settling.js';
import type { UserAgents } from './user-agents.js';

type Outcome = 'added' | 'known' | 'beyond';
type Pixel = PixelFetches<FetchedRow, Counter>;

/** Lines of fetches so far before and behind a batch may still change places. */
const marginMs = 60_000;
/** As many as `serve` records of one pixel. */
const mostRows = 1_000;
/** When each was created: less than a megabyte. */
const rememberedEmails = 10_000;

/** @param counts of serve, which has them up to date. */
export function createLogIntake(
  database: Database,
  commits: GroupCommit,
  counts: PixelCounts,
  agents: UserAgents,
  settling: Settling,
): LogIntake {
  let sql: ReturnType<typeof prepare> | undefined;
  const statements = () => (sql ??= prepare(database));
  const createdAt = new Map<number, number | undefined>();
  /** Of the emails of a transaction: between two, others may write. */
  const lastNumbers = new Map<number, number>();

  /** What is recorded about the pixels of a batch: all that was counted, and rows of the time it spans. */
  function readPixels(fetches: readonly ReadLine[], keys: readonly string[]): Map<string, Pixel> {
    const pixels = new Map<string, Pixel>();
    const emails = new Map<number, boolean>();
    for (const [index, { emailNumber, recipientNumber, method }] of fetches.entries()) {
      const key = keys[index] ?? '';
      if (pixels.has(key)) continue;
      const hasCounters = emails.get(emailNumber) ?? statements().hasCounters.get(emailNumber) !== undefined;
      emails.set(emailNumber, hasCounters);
      const counted = hasCounters ? readCounters([emailNumber, recipientNumber, method]) : [];
      pixels.set(key, new PixelFetches(counted));
    }
    for (const [key, row] of statements().recorded.around(fetches, keys, marginMs)) pixels.get(key)?.add(row);
    return pixels;
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
    const email = counts.of(fetch.emailNumber);
    if (email.rows(fetch.recipientNumber) >= mostRows) {
      const key: PixelKey = [fetch.emailNumber, fetch.recipientNumber, fetch.method];
      const { kind, confidence, rule } = fetch;
      const at = isoTime(fetch.fetchedAt);
      statements().count.run(...key, kind, confidence, rule, at, at);
      statements().noteLine.run(...key, fetch.rule, line.second, agentNumber(line.agent));
      return 'beyond';
    }
    const row = { number: append(fetch), at: line.second, agent: fetch.userAgent, line };
    email.add(fetch.recipientNumber, 1);
    claim(fetch.emailNumber, row);
    pixel.add(row);
    return 'added';
  }

  function append(fetch: LoggedFetch): number {
    const { emailNumber } = fetch;
    const last = lastNumbers.get(emailNumber) ?? (statements().last.get({ email: emailNumber }) as number);
    lastNumbers.set(emailNumber, last + 1);
    statements().append.run(
      emailNumber,
      last + 1,
      fetch.recipientNumber,
      isoTime(fetch.fetchedAt),
      fetch.method,
      agents.idOf(fetch.userAgent),
      fetch.network,
      fetch.kind,
      fetch.confidence,
      fetch.rule,
    );
    return last + 1;
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
      if (createdAt.size >= rememberedEmails) forgetOldest(createdAt);
      const text = statements().createdAt.get(emailNumber) as string | undefined;
      const ms = text === undefined ? undefined : Date.parse(text);
      createdAt.set(emailNumber, ms);
      return ms;
    },

    async recordedAround(lines) {
      if (lines.length === 0) return [];
      await settling.settle();
      const keys = lines.map(pixelKey);
      const moments = new Map<string, FetchedRow[]>();
      for (const [key, row] of statements().recorded.around(lines, keys, mostSkew * 1_000)) {
        const rows = moments.get(key);
        if (rows === undefined) moments.set(key, [row]);
        else rows.push(row);
      }
      return lines.map((line, index) => {
        const pixel = keys[index] ?? '';
        const agent = line.saysUserAgent ? line.userAgent : undefined;
        const second = secondOf(line.fetchedAt);
        return (moments.get(pixel) ?? [])
          .filter(row => isAlike(row.agent, agent) && Math.abs(row.at - second) <= mostSkew)
          .map(({ at, line: earlier }) => ({ pixel, at, loggedSecond: earlier?.second }));
      });
    },

    async storeLogged(fetches) {
      if (fetches.length === 0) return [];
      const emailAt = (place: number) => fetches[place]?.emailNumber ?? 0;
      await settling.settle();
      counts.forgetSome();
      return commits.run('now', () => {
        lastNumbers.clear();
        agents.forget();
        settling.settleRest();
        // Email by email, so that a page is written once for all of its rows.
        const places = fetches.map((_, place) => place).sort((one, other) => emailAt(one) - emailAt(other));
        const sorted = places.map(place => fetches[place] as LoggedFetch);
        const keys = sorted.map(pixelKey);
        const pixels = readPixels(sorted, keys);
        const outcomes: Outcome[] = [];
        for (const [index, fetch] of sorted.entries())
          outcomes[places[index] ?? 0] = storeOne(fetch, pixels.get(keys[index] ?? '') as Pixel);
        return outcomes;
      });
    },
  };
}

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

const unsaid = -1;

/** Of a user agent only this is kept beside a counter: in a flood each may be another. */
function agentNumber(agent: string | undefined): number {
  if (agent === undefined) return unsaid;
  return agent === '' ? 0 : createHash('sha256').update(agent, 'latin1').digest().readUIntBE(0, 6);
}

/** A Map keeps the order in which its entries came. */
function forgetOldest(map: Map<number, unknown>): void {
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

function prepare(database: Database) {
  return {
    recorded: new RecordedRows(database),
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
    last: database.prepare(`SELECT ${lastFetchNumber('@email')}`).pluck(),
    append: database.prepare('INSERT INTO settled_fetches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
  };
}
