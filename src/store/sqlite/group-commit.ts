import type { Database } from './database.js';
import { databaseProblem } from './database.js';

/** `now`: somebody waits for it to be durable. `soon`: it may ride with the next commit, within `rideMs`. */
export type Urgency = 'now' | 'soon';

const rideMs = 20;
/** Less than a commit takes, on most disks. */
const gatherMs = 0.3;
/** Commits that follow one another faster come from a fast server, whose replies to several sessions come together. */
const busyMs = 2;

interface Queued {
  readonly apply: () => unknown;
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers writes into one transaction, so that many waiters share one fsync: those of one turn of the event loop, and, while
 * commits follow one another closely, of the few after it as long as fewer wait than the last time. Sessions that shared a commit hear from their server one after the
 * other, and without that the first would take the next commit for itself, and the others wait for it.
 * A promise resolves when its write is durable. When the commit fails, all of its writes fail together.
 */
export class GroupCommit {
  readonly #database: Database;
  readonly #apply: (batch: readonly Queued[]) => unknown[];
  #queue: Queued[] = [];
  #immediate: NodeJS.Immediate | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isAlone = false;
  /** Writes in the queue that somebody waits for, and how many there were in the last commit. */
  #waiting = 0;
  #waitedLast = 0;
  #committedAtMs = 0;

  constructor(database: Database) {
    this.#database = database;
    this.#apply = database.transaction((batch: readonly Queued[]) =>
      batch.map(write => write.apply()),
    ).immediate;
  }

  run<T>(urgency: Urgency, apply: () => T): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ apply, resolve, reject });
      if (urgency === 'now') {
        this.#waiting += 1;
        this.#immediate ??= setImmediate(() => this.#gather(performance.now()));
      } else this.#timer ??= setTimeout(() => this.flush(), rideMs);
    });
  }

  #gather(startedMs: number): void {
    const isWorthWaiting =
      this.#waiting < this.#waitedLast &&
      startedMs - this.#committedAtMs < busyMs &&
      performance.now() - startedMs < gatherMs;
    if (isWorthWaiting) this.#immediate = setImmediate(() => this.#gather(startedMs));
    else this.flush();
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

  /** What is queued waits until `act` is done. At once when something else already has the connection: then nothing is held. */
  async heldWhile(act: () => Promise<void>): Promise<void> {
    if (this.#isAlone) return;
    this.flush();
    this.#isAlone = true;
    try {
      await act();
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
    this.#waitedLast = this.#waiting;
    this.#waiting = 0;
    if (batch.length === 0) return;
    try {
      const values = this.#apply(batch);
      batch.forEach((write, index) => {
        write.resolve(values[index] as never);
      });
    } catch (error) {
      const problem = databaseProblem(this.#database.name, error);
      for (const write of batch) write.reject(problem);
    }
    this.#committedAtMs = performance.now();
  }
}
