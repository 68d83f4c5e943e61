/**
 * Node's own SQLite behind the calls of better-sqlite3 that this room makes, for installs without that. Slower, and not in
 * Node 20 (docs/decisions/0026).
 */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Database, Driver, OpenOptions, Statement, Transaction } from './connection.js';

interface NodeDatabase {
  /** From Node 22.16 on. */
  readonly isTransaction?: boolean;
  prepare(sql: string): NodeStatement;
  exec(sql: string): void;
  close(): void;
}

interface NodeStatement {
  run(...values: unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  get(...values: unknown[]): object | undefined;
  all(...values: unknown[]): object[];
  iterate(...values: unknown[]): IterableIterator<object>;
}

interface NodeSqlite {
  readonly DatabaseSync: new (file: string, options: { readonly readOnly: boolean }) => NodeDatabase;
}

/** @returns undefined where this Node has none, or only with a flag. */
export function createNodeDriver(): Driver | undefined {
  const sqlite = loadNodeSqlite();
  if (sqlite === undefined) return undefined;
  return driverOf(sqlite);
}

function driverOf(sqlite: NodeSqlite): Driver {
  return class extends NodeConnection {
    constructor(file: string, options: OpenOptions = {}) {
      super(sqlite, file, options);
    }
  };
}

function loadNodeSqlite(): NodeSqlite | undefined {
  const { emitWarning } = process;
  // That it is experimental in this Node is nothing that users can act on.
  process.emitWarning = () => undefined;
  try {
    return createRequire(import.meta.url)('node:sqlite') as NodeSqlite;
  } catch {
    return undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

class NodeConnection implements Database {
  readonly name: string;
  readonly #database: NodeDatabase;

  constructor({ DatabaseSync }: NodeSqlite, file: string, options: OpenOptions) {
    this.name = file;
    // It would be made otherwise.
    if (options.fileMustExist === true && !existsSync(file))
      throw sqliteError('SQLITE_CANTOPEN', 'unable to open database file');
    this.#database = named(() => new DatabaseSync(file, { readOnly: options.readonly === true }));
    this.pragma(`busy_timeout = ${options.timeout ?? 5_000}`);
  }

  get inTransaction(): boolean {
    const { isTransaction } = this.#database;
    return isTransaction ?? !this.#canBegin();
  }

  /** A transaction that was only begun has touched nothing. */
  #canBegin(): boolean {
    try {
      this.#database.exec('BEGIN');
    } catch {
      return false;
    }
    this.#database.exec('ROLLBACK');
    return true;
  }

  prepare(sql: string): Statement {
    return new NodePrepared(
      named(() => this.#database.prepare(sql)),
      sql,
    );
  }

  exec(sql: string): void {
    named(() => this.#database.exec(sql));
  }

  pragma(text: string, { simple = false }: { readonly simple?: boolean } = {}): unknown {
    const statement = this.prepare(`PRAGMA ${text}`);
    return simple ? statement.pluck().get() : statement.all();
  }

  transaction<Values extends unknown[], Result>(
    act: (...values: Values) => Result,
  ): Transaction<Values, Result> {
    const within =
      (mode: string) =>
      (...values: Values) =>
        this.#within(mode, () => act(...values));
    return Object.assign(within('BEGIN'), { immediate: within('BEGIN IMMEDIATE') });
  }

  #within<Result>(begin: string, act: () => Result): Result {
    const [open, commit, undo] = this.inTransaction
      ? ['SAVEPOINT inner', 'RELEASE inner', 'ROLLBACK TO inner; RELEASE inner']
      : [begin, 'COMMIT', 'ROLLBACK'];
    this.exec(open);
    try {
      const result = act();
      this.exec(commit);
      return result;
    } catch (error) {
      // A full disk, for one, has ended it already.
      if (this.inTransaction) this.exec(undo);
      throw error;
    }
  }

  close(): void {
    this.#database.close();
  }
}

type Shape = (row: object) => unknown;

class NodePrepared implements Statement {
  readonly #statement: NodeStatement;
  readonly #names: readonly string[];
  #shape: Shape = row => ({ ...row });

  constructor(statement: NodeStatement, sql: string) {
    this.#statement = statement;
    this.#names = [...sql.matchAll(/@([A-Za-z]\w*)/g)].map(([, name = '']) => name);
  }

  run(...values: unknown[]): { changes: number; lastInsertRowid: number | bigint } {
    return named(() => this.#statement.run(...this.#bound(values)));
  }

  get(...values: unknown[]): unknown {
    const row = named(() => this.#statement.get(...this.#bound(values)));
    return row === undefined ? undefined : this.#shape(row);
  }

  all(...values: unknown[]): unknown[] {
    return named(() => this.#statement.all(...this.#bound(values))).map(this.#shape);
  }

  *iterate(...values: unknown[]): IterableIterator<unknown> {
    const rows = named(() => this.#statement.iterate(...this.#bound(values)));
    for (;;) {
      const next = named(() => rows.next());
      if (next.done === true) return;
      yield this.#shape(next.value);
    }
  }

  pluck(): Statement {
    this.#shape = row => Object.values(row)[0];
    return this;
  }

  raw(): Statement {
    this.#shape = row => Object.values(row);
    return this;
  }

  /** An object may have more than the statement names, which Node refuses. */
  #bound(values: readonly unknown[]): readonly unknown[] {
    const [first] = values;
    if (this.#names.length === 0 || typeof first !== 'object' || first === null) return values;
    const given = first as Readonly<Record<string, unknown>>;
    return [Object.fromEntries(this.#names.map(name => [name, given[name]]))];
  }
}

/** The primary result codes that somebody asks for. https://www.sqlite.org/rescode.html */
const codes: ReadonlyMap<number, string> = new Map([
  [5, 'SQLITE_BUSY'],
  [6, 'SQLITE_LOCKED'],
  [8, 'SQLITE_READONLY'],
  [10, 'SQLITE_IOERR'],
  [11, 'SQLITE_CORRUPT'],
  [13, 'SQLITE_FULL'],
  [14, 'SQLITE_CANTOPEN'],
  [19, 'SQLITE_CONSTRAINT'],
  [26, 'SQLITE_NOTADB'],
]);

/** @throws what `act` throws, with SQLite's name as its `code`. */
function named<T>(act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { errcode, message } = error as Error & { readonly errcode?: number };
    // The upper bits say more than is asked for.
    throw errcode === undefined
      ? error
      : sqliteError(codes.get(errcode & 0xff) ?? 'SQLITE_ERROR', message, error);
  }
}

function sqliteError(code: string, message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, { cause }), { code });
}
