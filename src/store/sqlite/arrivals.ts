import type { RecordedFetch } from '../../workflow/fact-ports.js';
import type { Database } from './database.js';

/**
 * Where serve puts fetches first: the end of one table, so that a commit touches few pages, however many emails its fetches are
 * of. `settling.ts` moves them to their emails. Call within a transaction that writes.
 */
export class Arrivals {
  readonly #sql;
  readonly #isoTime = rememberTime();
  /** undefined: to be looked up, since another process may have added some. */
  #last: number | undefined;
  /** Whether this process ever added any. */
  #areOurs = false;

  constructor(database: Database) {
    this.#sql = {
      last: database
        .prepare(`
          SELECT max(coalesce((SELECT max(arrival_id) FROM arrived_fetches), 0), until_id) FROM settling`)
        .pluck(),
      append: database.prepare('INSERT INTO arrived_fetches VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
      removeAfter: database.prepare('DELETE FROM arrived_fetches WHERE arrival_id > ?'),
    };
  }

  get areOurs(): boolean {
    return this.#areOurs;
  }

  /** The id of the last that arrived, settled or not. Ids are never given twice. */
  get lastId(): number {
    this.#last ??= this.#sql.last.get() as number;
    return this.#last;
  }

  append(fetch: RecordedFetch, userAgentId: number | null): void {
    const id = this.lastId + 1;
    this.#sql.append.run(
      id,
      fetch.emailNumber,
      fetch.recipientNumber,
      this.#isoTime(fetch.fetchedAt),
      fetch.method,
      userAgentId,
      fetch.network,
      fetch.kind,
      fetch.confidence,
      fetch.rule,
    );
    this.#last = id;
    this.#areOurs = true;
  }

  /** Removes what this transaction appended after that id. */
  removeAfter(id: number): void {
    this.#sql.removeAfter.run(id);
    this.#last = id;
  }

  /** When another process wrote, or a transaction was rolled back. */
  forget(): void {
    this.#last = undefined;
  }
}

/** Many fetches come in one millisecond. */
export function rememberTime(): (ms: number) => string {
  let last = { ms: Number.NaN, text: '' };
  return ms => {
    if (ms !== last.ms) last = { ms, text: new Date(ms).toISOString() };
    return last.text;
  };
}
