import type { FetchKind } from '../../tracking/fetch.js';
import type { ReadFetch } from '../../workflow/fact-ports.js';
import type { EmailReader } from '../../workflow/ports.js';
import type { Database } from './database.js';
import { type CounterRow, fetchesFromCounter } from './rows.js';

/** Rows a batch holds: so few that they are garbage before V8 takes them for long-lived, which would cost memory. */
const batchRows = 250;
const rememberedAgents = 10_000;
/** Each text costs as much as all numbers. */
const columns =
  "recipient_number, fetched_at, method = 'HEAD', user_agent_id, kind, confidence, rule, network";

/** Settled and not, and what was only counted, as one. */
export function createFetchReads(database: Database): Pick<EmailReader, 'readFetches' | 'readFetchesOf'> {
  const sql = prepare(database);
  const timeOf = rememberMinute();
  const agents = new Map<number, string>();

  function agentOf(id: number | null): string {
    if (id === null) return '';
    const known = agents.get(id);
    if (known !== undefined) return known;
    const text = (sql.agent.get(id) as string | undefined) ?? '';
    if (agents.size >= rememberedAgents) agents.clear();
    agents.set(id, text);
    return text;
  }

  const fetchOf =
    (emailNumber: number) =>
    ([
      recipientNumber,
      fetchedAt,
      isHead,
      agent,
      kind,
      confidence,
      rule,
      network,
    ]: FetchValues): ReadFetch => ({
      emailNumber,
      recipientNumber,
      fetchedAt: timeOf(fetchedAt),
      method: isHead === 1 ? 'HEAD' : 'GET',
      userAgent: agentOf(agent),
      kind,
      confidence,
      rule,
      network,
    });

  /** One state of the tables: what is settled while this is read is among the unsettled. */
  const fetchesByNow = database.transaction((emailNumber: number) => ({
    last: (sql.last.get(emailNumber) as number | null) ?? 0,
    unsettled: sql.unsettled.all(emailNumber) as FetchValues[],
    counters: sql.counters.all(emailNumber) as CounterRow[],
  }));

  const fetchesOfByNow = database.transaction((emailNumber: number, recipientNumber: number) => [
    ...[sql.settledOf, sql.unsettledOf].flatMap(statement =>
      (statement.all(emailNumber, recipientNumber) as FetchValues[]).map(fetchOf(emailNumber)),
    ),
    ...(sql.countersOf.all(emailNumber, recipientNumber) as CounterRow[]).flatMap(fetchesFromCounter),
  ]);

  return {
    async *readFetches(emailId) {
      const emailNumber = sql.numberOf.get(emailId) as number | undefined;
      if (emailNumber === undefined) return;
      const toFetch = fetchOf(emailNumber);
      const { last, unsettled, counters } = fetchesByNow(emailNumber);
      for (let after = 0; after < last; ) {
        const rows = sql.settled.all(emailNumber, after, last) as FetchValues[];
        if (rows.length === 0) break;
        yield rows.map(toFetch);
        after = rows.at(-1)?.[8] ?? last;
      }
      for (let from = 0; from < unsettled.length; from += batchRows)
        yield unsettled.slice(from, from + batchRows).map(toFetch);
      if (counters.length > 0) yield counters.flatMap(fetchesFromCounter);
    },

    async readFetchesOf(emailId, recipientNumber) {
      const emailNumber = sql.numberOf.get(emailId) as number | undefined;
      return emailNumber === undefined ? [] : fetchesOfByNow(emailNumber, recipientNumber);
    },
  };
}

type FetchValues = readonly [
  recipientNumber: number,
  fetchedAt: string,
  isHead: number,
  userAgentId: number | null,
  kind: FetchKind,
  confidence: number,
  rule: string,
  network: string,
  number?: number,
];

/** Of ISO 8601 as the database has it: rows that follow one another are often of the same minute. */
function rememberMinute(): (text: string) => number {
  let minute = '';
  let startMs = 0;
  return text => {
    if (text.length !== 24 || !text.endsWith('Z')) return Date.parse(text);
    if (!text.startsWith(minute) || minute === '') {
      minute = text.slice(0, 17);
      startMs = Date.parse(`${minute}00.000Z`);
    }
    return startMs + Math.round(Number(text.slice(17, 23)) * 1_000);
  };
}

function prepare(database: Database) {
  return {
    numberOf: database.prepare('SELECT email_number FROM emails WHERE email_id = ?').pluck(),
    agent: database.prepare('SELECT user_agent FROM user_agents WHERE user_agent_id = ?').pluck(),
    last: database.prepare('SELECT max(fetch_number) FROM settled_fetches WHERE email_number = ?').pluck(),
    settled: database
      .prepare(`
        SELECT ${columns}, fetch_number FROM settled_fetches NOT INDEXED
         WHERE email_number = ? AND fetch_number > ? AND fetch_number <= ? ORDER BY fetch_number LIMIT ${batchRows}`)
      .raw(),
    unsettled: database
      .prepare(`SELECT ${columns} FROM unsettled_fetches WHERE email_number = ? ORDER BY arrival_id`)
      .raw(),
    counters: database.prepare('SELECT * FROM fetch_counters WHERE email_number = ?'),
    settledOf: database
      .prepare(`
        SELECT ${columns} FROM settled_fetches INDEXED BY fetches_by_pixel
         WHERE email_number = ? AND recipient_number = ? ORDER BY fetch_number`)
      .raw(),
    unsettledOf: database
      .prepare(`
        SELECT ${columns} FROM unsettled_fetches WHERE email_number = ? AND recipient_number = ? ORDER BY arrival_id`)
      .raw(),
    countersOf: database.prepare(
      'SELECT * FROM fetch_counters WHERE email_number = ? AND recipient_number = ?',
    ),
  };
}
