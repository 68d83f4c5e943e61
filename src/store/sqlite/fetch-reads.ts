import type { EmailReader } from '../../workflow/ports.js';
import type { Database } from './database.js';
import { FetchLines, fetchLine } from './fetch-lines.js';
import { type CounterRow, fetchesFromCounter } from './rows.js';

/** Rows a batch holds: so few that they are garbage before V8 takes them for long-lived, which would cost memory. */
const batchRows = 250;

/** Settled and not, and what was only counted, as one. */
export function createFetchReads(database: Database): Pick<EmailReader, 'readFetches' | 'readFetchesOf'> {
  const sql = prepare(database);
  const lines = new FetchLines(id => sql.agent.get(id) as string | undefined);

  /** One state of the tables: what is settled while this is read is among the unsettled. */
  const fetchesByNow = database.transaction((emailNumber: number) => ({
    last: (sql.last.get(emailNumber) as number | null) ?? 0,
    unsettled: sql.unsettled.all(emailNumber) as string[],
    counters: sql.counters.all(emailNumber) as CounterRow[],
  }));

  const fetchesOfByNow = database.transaction((emailNumber: number, recipientNumber: number) => [
    ...[sql.settledOf, sql.unsettledOf].flatMap(statement =>
      (statement.all(emailNumber, recipientNumber) as string[]).map(line => lines.read(line, emailNumber)),
    ),
    ...(sql.countersOf.all(emailNumber, recipientNumber) as CounterRow[]).flatMap(fetchesFromCounter),
  ]);

  return {
    async *readFetches(emailId) {
      const emailNumber = sql.numberOf.get(emailId) as number | undefined;
      if (emailNumber === undefined) return;
      const toFetch = (line: string) => lines.read(line, emailNumber);
      const { last, unsettled, counters } = fetchesByNow(emailNumber);
      for (let after = 0; after < last; ) {
        const [until, text] = sql.settled.get(emailNumber, after, last) as [number | null, string | null];
        if (until === null || text === null) break;
        yield text.split('\n').map(toFetch);
        after = until;
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

function prepare(database: Database) {
  return {
    numberOf: database.prepare('SELECT email_number FROM emails WHERE email_id = ?').pluck(),
    agent: database.prepare('SELECT user_agent FROM user_agents WHERE user_agent_id = ?').pluck(),
    last: database.prepare('SELECT max(fetch_number) FROM settled_fetches WHERE email_number = ?').pluck(),
    settled: database
      .prepare(`
        SELECT max(fetch_number), group_concat(line, char(10) ORDER BY fetch_number) FROM (
          SELECT fetch_number, ${fetchLine} AS line FROM settled_fetches NOT INDEXED
           WHERE email_number = ? AND fetch_number > ? AND fetch_number <= ? ORDER BY fetch_number LIMIT ${batchRows})`)
      .raw(),
    unsettled: database
      .prepare(`SELECT ${fetchLine} FROM unsettled_fetches WHERE email_number = ? ORDER BY arrival_id`)
      .pluck(),
    counters: database.prepare('SELECT * FROM fetch_counters WHERE email_number = ?'),
    settledOf: database
      .prepare(`
        SELECT ${fetchLine} FROM settled_fetches INDEXED BY fetches_by_pixel
         WHERE email_number = ? AND recipient_number = ? ORDER BY fetch_number`)
      .pluck(),
    unsettledOf: database
      .prepare(`
        SELECT ${fetchLine} FROM unsettled_fetches WHERE email_number = ? AND recipient_number = ? ORDER BY arrival_id`)
      .pluck(),
    countersOf: database.prepare(
      'SELECT * FROM fetch_counters WHERE email_number = ? AND recipient_number = ?',
    ),
  };
}
