/**
 * Moves fetches from where they arrived (`arrivals.ts`) to their emails. A lot is moved in the order of its emails, so that a page
 * is written once for all of its rows, and in slices, so that nobody waits for long. The row of `settling` says how far a lot is;
 * it changes in the transaction that moves the rows, so that each fetch is in one place whenever a process dies.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Database } from './database.js';
import { lastFetchNumber } from './fetch-numbers.js';
import type { GroupCommit, Urgency } from './group-commit.js';

/** Their ids and emails are in memory while they are moved. */
const lotRows = 100_000;
/** In which the event loop waits. A slice ends with the rows that were begun in that time. */
const sliceMs = 2;
const rowsBetweenLooks = 16;
const stepRows = 3_000;

interface Lot {
  /** Arrivals up to this id are gone. */
  readonly afterId: number;
  /** The last of the lot. */
  readonly untilId: number;
  /** The last that was moved, in the order of both. */
  readonly emailNumber: number;
  readonly arrivalId: number;
}

type Arrival = readonly [arrivalId: number, emailNumber: number];

export class Settling {
  readonly #commits: GroupCommit;
  readonly #database: Database;
  #prepared: ReturnType<typeof prepare> | undefined;
  #running: Promise<unknown> = Promise.resolve();

  constructor(database: Database, commits: GroupCommit) {
    this.#commits = commits;
    this.#database = database;
  }

  /** Most commands never settle anything. */
  get #sql(): ReturnType<typeof prepare> {
    this.#prepared ??= prepare(this.#database);
    return this.#prepared;
  }

  /** How many are not settled, and with them those of a lot that is being moved. */
  get waiting(): number {
    return this.#sql.waiting.get() as number;
  }

  /**
   * Settles all that has arrived by now, and maybe more. One call after the other.
   * @param urgency `soon`: slices ride with the commits of others.
   * @param isOver asked before each slice; true ends it early.
   */
  settle(urgency: Urgency = 'now', isOver: () => boolean = () => false): Promise<void> {
    const lastId = this.#sql.lastId.get() as number | null;
    if (lastId === null) return Promise.resolve();
    const run = this.#running.then(() => this.#settleUntil(lastId, urgency, isOver));
    this.#running = run.catch(() => undefined);
    return run;
  }

  /** Within a transaction that writes: the few that arrived since `settle`. */
  settleRest(): void {
    for (let lot = this.#openLot(); lot !== undefined; lot = this.#openLot()) {
      const order = new Order(lot);
      let after: number | undefined = lot.afterId;
      while (after !== undefined) after = this.#readStep(order, after);
      const moved = this.#move(lot, order.arrivals(), Number.POSITIVE_INFINITY);
      if (moved !== undefined) this.#remove(moved.lot, lot.untilId);
    }
  }

  async #settleUntil(lastId: number, urgency: Urgency, isOver: () => boolean): Promise<void> {
    const commit = <T>(apply: () => T) => this.#commits.run(urgency, apply);
    for (;;) {
      if (isOver()) return;
      let lot = await commit(() => this.#openLot());
      if (lot === undefined || lot.afterId >= lastId) return;
      const order = new Order(lot);
      let after: number | undefined = lot.afterId;
      while (after !== undefined) {
        after = this.#readStep(order, after);
        await nextTurn();
      }
      const arrivals = order.arrivals();
      for (let isDone = false; !isDone && lot !== undefined; ) {
        if (isOver()) return;
        const from: Lot = lot;
        const moved = await commit(() => this.#move(from, arrivals, sliceMs));
        // undefined: another process settles them, too.
        lot = moved?.lot;
        isDone = moved?.isDone ?? true;
      }
      while (lot !== undefined && lot.afterId < lot.untilId) {
        const from: Lot = lot;
        lot = await commit(() => this.#remove(from, from.afterId + stepRows));
      }
    }
  }

  /** The one that was begun, or a new one. */
  #openLot(): Lot | undefined {
    const state = this.#sql.state.get() as Lot;
    if (state.afterId < state.untilId) return state;
    const lastId = this.#sql.lastId.get() as number | null;
    if (lastId === null) return undefined;
    const untilId = Math.min(lastId, state.untilId + lotRows);
    return this.#advance(state, { afterId: state.afterId, untilId, emailNumber: -1, arrivalId: 0 });
  }

  /** @returns after which id to go on. */
  #readStep(order: Order, after: number): number | undefined {
    const rows = this.#sql.arrivals.all(after, order.lot.untilId) as Arrival[];
    for (const row of rows) order.add(row);
    return rows.length < stepRows ? undefined : rows.at(-1)?.[0];
  }

  /** @returns how far the lot is then; undefined when another process was there before. */
  #move(
    from: Lot,
    arrivals: Iterator<Arrival>,
    forMs: number,
  ): { readonly lot: Lot; readonly isDone: boolean } | undefined {
    if (!this.#isStill(from)) return undefined;
    const endMs = performance.now() + forMs;
    let [last, number] = [undefined as Arrival | undefined, 0];
    let next = arrivals.next();
    for (let rows = 1; next.done !== true; rows += 1) {
      const [arrivalId, emailNumber] = next.value;
      if (emailNumber !== last?.[1]) number = this.#sql.lastNumber.get({ email: emailNumber }) as number;
      number += 1;
      this.#sql.move.run(number, arrivalId);
      last = next.value;
      if (rows % rowsBetweenLooks === 0 && performance.now() >= endMs) break;
      next = arrivals.next();
    }
    const lot =
      last === undefined ? from : this.#advance(from, { ...from, arrivalId: last[0], emailNumber: last[1] });
    return lot && { lot, isDone: next.done === true };
  }

  /** All of the lot are in their place. */
  #remove(from: Lot, untilId: number): Lot | undefined {
    const afterId = Math.min(from.untilId, untilId);
    const removed = this.#advance(from, { ...from, afterId });
    if (removed !== undefined) this.#sql.remove.run(afterId);
    return removed;
  }

  #isStill(lot: Lot): boolean {
    return this.#advance(lot, lot) !== undefined;
  }

  #advance(from: Lot, to: Lot): Lot | undefined {
    const { afterId, untilId, emailNumber, arrivalId } = to;
    const wanted = [from.afterId, from.untilId, from.emailNumber, from.arrivalId];
    const { changes } = this.#sql.advance.run(afterId, untilId, emailNumber, arrivalId, ...wanted);
    return changes === 1 ? to : undefined;
  }
}

/** The arrivals of a lot that are still to be moved, by email. */
class Order {
  readonly lot: Lot;
  readonly #byEmail = new Map<number, number[]>();

  constructor(lot: Lot) {
    this.lot = lot;
  }

  /** In the order of their ids. */
  add([arrivalId, emailNumber]: Arrival): void {
    const done = this.lot;
    if (emailNumber < done.emailNumber) return;
    if (emailNumber === done.emailNumber && arrivalId <= done.arrivalId) return;
    const ids = this.#byEmail.get(emailNumber);
    if (ids === undefined) this.#byEmail.set(emailNumber, [arrivalId]);
    else ids.push(arrivalId);
  }

  *arrivals(): Generator<Arrival, void, void> {
    for (const emailNumber of [...this.#byEmail.keys()].sort((one, other) => one - other)) {
      for (const arrivalId of this.#byEmail.get(emailNumber) ?? []) yield [arrivalId, emailNumber];
    }
  }
}

function prepare(database: Database) {
  return {
    state: database.prepare(`
      SELECT after_id AS afterId, until_id AS untilId, email_number AS emailNumber, arrival_id AS arrivalId FROM settling`),
    lastId: database.prepare('SELECT max(arrival_id) FROM arrived_fetches').pluck(),
    waiting: database
      .prepare('SELECT coalesce((SELECT max(arrival_id) FROM arrived_fetches) - after_id, 0) FROM settling')
      .pluck(),
    advance: database.prepare(`
      UPDATE settling SET after_id = ?, until_id = ?, email_number = ?, arrival_id = ?
       WHERE after_id = ? AND until_id = ? AND email_number = ? AND arrival_id = ?`),
    arrivals: database
      .prepare(`
        SELECT arrival_id, email_number FROM arrived_fetches
         WHERE arrival_id > ? AND arrival_id <= ? ORDER BY arrival_id LIMIT ${stepRows}`)
      .raw(),
    lastNumber: database.prepare(`SELECT ${lastFetchNumber('@email')}`).pluck(),
    move: database.prepare(`
      INSERT INTO settled_fetches
      SELECT email_number, ?, recipient_number, fetched_at, method, user_agent_id, network, kind, confidence, rule
        FROM arrived_fetches WHERE arrival_id = ?`),
    remove: database.prepare('DELETE FROM arrived_fetches WHERE arrival_id <= ?'),
  };
}
