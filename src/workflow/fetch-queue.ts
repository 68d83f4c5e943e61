import type { Clock } from './ports.js';

export interface QueueOptions<Item, Result> {
  readonly clock: Pick<Clock, 'sleep'>;
  /** All of the items or, when it rejects, none of them. One result per item, in the same order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>;
  /** Must not throw. */
  readonly onWritten: (results: readonly Result[]) => void;
  /** Called when writing begins to fail, not again until it has worked in between. */
  readonly onStalled: (error: unknown) => void;
  /** How long somebody waits for an item before they are told `queued`. */
  readonly maxWaitMs: number;
  /** Items held in memory; more are refused. */
  readonly maxHeld: number;
}

/** What arrived in one turn of the event loop: written together, given up waiting for together. */
interface Turn<Item, Result> {
  readonly items: Item[];
  readonly waiting: ((outcome: Result | 'queued') => void)[];
  /** Ends the wait for the deadline. */
  readonly written: AbortController;
}

const retryMs = 250;
/** Many turns may pile up while writing fails; one write of them all would hold up the event loop. */
const maxWriteItems = 1_000;

/**
 * Items on their way to a log that may be slow, locked or full. What arrives in one turn of the event loop is written
 * in one go, in order; while a write is under way or fails, items gather in bounded memory and are tried again.
 */
export class FetchQueue<Item, Result> {
  readonly #options: QueueOptions<Item, Result>;
  readonly #turns: Turn<Item, Result>[] = [];
  #gathering: Turn<Item, Result> | undefined;
  #held = 0;
  #drain: Promise<void> | undefined;
  #stalled = false;
  #open = true;

  constructor(options: QueueOptions<Item, Result>) {
    this.#options = options;
  }

  /** Items that are not written yet. */
  get held(): number {
    return this.#held;
  }

  /** @returns the item's result; `queued` when it took too long and is still tried; `dropped` when there is no room. */
  async push(item: Item): Promise<Result | 'queued' | 'dropped'> {
    if (this.#held >= this.#options.maxHeld) return 'dropped';
    this.#held += 1;
    const turn = this.#gathering ?? this.#beginTurn();
    turn.items.push(item);
    return new Promise(resolve => turn.waiting.push(resolve));
  }

  /**
   * Writes what is held, trying again for at most `maxWaitMs`, and ends the queue: nothing may be pushed after it.
   * @returns how many items could not be written in that time.
   */
  async flush(): Promise<number> {
    this.#endTurn();
    const patience = new AbortController();
    await Promise.race([this.#drain, this.#options.clock.sleep(this.#options.maxWaitMs, patience.signal)]);
    patience.abort();
    this.#open = false;
    return this.#held;
  }

  #beginTurn(): Turn<Item, Result> {
    const turn: Turn<Item, Result> = { items: [], waiting: [], written: new AbortController() };
    this.#gathering = turn;
    setImmediate(() => this.#endTurn());
    void this.#giveUpWaiting(turn);
    return turn;
  }

  async #giveUpWaiting(turn: Turn<Item, Result>): Promise<void> {
    await this.#options.clock.sleep(this.#options.maxWaitMs, turn.written.signal);
    for (const resolve of turn.waiting) resolve('queued');
  }

  #endTurn(): void {
    if (this.#gathering === undefined) return;
    this.#turns.push(this.#gathering);
    this.#gathering = undefined;
    this.#drain ??= this.#writeAll();
  }

  async #writeAll(): Promise<void> {
    while (this.#turns.length > 0 && this.#open) {
      const turns = this.#nextTurns();
      try {
        this.#settle(turns, await this.#options.write(turns.flatMap(turn => turn.items)));
      } catch (error) {
        if (!this.#stalled) this.#options.onStalled(error);
        this.#stalled = true;
        await this.#options.clock.sleep(retryMs);
      }
    }
    this.#drain = undefined;
  }

  #nextTurns(): readonly Turn<Item, Result>[] {
    let items = 0;
    const end = this.#turns.findIndex(turn => {
      items += turn.items.length;
      return items >= maxWriteItems;
    });
    return end === -1 ? [...this.#turns] : this.#turns.slice(0, end + 1);
  }

  #settle(turns: readonly Turn<Item, Result>[], results: readonly Result[]): void {
    this.#stalled = false;
    this.#turns.splice(0, turns.length);
    this.#held -= results.length;
    const waiting = turns.flatMap(turn => turn.waiting);
    for (const [index, result] of results.entries()) waiting[index]?.(result);
    for (const turn of turns) turn.written.abort();
    this.#options.onWritten(results);
  }
}
