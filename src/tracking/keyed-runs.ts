/** Fetches in order of time, apart by a key, and windows of time over them. Each takes time in proportion to the fetches. */

/** The fetches that have one key. */
export interface Run {
  readonly key: number;
  /** Numbers of the fetches, in order of time. */
  readonly fetches: Uint32Array;
  /** How many different copies were fetched. */
  copies(): number;
  /** The first fetch of each copy. */
  firstOfEachCopy(): readonly number[];
  /** Calls `visit` once for each fetch that is in some window of that length with at least so many different copies. */
  eachWindow(windowMs: number, leastCopies: number, visit: (fetch: number) => void): void;
}

export class KeyedRuns {
  readonly #times: readonly number[];
  readonly #copies: readonly number[];
  readonly #order: Uint32Array;
  /** By copy: the last run it was seen in. */
  readonly #seenIn: Uint32Array;
  /** By copy: how often it is in the window. */
  readonly #inWindow: Uint32Array;
  #run = 0;

  /** @param times Unix milliseconds. @param copies for each fetch the index of its copy. */
  constructor(times: readonly number[], copies: readonly number[], copyCount: number) {
    this.#times = times;
    this.#copies = copies;
    this.#order = inOrderOfTime(times);
    this.#seenIn = new Uint32Array(copyCount);
    this.#inWindow = new Uint32Array(copyCount);
  }

  /** @param keys for each fetch a number from 0. @returns the runs with at least so many fetches. */
  *by(keys: ArrayLike<number>, fewest: number): Iterable<Run> {
    const { sorted, beginnings } = this.#sort(keys);
    for (let key = 0; key < beginnings.length; key += 1) {
      const [from, to] = [beginnings[key] ?? 0, beginnings[key + 1] ?? keys.length];
      if (to - from >= fewest) yield this.#runOf(key, sorted.subarray(from, to));
    }
  }

  /** @returns for each fetch a number from 0 that is alike where both keys are. */
  pair(keys: ArrayLike<number>, others: ArrayLike<number>): Uint32Array {
    const { sorted, beginnings } = this.#sort(keys);
    const pairs = new Uint32Array(keys.length);
    const lastKey: number[] = [];
    const pairOf: number[] = [];
    let count = 0;
    for (let key = 0; key < beginnings.length; key += 1) {
      const end = beginnings[key + 1] ?? keys.length;
      for (let at = beginnings[key] ?? 0; at < end; at += 1) {
        const fetch = sorted[at] ?? 0;
        const other = others[fetch] ?? 0;
        if (lastKey[other] !== key) pairOf[other] = count++;
        lastKey[other] = key;
        pairs[fetch] = pairOf[other] ?? 0;
      }
    }
    return pairs;
  }

  /** By key, and by time where the keys are alike. */
  #sort(keys: ArrayLike<number>): { readonly sorted: Uint32Array; readonly beginnings: Uint32Array } {
    const places = countUp(keys);
    const sorted = new Uint32Array(keys.length);
    for (let at = keys.length - 1; at >= 0; at -= 1) {
      const fetch = this.#order[at] ?? 0;
      const key = keys[fetch] ?? 0;
      const place = (places[key] ?? 0) - 1;
      places[key] = place;
      sorted[place] = fetch;
    }
    // They were the ends; each was moved to the beginning of its run.
    return { sorted, beginnings: places };
  }

  #runOf(key: number, fetches: Uint32Array): Run {
    return {
      key,
      fetches,
      copies: () => this.#firsts(fetches).length,
      firstOfEachCopy: () => this.#firsts(fetches),
      eachWindow: (windowMs, leastCopies, visit) => this.#slide(fetches, windowMs, leastCopies, visit),
    };
  }

  #firsts(fetches: Uint32Array): number[] {
    this.#run += 1;
    const firsts: number[] = [];
    for (const fetch of fetches) {
      const copy = this.#copies[fetch] ?? 0;
      if (this.#seenIn[copy] !== this.#run) firsts.push(fetch);
      this.#seenIn[copy] = this.#run;
    }
    return firsts;
  }

  #slide(fetches: Uint32Array, windowMs: number, least: number, visit: (fetch: number) => void): void {
    let [first, visited, copies] = [0, 0, 0];
    const enter = (fetch: number, by: 1 | -1) => {
      const copy = this.#copies[fetch] ?? 0;
      const before = this.#inWindow[copy] ?? 0;
      this.#inWindow[copy] = before + by;
      if (before + Math.min(by, 0) === 0) copies += by;
    };
    for (let last = 0; last < fetches.length; last += 1) {
      const fetch = fetches[last] ?? 0;
      enter(fetch, 1);
      const since = (this.#times[fetch] ?? 0) - windowMs;
      for (; (this.#times[fetches[first] ?? 0] ?? 0) < since; first += 1) enter(fetches[first] ?? 0, -1);
      if (copies < least) continue;
      for (let at = Math.max(first, visited); at <= last; at += 1) visit(fetches[at] ?? 0);
      visited = last + 1;
    }
    for (; first < fetches.length; first += 1) enter(fetches[first] ?? 0, -1);
  }
}

/** Numbers of the fetches. They nearly always are recorded in that order. */
function inOrderOfTime(times: readonly number[]): Uint32Array {
  const order = new Uint32Array(times.length);
  let isOrdered = true;
  for (let fetch = 0; fetch < times.length; fetch += 1) {
    order[fetch] = fetch;
    if (fetch > 0 && (times[fetch] ?? 0) < (times[fetch - 1] ?? 0)) isOrdered = false;
  }
  return isOrdered ? order : order.sort((one, other) => (times[one] ?? 0) - (times[other] ?? 0));
}

/** @returns by key how many fetches have it or one below. */
function countUp(keys: ArrayLike<number>): Uint32Array {
  let most = -1;
  for (let fetch = 0; fetch < keys.length; fetch += 1) most = Math.max(most, keys[fetch] ?? 0);
  const counts = new Uint32Array(most + 1);
  for (let fetch = 0; fetch < keys.length; fetch += 1) {
    const key = keys[fetch] ?? 0;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  for (let key = 1; key < counts.length; key += 1) counts[key] = (counts[key] ?? 0) + (counts[key - 1] ?? 0);
  return counts;
}
