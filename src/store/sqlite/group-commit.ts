import type { Database } from './database.js';
import { databaseProblem } from './database.js';

/** `now`: somebody waits for it to be durable. `soon`: it may ride with the next commit, within `rideMs`. */
export type Urgency = 'now' | 'soon';

const rideMs = 20;

interface Queued {
  readonly apply: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the writes of one turn of the event loop into one transaction, so that many waiters share one fsync.
 * A promise resolves when its write is durable. When the commit fails, all of its writes fail together.
 */
export class GroupCommit {
  readonly #database: Database;
  #queue: Queued[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAlone = false;

  constructor(database: Database) {
    this.#database = database;
  }

  run<T>(urgency: Urgency, apply: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ apply, resolve, reject });
      if (urgency === 'now') this.#immediate ??= setImmediate(() => this.flush());
      else this.#timer ??= setTimeout(() => this.flush(), rideMs);
    });
  }

  /**
   * One transaction of its own for writes that take more than a turn of the event loop; what is queued meanwhile waits.
   * All of it is durable when the promise resolves, and nothing of it there when it rejects.
   */
  async alone<T>(apply: () => Promise<T>): Promise<T> {
    this.flush();
    this.#isAlone = true;
    try {
      this.#database.exec('BEGIN IMMEDIATE');
      try {
        const value = await apply();
        this.#database.exec('COMMIT');
        return value;
      } finally {
        if (this.#database.inTransaction) this.#database.exec('ROLLBACK');
      }
    } catch (error) {
      throw error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE')
        ? databaseProblem(this.#database.name, error)
        : error;
    } finally {
      this.#isAlone = false;
      this.flush();
    }
  }

  /** Commits what is queued at once. Synchronous, as the driver is. */
  flush(): void {
    if (this.#isAlone) return;
    if (this.#immediate !== undefined) clearImmediate(this.#immediate);
    if (this.#timer !== undefined) clearTimeout(this.#timer);
    this.#immediate = undefined;
    this.#timer = undefined;
    const batch = this.#queue;
    this.#queue = [];
    if (batch.length === 0) return;
    try {
      const values = this.#database.transaction(() => batch.map(write => write.apply())).immediate();
      batch.forEach((write, index) => {
        write.resolve(values[index] as never);
      });
    } catch (error) {
      const problem = databaseProblem(this.#database.name, error);
      for (const write of batch) write.reject(problem);
    }
  }
}
