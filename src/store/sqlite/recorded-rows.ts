import type { FetchedRow } from '../../tracking/match-lines.js';
import type { ReadLine } from '../../workflow/fact-ports.js';
import type { Database } from './database.js';

/**
 * The rows of the pixels that lines of a log name, each of the time around its own lines: by the index, so that it makes no
 * difference how many rows an email has.
 */
export class RecordedRows {
  readonly #sql;

  constructor(database: Database) {
    this.#sql = database.prepare(`
      SELECT fetches.fetch_number, fetched_at, rule, coalesce(user_agent, '') AS user_agent, second, says_user_agent
        FROM settled_fetches AS fetches INDEXED BY fetches_by_pixel
        LEFT JOIN user_agents USING (user_agent_id)
        LEFT JOIN logged_fetches ON logged_fetches.email_number = fetches.email_number
                                AND logged_fetches.fetch_number = fetches.fetch_number
       WHERE fetches.email_number = ? AND recipient_number = ? AND method = ? AND fetched_at BETWEEN ? AND ?
       ORDER BY fetched_at, fetches.fetch_number`);
  }

  /**
   * By the key of their pixel, in order of time.
   * @param keys `pixelKey` of each line.
   * @param ms how far before the first line of a pixel, and behind its last.
   */
  *around(
    lines: readonly ReadLine[],
    keys: readonly string[],
    ms: number,
  ): Iterable<readonly [string, FetchedRow]> {
    for (const [key, { line, first, last }] of spansOf(lines, keys)) {
      const { emailNumber, recipientNumber, method } = line;
      const [from, to] = [isoTime(Math.max(0, first - ms)), isoTime(last + ms)];
      for (const row of this.#sql.all(emailNumber, recipientNumber, method, from, to) as FoundRow[])
        yield [key, fetchedRow(row)];
    }
  }
}

export type PixelKey = readonly [emailNumber: number, recipientNumber: number, method: string];

export function pixelKey({ emailNumber, recipientNumber, method }: ReadLine): string {
  return `${emailNumber} ${recipientNumber} ${method}`;
}

interface Span {
  /** Any of them. */
  readonly line: ReadLine;
  /** Unix time in milliseconds. */
  first: number;
  last: number;
}

function spansOf(lines: readonly ReadLine[], keys: readonly string[]): Map<string, Span> {
  const spans = new Map<string, Span>();
  for (const [index, line] of lines.entries()) {
    const key = keys[index] ?? '';
    const span = spans.get(key);
    if (span === undefined) spans.set(key, { line, first: line.fetchedAt, last: line.fetchedAt });
    else {
      span.first = Math.min(span.first, line.fetchedAt);
      span.last = Math.max(span.last, line.fetchedAt);
    }
  }
  return spans;
}

interface FoundRow {
  fetch_number: number;
  fetched_at: string;
  rule: string;
  user_agent: string;
  second: number | null;
  says_user_agent: number | null;
}

function fetchedRow(row: FoundRow): FetchedRow {
  const { second, rule } = row;
  // Earlier releases recorded a dash, which a log writes where there is no user agent.
  const agent = row.user_agent === '-' ? '' : keptAgent(row);
  const said = row.says_user_agent === 1 ? agent : undefined;
  return {
    number: row.fetch_number,
    at: secondOf(Date.parse(row.fetched_at)),
    agent,
    line: second === null ? undefined : { second, rule, agent: said },
  };
}

/** undefined: there was one, and it is not kept any more, since another rule matched than that for none. */
function keptAgent({ user_agent, rule }: FoundRow): string | undefined {
  return user_agent === '' && rule !== 'no-user-agent' ? undefined : user_agent;
}

export function secondOf(ms: number): number {
  return Math.floor(ms / 1_000);
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
