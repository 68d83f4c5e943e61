import type { FetchLog, ForgedFetch, RecordedFetch, Unsubscription } from '../../src/workflow/fact-ports.js';
import type { Pixel } from '../../src/workflow/people-ports.js';

/** A clock that stands still until it is told to go on; whoever sleeps is woken in the order of time. */
export class ManualClock {
  #ms = 0;
  readonly #sleepers = new Set<{ readonly at: number; readonly wake: () => void }>();

  readonly now = (): Date => new Date(Date.UTC(2026, 10, 23, 9) + this.#ms);

  /** No time passes while something is done: nothing is waited for on its account. */
  readonly monotonicMs = (): number => this.#ms;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise(resolve => {
      if (ms <= 0 || signal?.aborted === true) {
        resolve();
        return;
      }
      const sleeper = { at: this.#ms + ms, wake: resolve };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', () => {
        this.#sleepers.delete(sleeper);
        resolve();
      });
    });

  readonly nextTurn = (): Promise<void> => nextTurn();

  get sleeping(): number {
    return this.#sleepers.size;
  }

  async advance(ms: number): Promise<void> {
    const until = this.#ms + ms;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#ms = next.at;
      this.#sleepers.delete(next);
      next.wake();
      await quiet();
    }
    this.#ms = until;
  }

  #next(until: number) {
    return [...this.#sleepers].sort((one, other) => one.at - other.at).find(({ at }) => at <= until);
  }
}

/** A log whose disk can be locked (every write fails) or stuck (no write ends). */
export class FetchLogWorld implements FetchLog {
  readonly rows: RecordedFetch[] = [];
  /** How many fetches there were in each, without the forged ones. */
  readonly commits: number[] = [];
  /** How many forged fetches there were in each. */
  readonly forged: number[] = [];
  readonly articles = new Map<string, { emailNumber: number; recipientNumber: number }>();
  readonly unsubscribed: (readonly [number, number])[] = [];
  disk: 'free' | 'locked' | 'stuck' = 'free';
  #release: () => void = () => undefined;
  #released = new Promise<void>(resolve => {
    this.#release = resolve;
  });

  async appendFetches(
    fetches: readonly RecordedFetch[],
    forged: readonly ForgedFetch[] = [],
  ): Promise<number> {
    await this.#disk();
    this.commits.push(fetches.length);
    this.forged.push(forged.length);
    this.rows.push(...fetches);
    return fetches.length;
  }

  async resolveArticleToken(emailId: string, emailAddress: string) {
    await this.#disk();
    return this.articles.get(`${emailId} ${emailAddress}`);
  }

  /** Pixels by `<email> <recipient>`. */
  readonly closed = new Set<string>();
  readonly optedOut: (readonly [number, number])[] = [];

  async findClosed<F extends Pixel>(fetches: readonly F[]): Promise<ReadonlySet<F>> {
    return new Set(
      fetches.filter(({ emailNumber, recipientNumber }) =>
        this.closed.has(`${emailNumber} ${recipientNumber}`),
      ),
    );
  }

  async recordOptOuts(people: readonly Unsubscription[]): Promise<void> {
    await this.#disk();
    for (const { emailNumber, recipientNumber } of people) this.optedOut.push([emailNumber, recipientNumber]);
  }

  async recordUnsubscribes(people: readonly Unsubscription[]): Promise<void> {
    await this.#disk();
    for (const { emailNumber, recipientNumber } of people)
      this.unsubscribed.push([emailNumber, recipientNumber]);
  }

  /** Lets every stuck write end. */
  free(): void {
    this.disk = 'free';
    this.#release();
  }

  async #disk(): Promise<void> {
    await nextTurn();
    if (this.disk === 'locked') throw new Error('the database is locked by another program');
    if (this.disk === 'stuck') await this.#released;
  }
}

/** Until nothing is due any more: no chain of steps here takes half as many turns of the event loop. */
export async function quiet(): Promise<void> {
  for (let round = 0; round < 20; round += 1) await nextTurn();
}

function nextTurn(): Promise<void> {
  return new Promise(resolve => setImmediate(resolve));
}
