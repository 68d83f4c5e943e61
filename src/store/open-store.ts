/**
 * Where the ledger and the facts are kept. Knows databases and nothing of mail beyond the ports' words; the only
 * room with SQL in it.
 */
import { resolve } from 'node:path';
import { Problem } from '../problem.js';
import type { EmailReader, FactIntake, FactOffer, FetchLog, Ledger, LogIntake } from '../workflow/ports.js';
import { type Database, databaseProblem, openDatabase } from './sqlite/database.js';
import { createFactIntake } from './sqlite/fact-intake.js';
import { createFactOffer } from './sqlite/fact-offer.js';
import { createFetchLog } from './sqlite/fetch-log.js';
import { GroupCommit } from './sqlite/group-commit.js';
import { createLedger } from './sqlite/ledger.js';
import { createLogIntake } from './sqlite/log-intake.js';
import { createReads } from './sqlite/reads.js';

export interface Store {
  readonly ledger: Ledger;
  readonly fetchLog: FetchLog;
  readonly reader: EmailReader;
  readonly factOffer: FactOffer;
  readonly factIntake: FactIntake;
  readonly logIntake: LogIntake;
  /** Commits what still rides, then closes. */
  close(): Promise<void>;
}

/** Long enough for another process's commit or checkpoint on a slow disk. */
const patientMs = 5_000;

/**
 * @param url `sqlite:<path>`, or a bare path; created when it is not there.
 * @param busyTimeoutMs how long a write waits for another process; default 5 s.
 * @throws Problem `config` for another kind of URL, `database` when it cannot be opened.
 */
export async function openStore(url: string, busyTimeoutMs = patientMs): Promise<Store> {
  const database = await openDatabase(resolve(sqlitePath(url)), busyTimeoutMs);
  const commits = new GroupCommit(database);
  const sides = createSides(database, commits);
  return {
    ...sides,
    async close() {
      commits.flush();
      database.close();
    },
  };
}

/** Their statements are prepared here, for which all tables have to be as they were made. */
function createSides(database: Database, commits: GroupCommit): Omit<Store, 'close'> {
  try {
    const reader = createReads(database);
    return {
      ledger: createLedger(database, commits, reader),
      fetchLog: createFetchLog(database, commits),
      reader,
      factOffer: createFactOffer(database, commits),
      factIntake: createFactIntake(database, commits),
      logIntake: createLogIntake(database, commits),
    };
  } catch (error) {
    database.close();
    throw databaseProblem(database.name, error);
  }
}

function sqlitePath(url: string): string {
  if (url.startsWith('sqlite:')) return url.slice('sqlite:'.length);
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(url)) {
    throw new Problem('config', `store.url ${JSON.stringify(url)} is not a database this version knows`, {
      fix: 'Use sqlite:<path> or a bare path.',
    });
  }
  return url;
}
