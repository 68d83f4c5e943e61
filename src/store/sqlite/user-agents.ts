import type { Database } from './database.js';

/** There are few, and each id that is known saves a look-up per fetch. */
const rememberedIds = 1_000;

/** The ids of user agents, which are in the database once. */
export class UserAgents {
  readonly #sql;
  readonly #ids = new Map<string, number>();
  /** User agents that only forged fetches have had. */
  readonly #forged = new Set<string>();
  #used: Set<number> | undefined;

  constructor(database: Database) {
    this.#sql = {
      intern: database.prepare('INSERT OR IGNORE INTO user_agents (user_agent) VALUES (?)'),
      id: database.prepare('SELECT user_agent_id FROM user_agents WHERE user_agent = ?').pluck(),
      begin: database.prepare('SAVEPOINT forged_agent'),
      undo: database.prepare('ROLLBACK TO forged_agent'),
      end: database.prepare('RELEASE forged_agent'),
    };
  }

  /** Within a transaction; makes one. */
  idOf(userAgent: string): number | null {
    if (userAgent === '') return null;
    const id = this.#ids.get(userAgent) ?? this.#look(userAgent);
    this.#used?.add(id);
    return id;
  }

  /**
   * As `idOf`, and does as much, but leaves no user agent that was not there before.
   * @returns null for one that was not.
   */
  idOfForged(userAgent: string): number | null {
    const id = this.#ids.get(userAgent);
    if (userAgent === '' || id !== undefined) return id ?? null;
    if (this.#forged.has(userAgent)) return null;
    this.#sql.begin.run();
    this.#sql.intern.run(userAgent);
    this.#sql.id.get(userAgent);
    this.#sql.undo.run();
    this.#sql.end.run();
    if (this.#forged.size >= rememberedIds) this.#forged.clear();
    this.#forged.add(userAgent);
    return null;
  }

  /** When some may have been removed, or were never there since their transaction was rolled back. */
  forget(): void {
    this.#ids.clear();
  }

  /** @returns the ids that are asked for from now on, until it is called again. */
  watchUse(): ReadonlySet<number> {
    this.#used = new Set();
    return this.#used;
  }

  #look(userAgent: string): number {
    this.#sql.intern.run(userAgent);
    const id = this.#sql.id.get(userAgent) as number;
    if (this.#ids.size >= rememberedIds) this.#ids.clear();
    this.#ids.set(userAgent, id);
    return id;
  }
}
