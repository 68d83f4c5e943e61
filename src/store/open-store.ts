/**
 * Where the ledger and the facts are kept. Knows databases and nothing of mail beyond the ports' words; the only
 * room with SQL in it.
 */
import type {
  DiskRoom,
  FactIntake,
  FactOffer,
  FetchLog,
  LogIntake,
  UserAgentForgetter,
} from '../workflow/fact-ports.js';
import type { ReturnLog, SentCopies } from '../workflow/inbox-ports.js';
import type { PeopleStore } from '../workflow/people-ports.js';
import type { EmailReader, Ledger, ServerNotes, SuppressionList } from '../workflow/ports.js';
import { existsAt, openAt, prepared } from './open-reader.js';
import { Arrivals } from './sqlite/arrivals.js';
import { checkpointAside } from './sqlite/checkpoints.js';
import { ClosedPixels } from './sqlite/closed-pixels.js';
import { createDamageCheck, type DamageCheck } from './sqlite/damage-check.js';
import { type Database, databaseProblem } from './sqlite/database.js';
import { createDiskWatch } from './sqlite/disk-watch.js';
import { createFactIntake } from './sqlite/fact-intake.js';
import { createFactOffer } from './sqlite/fact-offer.js';
import { createFetchLog } from './sqlite/fetch-log.js';
import { createUserAgentForgetter } from './sqlite/forget-user-agents.js';
import { GroupCommit } from './sqlite/group-commit.js';
import { createLedger } from './sqlite/ledger.js';
import { createLogIntake } from './sqlite/log-intake.js';
import { createPeople } from './sqlite/people.js';
import { PixelCounts } from './sqlite/pixel-counts.js';
import { createReads } from './sqlite/reads.js';
import { createReturnLog } from './sqlite/return-log.js';
import { createSentCopies } from './sqlite/sent-copies.js';
import { createServerNotes } from './sqlite/server-notes.js';
import { keepSettling, settleAtEnd } from './sqlite/settle-aside.js';
import { Settling } from './sqlite/settling.js';
import { createSuppressionList } from './sqlite/suppression-list.js';
import { UserAgents } from './sqlite/user-agents.js';

export interface Store {
  readonly ledger: Ledger;
  readonly fetchLog: FetchLog;
  readonly reader: EmailReader;
  readonly serverNotes: ServerNotes;
  readonly suppressionList: SuppressionList;
  readonly factOffer: FactOffer;
  readonly factIntake: FactIntake;
  readonly logIntake: LogIntake;
  readonly userAgentForgetter: UserAgentForgetter;
  readonly people: PeopleStore;
  readonly returnLog: ReturnLog;
  /** What was sent, for messages that come back. */
  readonly sentCopies: SentCopies;
  /** Within the last second. */
  diskRoom(): DiskRoom;
  /** Commits what still rides, then closes. */
  close(): Promise<void>;
}

export interface StoreOptions {
  /** How long a write waits for another process, and everything else of this one with it; default 5 s. */
  readonly busyTimeoutMs?: number;
  /**
   * For `serve`, whose every commit is waited for: what is committed is moved to its place by another thread, and a
   * database that cannot be written is refused, instead of its first fetch.
   */
  readonly serving?: boolean;
  /** Pages up to which the file is looked through for damage before each run; default 2,000. */
  readonly smallPages?: number;
}

/** @throws Problem as `openAt`. */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const database = await openAt(url, options.busyTimeoutMs);
  const commits = new GroupCommit(database);
  const { damage, arrivals, settling, sides } = prepared(database, () => {
    const damage = createDamageCheck(database, commits, options.smallPages);
    const [arrivals, settling] = [new Arrivals(database), new Settling(database, commits)];
    return { damage, arrivals, settling, sides: createSides(database, commits, damage, arrivals, settling) };
  });
  if (options.serving === true) refuseReadOnly(database);
  const endCheckpoints = options.serving === true ? checkpointAside(database, commits) : undefined;
  const endSettling = options.serving === true ? keepSettling(settling, sides.diskRoom) : undefined;
  return {
    ...sides,
    async close() {
      await damage.end();
      endSettling?.();
      if (arrivals.areOurs) await settleAtEnd(settling, sides.diskRoom);
      commits.flush();
      await endCheckpoints?.();
      database.close();
    },
  };
}

/** For a dry run, which looks at who is suppressed when there is a database, and makes none. */
export async function openStoreIfAny(url: string): Promise<Store | undefined> {
  return existsAt(url) ? openStore(url) : undefined;
}

function createSides(
  database: Database,
  commits: GroupCommit,
  damage: DamageCheck,
  arrivals: Arrivals,
  settling: Settling,
): Omit<Store, 'close'> {
  const reader = createReads(database);
  const counts = new PixelCounts(database);
  const agents = new UserAgents(database);
  const disk = createDiskWatch(database.name);
  const closed = new ClosedPixels(database);
  return {
    ledger: createLedger(database, commits, reader, damage),
    fetchLog: createFetchLog(database, commits, arrivals, counts, agents, disk, closed),
    reader,
    serverNotes: createServerNotes(database, commits),
    suppressionList: createSuppressionList(database, commits),
    factOffer: createFactOffer(database, commits, settling, closed, agents),
    factIntake: createFactIntake(database, commits, closed),
    logIntake: createLogIntake(database, commits, counts, agents, settling),
    userAgentForgetter: createUserAgentForgetter(database, commits, agents, settling),
    people: createPeople(database, commits, closed, settling, agents),
    returnLog: createReturnLog(database, commits, () => new Date()),
    sentCopies: createSentCopies(database),
    diskRoom: disk.room,
  };
}

/** On a disk that is mounted read-only SQLite opens the file all the same, and only refuses a statement that would write. */
function refuseReadOnly(database: Database): void {
  try {
    // Something has to be written: beside the log of a process that was killed, a transaction begins all the same.
    const version = String(database.pragma('user_version', { simple: true }));
    database.exec(`BEGIN IMMEDIATE; PRAGMA user_version = ${version}; COMMIT`);
  } catch (error) {
    // Somebody else writes just now.
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return;
    database.close();
    throw databaseProblem(database.name, error);
  }
}
