import type { Clock } from './ports.js';

export interface QueueOptions<Item, Result> {
  readonly clock: Pick<Clock, 'sleep' | 'monotonicMs'>;
  /** All of the items or, when it rejects, none of them. One result per item, in the same order. */
  readonly write: (items: readonly Item[]) => Promise<readonly Result[]>;
  /**
   * Whether an item is something to keep; default true. Other items are written for as long as somebody waits for them: they cannot
   * fill the memory that is for facts.
   */
  readonly isFact?: (item: Item) => boolean;
  /** Must not throw. */
  readonly onWritten: (results: readonly Result[]) => void;
  /** Called when writing begins to fail, not again until it has worked in between. */
  readonly onStalled: (error: unknown) => void;
  /** How long somebody waits for an item before they are told `queued`. */
  readonly maxWaitMs: number;
  /** While more are held nobody waits: each who does holds a request, a response and their place on a connection. */
  readonly maxWaiting: number;
  /** Facts held in memory; more are refused. */
  readonly maxHeld: number;
}

/** What arrived together: written together, given up waiting for together. */
interface Turn<Item, Result> {
  items: Item[];
  /** One for each item; undefined where nobody waits. */
  waiting: (((outcome: Result | 'queued') => void) | undefined)[];
  /** There once somebody waits longer than a commit usually takes; ends the wait for the deadline. */
  deadline: AbortController | undefined;
  /** While a write of it is under way, its items stay as they are. */
  isBeingWritten: boolean;
  isWritten: boolean;
}

/** One round of the event loop while items gather. */
interface Round {
  readonly untilMs: number;
  readonly startedMs: number;
  /** Items there were when it began. */
  readonly before: number;
  /** So many quiet ones, this among them, end the turn. */
  readonly quiet: number;
}

/** A lock is often held for a moment only; a full disk stays full. The last one is repeated. */
const retryMs = [20, 50, 100, 250] as const;
/** At most; it is what a write took lately. */
const longestGatherMs = 20;
/** In which nothing came: then nothing more is to be expected. */
const quietRounds = 2;
/** A round that takes longer did something: it accepted a connection, for one, whose request comes next. */
const busyRoundMs = 0.05;
/** Many turns may pile up while writing fails; one write of them all would hold up the event loop. */
const maxWriteItems = 1_000;

/**
 * Items on their way to a log that may be slow, locked or full. What arrives together is written in one go, in order;
 * while a write is under way or fails, items gather in bounded memory and are tried again.
 *
 * Together is one round of the event loop and, as long as more keeps coming, as many as fit into the time of a write:
 * a write that holds up the event loop holds up new connections too, of which Node accepts one a round.
 */
export class FetchQueue<Item, Result> {
  readonly #options: QueueOptions<Item, Result>;
  readonly #turns: Turn<Item, Result>[] = [];
  #gathering: Turn<Item, Result> | undefined;
  /** Items of all kinds, and facts among them. */
  #items = 0;
  #facts = 0;
  #drain: Promise<void> | undefined;
  #writeMs = 0;
  /** Writes that failed since one worked. */
  #failures = 0;
  #open = true;

  constructor(options: QueueOptions<Item, Result>) {
    this.#options = options;
  }

  /** Facts that are not written yet. */
  get held(): number {
    return this.#facts;
  }

  /**
   * @returns the item's result; `queued` when that takes too long, or too many wait, and it is still tried; `dropped` when there
   * is no room. An item that is no fact is forgotten with `queued`.
   */
  push(item: Item): Promise<Result | 'queued'> | 'queued' | 'dropped' {
    const isFact = this.#isFact(item);
    const isWaitedFor = this.#items < this.#options.maxWaiting;
    if (isFact && this.#facts >= this.#options.maxHeld) return 'dropped';
    if (!isFact && !isWaitedFor) return 'queued';
    this.#items += 1;
    if (isFact) this.#facts += 1;
    const turn = this.#gathering ?? this.#beginTurn();
    turn.items.push(item);
    if (isWaitedFor) return new Promise(resolve => turn.waiting.push(resolve));
    turn.waiting.push(undefined);
    return 'queued';
  }

  /**
   * Writes what is held, trying again for at most `maxWaitMs`, and ends the queue: nothing may be pushed after it.
   * @returns how many facts could not be written in that time.
   */
  async flush(): Promise<number> {
    this.#endTurn();
    const patience = new AbortController();
    await Promise.race([this.#drain, this.#options.clock.sleep(this.#options.maxWaitMs, patience.signal)]);
    patience.abort();
    this.#open = false;
    return this.#facts;
  }

  #isFact(item: Item): boolean {
    return this.#options.isFact?.(item) ?? true;
  }

  #beginTurn(): Turn<Item, Result> {
    const turn: Turn<Item, Result> = {
      items: [],
      waiting: [],
      deadline: undefined,
      isBeingWritten: false,
      isWritten: false,
    };
    this.#gathering = turn;
    const startedMs = this.#options.clock.monotonicMs();
    const untilMs = startedMs + Math.min(this.#writeMs, longestGatherMs);
    setImmediate(() => this.#gather(turn, { untilMs, startedMs, before: 0, quiet: quietRounds }));
    return turn;
  }

  #gather(turn: Turn<Item, Result>, round: Round): void {
    // Ended by a flush meanwhile.
    if (turn !== this.#gathering) return;
    const now = this.#options.clock.monotonicMs();
    const { length } = turn.items;
    const isBusy = length > round.before || now - round.startedMs > busyRoundMs;
    const quiet = isBusy ? quietRounds : round.quiet - 1;
    if (quiet === 0 || now >= round.untilMs || length >= maxWriteItems) this.#endTurn();
    else setImmediate(() => this.#gather(turn, { ...round, startedMs: now, before: length, quiet }));
  }

  #endTurn(): void {
    const turn = this.#gathering;
    if (turn === undefined) return;
    this.#gathering = undefined;
    this.#turns.push(turn);
    this.#drain ??= this.#writeAll();
    // Nearly every turn is written by then, and a timer for each would cost as much as its commit.
    setImmediate(() => {
      if (!turn.isWritten) void this.#giveUpWaiting(turn);
    });
  }

  async #giveUpWaiting(turn: Turn<Item, Result>): Promise<void> {
    turn.deadline = new AbortController();
    await this.#options.clock.sleep(this.#options.maxWaitMs, turn.deadline.signal);
    for (const resolve of turn.waiting) resolve?.('queued');
    if (!turn.isBeingWritten && !turn.isWritten) this.#keepFacts(turn);
  }

  /** Nobody waits for the rest any more. */
  #keepFacts(turn: Turn<Item, Result>): void {
    const before = turn.items.length;
    turn.items = turn.items.filter(item => this.#isFact(item));
    turn.waiting = turn.items.map(() => undefined);
    this.#items -= before - turn.items.length;
  }

  async #writeAll(): Promise<void> {
    while (this.#turns.length > 0 && this.#open) {
      const turns = this.#nextTurns();
      const items = turns.length === 1 ? (turns[0]?.items ?? []) : turns.flatMap(turn => turn.items);
      const startedMs = this.#options.clock.monotonicMs();
      for (const turn of turns) turn.isBeingWritten = true;
      try {
        const results = await this.#options.write(items);
        this.#writeMs = this.#options.clock.monotonicMs() - startedMs;
        this.#settle(turns, results);
      } catch (error) {
        for (const turn of turns) turn.isBeingWritten = false;
        if (this.#failures === 0) this.#options.onStalled(error);
        await this.#options.clock.sleep(retryMs[Math.min(this.#failures, retryMs.length - 1)] ?? 0);
        this.#failures += 1;
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
    this.#failures = 0;
    this.#turns.splice(0, turns.length);
    this.#items -= results.length;
    for (const turn of turns) for (const item of turn.items) if (this.#isFact(item)) this.#facts -= 1;
    // Counted before anybody is told.
    this.#options.onWritten(results);
    let index = 0;
    for (const turn of turns) {
      turn.isWritten = true;
      for (const resolve of turn.waiting) {
        resolve?.(results[index] as Result);
        index += 1;
      }
      turn.deadline?.abort();
    }
  }
}
