import { type Classification, type FetchKind, fetchKinds } from '../tracking/fetch.js';
import type { Verdict } from './summary.js';

/** One look at a message often loads its images twice. */
const repeatMs = 30_000;
/** Below this a fetch is a maybe. */
const openConfidence = 0.5;

/** From the weakest reading to the strongest. */
const readings = ['none', 'machine', 'maybe', 'opened'] as const;

/**
 * What the fetches of each copy come to. The numbers of all copies lie in typed arrays: objects whose numbers change with each of ten
 * million fetches leave garbage that V8 takes for long-lived, and the process grows to several times of what it holds.
 */
export class Tallies {
  #size = 0;
  #kindCounts = new Uint32Array(0);
  /** The kinds of a copy in the order of their first fetches: one octal digit each, counted from 1. */
  #kindOrders = new Uint32Array(0);
  #readings = new Uint8Array(0);
  #confidences = new Float64Array(0);
  /** Of each copy the index of the rule that the reading rests on. */
  #rules = new Uint16Array(0);
  readonly #ruleNames: string[] = [''];
  #opens = new Uint32Array(0);
  #isDisordered = new Uint8Array(0);
  // Unix time in milliseconds; NaN where there is none.
  #firstOpens = new Float64Array(0);
  #lastOpens = new Float64Array(0);
  /** Of the last open, be it a repeat or not. */
  #ends = new Float64Array(0);
  #firstMaybes = new Float64Array(0);

  /** @returns the number of the copy, counted from 0. */
  addCopy(): number {
    if (this.#size === this.#readings.length) this.#grow(Math.max(64, 2 * this.#size));
    const copy = this.#size++;
    this.forgetOpens(copy);
    this.#firstMaybes[copy] = Number.NaN;
    return copy;
  }

  /** @param times how many fetches this one stands for. */
  addFetch(copy: number, fetchedAt: number, times: number, verdict: Classification): void {
    this.#count(copy, fetchKinds.indexOf(verdict.kind), times);
    if (verdict.kind === 'self') return;
    if (isOpenKind(verdict.kind)) this.addOpen(copy, fetchedAt);
    const reached = readingOf(verdict);
    if (reached !== 1 && !((this.#firstMaybes[copy] ?? 0) <= fetchedAt)) this.#firstMaybes[copy] = fetchedAt;
    this.#reach(copy, reached, verdict.confidence, verdict.rule);
  }

  /** Nobody answers without having read. */
  addReply(copy: number): void {
    this.#reach(copy, readings.indexOf('opened'), 1, 'reply');
  }

  /** An open as long as opens come in order of time. Repeats within 30 s are one. */
  addOpen(copy: number, at: number): void {
    const end = this.#ends[copy] ?? Number.NaN;
    if (at < end) this.#isDisordered[copy] = 1;
    if (!(at - end <= repeatMs)) {
      this.#opens[copy] = (this.#opens[copy] ?? 0) + 1;
      this.#lastOpens[copy] = at;
    }
    if (Number.isNaN(this.#firstOpens[copy])) this.#firstOpens[copy] = at;
    this.#ends[copy] = at;
  }

  /** For whoever adds them again, in order of time. */
  forgetOpens(copy: number): void {
    this.#opens[copy] = 0;
    this.#isDisordered[copy] = 0;
    this.#firstOpens[copy] = Number.NaN;
    this.#lastOpens[copy] = Number.NaN;
    this.#ends[copy] = Number.NaN;
  }

  kindsOf(copy: number): Partial<Record<FetchKind, number>> {
    const counts: Partial<Record<FetchKind, number>> = {};
    for (let order = this.#kindOrders[copy] ?? 0; order > 0; order >>>= 3) {
      const kind = fetchKinds[(order & 7) - 1];
      if (kind !== undefined)
        counts[kind] = this.#kindCounts[fetchKinds.length * copy + (order & 7) - 1] ?? 0;
    }
    return counts;
  }

  verdictOf(copy: number): Verdict {
    return readings[this.#readings[copy] ?? 0] ?? 'none';
  }

  confidenceOf(copy: number): number {
    return this.#confidences[copy] ?? 0;
  }

  /** @returns undefined while nothing was read of it. */
  ruleOf(copy: number): string | undefined {
    return this.#ruleNames[this.#rules[copy] ?? 0] || undefined;
  }

  opensOf(copy: number): number {
    return this.#opens[copy] ?? 0;
  }

  isDisordered(copy: number): boolean {
    return this.#isDisordered[copy] === 1;
  }

  firstOpenOf(copy: number): Date | undefined {
    return dateOf(this.#firstOpens[copy]);
  }

  /** The last that was no repeat. */
  lastOpenOf(copy: number): Date | undefined {
    return dateOf(this.#lastOpens[copy]);
  }

  /** The first fetch that was or may have been an open. */
  firstMaybeOf(copy: number): Date | undefined {
    return dateOf(this.#firstMaybes[copy]);
  }

  #count(copy: number, kind: number, times: number): void {
    const at = fetchKinds.length * copy + kind;
    if (this.#kindCounts[at] === 0) {
      const order = this.#kindOrders[copy] ?? 0;
      this.#kindOrders[copy] = order + (kind + 1) * 8 ** digits(order);
    }
    this.#kindCounts[at] = (this.#kindCounts[at] ?? 0) + times;
  }

  /** The strongest reading wins: somebody who certainly looked once has looked, whatever else was fetched. */
  #reach(copy: number, reading: number, confidence: number, rule: string): void {
    const before = this.#readings[copy] ?? 0;
    if (reading < before || (reading === before && confidence <= (this.#confidences[copy] ?? 0))) return;
    this.#readings[copy] = reading;
    this.#confidences[copy] = confidence;
    this.#rules[copy] = this.#numberOf(rule);
  }

  /** There are as many rules as somebody wrote down. */
  #numberOf(rule: string): number {
    const known = this.#ruleNames.indexOf(rule);
    return known === -1 ? this.#ruleNames.push(rule) - 1 : known;
  }

  #grow(size: number): void {
    this.#kindCounts = grown(this.#kindCounts, new Uint32Array(fetchKinds.length * size));
    this.#kindOrders = grown(this.#kindOrders, new Uint32Array(size));
    this.#readings = grown(this.#readings, new Uint8Array(size));
    this.#rules = grown(this.#rules, new Uint16Array(size));
    this.#confidences = grown(this.#confidences, new Float64Array(size));
    this.#opens = grown(this.#opens, new Uint32Array(size));
    this.#isDisordered = grown(this.#isDisordered, new Uint8Array(size));
    this.#firstOpens = grown(this.#firstOpens, new Float64Array(size));
    this.#lastOpens = grown(this.#lastOpens, new Float64Array(size));
    this.#ends = grown(this.#ends, new Float64Array(size));
    this.#firstMaybes = grown(this.#firstMaybes, new Float64Array(size));
  }
}

export function isOpenKind(kind: FetchKind): boolean {
  return kind === 'human' || kind === 'image-proxy';
}

/** What one fetch comes to by itself. */
export function verdictOf(verdict: Classification): Exclude<Verdict, 'none' | 'not-tracked'> {
  return readings[readingOf(verdict)] as Exclude<Verdict, 'none' | 'not-tracked'>;
}

/** @returns an index of `readings`. */
function readingOf({ kind, confidence }: Classification): number {
  if (isOpenKind(kind)) return confidence >= openConfidence ? 3 : 2;
  return kind === 'unknown' ? 2 : 1;
}

function digits(octal: number): number {
  let count = 0;
  for (let rest = octal; rest > 0; rest >>>= 3) count += 1;
  return count;
}

function grown<Numbers extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  from: Numbers,
  to: Numbers,
): Numbers {
  to.set(from);
  return to;
}

function dateOf(ms = Number.NaN): Date | undefined {
  return Number.isNaN(ms) ? undefined : new Date(ms);
}
