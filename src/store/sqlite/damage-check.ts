/**
 * Looks for damage in the database file: whom to send to is read from it, and a page that is another's may name somebody else, or
 * somebody twice. What a run reads of its own email is looked at each time (its fingerprint, `workflow/check-resume.ts`, and
 * `openings.ts`); the whole file before a run where it is small or may have come to harm, else once a day beside the run.
 */
import { Worker } from 'node:worker_threads';
import { Problem } from '../../problem.js';
import { type Database, databaseProblem } from './database.js';
import { isEmailLocked } from './email-lock.js';
import type { GroupCommit } from './group-commit.js';

/** 8 MB: looked through in some hundredths of a second. */
const smallPages = 2_000;
const dayMs = 86_400_000;
/** Runs that are too short for the look beside them never complete it. */
const longestUncheckedMs = 7 * dayMs;

/** Whom to send to, and whom never. */
const tablesOfRun = ['emails', 'recipients', 'field_sets', 'suppressions', 'unsubscribes', 'unsubscribed'];

export interface DamageCheck {
  /**
   * Before a run takes the lock of its email.
   * @throws Problem `database` for damage that was found.
   */
  beforeRun(): Promise<void>;
  /** @throws Problem `database` once the look beside the run has found damage. */
  refuseFound(): void;
  /** Ends the look beside the run, whether or not it is through. */
  end(): Promise<void>;
}

/** @param small pages up to which the file is looked through before each run. */
export function createDamageCheck(database: Database, commits: GroupCommit, small = smallPages): DamageCheck {
  const sql = prepare(database);
  let found: Problem | undefined;
  let aside: Worker | undefined;

  const lastCheck = () => sql.lastCheck.get() as LastCheck | undefined;

  /** Runs since the last look that did not end: those that go on, and those whose process is gone and may have left anything. */
  async function unendedRuns(): Promise<{ readonly going: readonly number[]; readonly abandoned: boolean }> {
    const going: number[] = [];
    let abandoned = false;
    for (const { run_id, email_id } of sql.unendedSince.all(lastCheck()?.run_id ?? 0) as RunOfEmail[]) {
      if (await isEmailLocked(database.name, email_id)) going.push(run_id);
      else abandoned = true;
    }
    return { going, abandoned };
  }

  function ageMs(now: Date): number {
    const checked = lastCheck();
    return checked === undefined ? Number.POSITIVE_INFINITY : now.getTime() - Date.parse(checked.checked_at);
  }

  async function note(now: Date): Promise<void> {
    const { going } = await unendedRuns();
    // How those end that go on is not known yet.
    const last = going.length > 0 ? Math.min(...going) - 1 : (sql.lastRun.get() as number);
    // Only a note: a full disk is told by what needs the room.
    await commits.run('soon', () => sql.note.run(now.toISOString(), last)).catch(() => undefined);
  }

  function lookBeside(now: Date): void {
    aside ??= new Worker(new URL('./damage-worker.js', import.meta.url), {
      workerData: database.name,
      env: {},
    });
    aside.unref();
    // Without it, the next run looks.
    aside.on('error', () => undefined);
    aside.once('message', (said: string) => {
      if (said === 'ok') void note(now);
      else found = damaged(database, said, foundInRun);
    });
  }

  async function look(): Promise<void> {
    const now = new Date();
    const age = ageMs(now);
    const isSmall = (database.pragma('page_count', { simple: true }) as number) <= small;
    if (isSmall || age > longestUncheckedMs || age < 0 || (await unendedRuns()).abandoned) {
      for (const table of tablesOfRun) refuseDamaged(database, table);
      if (!isSmall) await note(now);
    } else if (age > dayMs) lookBeside(now);
  }

  return {
    async beforeRun() {
      try {
        await look();
      } catch (error) {
        throw databaseProblem(database.name, error);
      }
    },
    refuseFound() {
      if (found !== undefined) throw found;
    },
    async end() {
      await aside?.terminate();
    },
  };
}

interface RunOfEmail {
  run_id: number;
  email_id: string;
}

interface LastCheck {
  checked_at: string;
  run_id: number;
}

function prepare(database: Database) {
  return {
    lastCheck: database.prepare('SELECT checked_at, run_id FROM damage_checks'),
    note: database.prepare(`
      INSERT INTO damage_checks (only_row, checked_at, run_id) VALUES (1, ?, ?)
      ON CONFLICT DO UPDATE SET checked_at = excluded.checked_at, run_id = excluded.run_id`),
    unendedSince: database.prepare('SELECT run_id, email_id FROM runs WHERE run_id > ? AND ended_at IS NULL'),
    lastRun: database.prepare('SELECT coalesce(max(run_id), 0) FROM runs').pluck(),
  };
}

function refuseDamaged(database: Database, table: string): void {
  const said = quickCheck(database, `quick_check(${table})`);
  if (said !== 'ok') throw damaged(database, said, 'Restore it from a copy. Nothing was sent in this run.');
}

/** @returns `ok`, or the first that is wrong. */
export function quickCheck(database: Database, pragma: string): string {
  try {
    return String(database.pragma(pragma, { simple: true }));
  } catch (error) {
    return (error as Error).message;
  }
}

const foundInRun =
  'Restore it from a copy, and compare what that says with the output of this run: some messages were sent already.';

function damaged(database: Database, said: string, fix: string): Problem {
  return new Problem('database', `the database ${database.name} is damaged: ${said}`, { fix });
}
