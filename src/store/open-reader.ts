import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Problem } from '../problem.js';
import type { EmailReader } from '../workflow/ports.js';
import { type Database, databaseProblem, openDatabase } from './sqlite/database.js';
import { createReads } from './sqlite/reads.js';

export interface Reader {
  readonly reader: EmailReader;
  close(): void;
}

/** Long enough for another process's commit or checkpoint on a slow disk. */
const patientMs = 5_000;

export interface ReaderOptions {
  /** Everything is read as it is when the first is, whatever is written meanwhile. */
  readonly ofOneMoment?: boolean;
}

/**
 * For commands that only look, and would wait for all the rest to load (`openStore`).
 * @throws Problem as `openAt`.
 */
export async function openReader(url: string, options: ReaderOptions = {}): Promise<Reader> {
  const database = await openAt(url);
  const reader = prepared(database, () => createReads(database));
  if (options.ofOneMoment === true) database.exec('BEGIN');
  return { reader, close: () => database.close() };
}

/** As `openReader`, for commands that make no database. @returns undefined when there is none. */
export async function openReaderIfAny(url: string, options?: ReaderOptions): Promise<Reader | undefined> {
  return existsAt(url) ? openReader(url, options) : undefined;
}

/**
 * @param url `sqlite:<path>`, or a bare path; created when it is not there.
 * @throws Problem `config` for another kind of URL, `database` when it cannot be opened.
 */
export function openAt(url: string, busyTimeoutMs = patientMs): Promise<Database> {
  return openDatabase(resolve(sqlitePath(url)), busyTimeoutMs);
}

/** @param url as of `openAt`. */
export function existsAt(url: string): boolean {
  return existsSync(sqlitePath(url));
}

/** Statements are prepared once, for which all tables have to be as they were made. */
export function prepared<Sides>(database: Database, prepare: () => Sides): Sides {
  try {
    return prepare();
  } catch (error) {
    database.close();
    throw databaseProblem(database.name, error);
  }
}

function sqlitePath(url: string): string {
  if (url.startsWith('sqlite:')) return url.slice('sqlite:'.length);
  const scheme = /^[a-z][a-z0-9+.-]+:(?=\/\/)/i.exec(url)?.[0];
  if (scheme !== undefined) {
    // The rest of it may hold a password.
    throw new Problem(
      'config',
      `store.url begins with "${scheme}", which is not a database this version knows`,
      {
        fix: 'Use sqlite:<path> or a bare path.',
      },
    );
  }
  return url;
}
