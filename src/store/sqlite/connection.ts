/** What this room needs of a connection, as better-sqlite3 gives it. */
export interface Database {
  /** The path it was opened with. */
  readonly name: string;
  readonly inTransaction: boolean;
  prepare(sql: string): Statement;
  exec(sql: string): unknown;
  /** The rows of a PRAGMA, or with `simple` the first value of the first. */
  pragma(text: string, options?: { readonly simple?: boolean }): unknown;
  transaction<Values extends unknown[], Result>(
    act: (...values: Values) => Result,
  ): Transaction<Values, Result>;
  close(): unknown;
}

export interface Statement {
  run(...values: unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: unknown[]): unknown;
  all(...values: unknown[]): unknown[];
  iterate(...values: unknown[]): IterableIterator<unknown>;
  /** From now on rows are their first value. */
  pluck(): Statement;
  /** From now on rows are lists of their values. */
  raw(): Statement;
}

/** Runs in a transaction, or, within one, in a savepoint. */
export interface Transaction<Values extends unknown[], Result> {
  (...values: Values): Result;
  /** With the lock for writing from the beginning. */
  immediate(...values: Values): Result;
}

export interface OpenOptions {
  /** Milliseconds a statement waits for a lock. */
  readonly timeout?: number;
  readonly fileMustExist?: boolean;
  readonly readonly?: boolean;
}

/** Its errors have a `code` such as `SQLITE_BUSY`. */
export type Driver = new (file: string, options?: OpenOptions) => Database;
