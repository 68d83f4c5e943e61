/**
 * What fetches of one email say together that none of them says alone: a gateway unpacks a delivery and fetches the images of everybody
 * within seconds, as a browser would. Colleagues behind one address do not. All of it takes time in proportion to the fetches.
 */
import type { Classification } from './fetch.js';
import { KeyedRuns, type Run } from './keyed-runs.js';
import { mostEarlyMs } from './rules.js';

export interface FetchAmongOthers {
  /** Unix time in milliseconds. */
  readonly fetchedAt: number;
  /** Index of the copy in the email. */
  readonly copy: number;
  /** The user agent, or what else is alike for requests of one program. */
  readonly agent: string;
  /** Network prefix; '' when not kept. */
  readonly network: string;
  /** As in `FetchContext`. */
  readonly sinceAcceptedMs: number | undefined;
}

/** The copies of an email by the domain of their recipients. */
export interface CopiesByDomain {
  /** For each copy the number of its domain, counted from 0. */
  readonly ofCopy: ArrayLike<number>;
  /** For each domain how many copies it was sent. */
  readonly copies: readonly number[];
}

/** So many different copies within so short a time, and at least half of all that the same origin ever fetched: no people do that. */
const bursts = {
  /** One program in one network. */
  source: [
    { windowMs: 10_000, fewest: 5 },
    // A gateway with several workers, or that goes through a delivery in waves.
    { windowMs: 90_000, fewest: 10 },
  ],
  /** Networks, programs and domains are larger: more people are behind them. */
  other: [{ windowMs: 10_000, fewest: 10 }],
} as const;
/** A gateway that looks at each copy as it comes, of a delivery that takes long. */
const prompt = { withinMs: 60_000, fewest: 5, shareOfAgent: 0.8, shareOfDomain: 0.5 };

const burst: Classification = { kind: 'scanner', confidence: 0.9, rule: 'many-copies-at-once' };
const promptness: Classification = { kind: 'scanner', confidence: 0.8, rule: 'whole-domain-at-delivery' };
/** All that this file can say, for whoever lists the rules. */
export const verdictsTogether: readonly Classification[] = [burst, promptness];

/** Collects fetches in any order and judges them when all are there. */
export class FetchesTogether {
  readonly #domains: CopiesByDomain;
  readonly #times: number[] = [];
  readonly #copies: number[] = [];
  readonly #agents = new Names();
  readonly #networks = new Names();
  /** Of the fetch: whether it came soon after its copy was accepted. */
  readonly #isPrompt: boolean[] = [];

  constructor(domains: CopiesByDomain) {
    this.#domains = domains;
  }

  /** @returns the number of the fetch, counted from 0. */
  add({ fetchedAt, copy, agent, network, sinceAcceptedMs }: FetchAmongOthers): number {
    this.#times.push(fetchedAt);
    this.#copies.push(copy);
    this.#agents.add(agent);
    this.#networks.add(network);
    this.#isPrompt.push(
      sinceAcceptedMs !== undefined && sinceAcceptedMs >= -mostEarlyMs && sinceAcceptedMs < prompt.withinMs,
    );
    return this.#times.length - 1;
  }

  /**
   * @param isWhole these are all fetches of the email. Of a part it is not known how many copies an origin ever fetched; the domain
   *   says how many there are.
   * @returns by the number of the fetch the verdict that overrules its own; undefined where others say nothing about it.
   */
  judge(isWhole: boolean): (fetch: number) => Classification | undefined {
    const verdicts = new Uint8Array(this.#times.length);
    const mark = (fetch: number, verdict: number) => {
      if (verdicts[fetch] === 0) verdicts[fetch] = verdict;
    };
    const runs = new KeyedRuns(this.#times, this.#copies, this.#domains.ofCopy.length);
    const [agents, networks] = [this.#agents.numbers, this.#networks.numbers];
    const domains = Uint32Array.from(this.#copies, copy => this.#domains.ofCopy[copy] ?? 0);
    const [inNetwork, anywhere] = [bursts.source[0].fewest, bursts.other[0].fewest];
    const inDomain = (run: Run) => this.#domains.copies[domains[run.fetches[0] ?? 0] ?? 0] ?? 0;
    const ofOrigin = (run: Run) => (isWhole ? 0 : inDomain(run));
    for (const run of runs.by(runs.pair(networks, agents), inNetwork))
      markBursts(run, bursts.source, ofOrigin(run), mark);
    for (const run of runs.by(networks, anywhere))
      if (this.#networks.name(run.key) !== '') markBursts(run, bursts.other, ofOrigin(run), mark);
    for (const run of runs.by(agents, anywhere)) markBursts(run, bursts.other, ofOrigin(run), mark);
    for (const run of runs.by(domains, anywhere)) markBursts(run, bursts.other, inDomain(run), mark);
    for (const run of runs.by(runs.pair(domains, agents), prompt.fewest))
      this.#markPrompt(run, inDomain(run), mark);
    return fetch => (verdicts[fetch] === 0 ? undefined : verdictsTogether[(verdicts[fetch] ?? 0) - 1]);
  }

  #markPrompt(run: Run, ofDomain: number, mark: Mark): void {
    const firsts = run.firstOfEachCopy();
    const soon = firsts.filter(fetch => this.#isPrompt[fetch]);
    const isMost = soon.length >= prompt.shareOfAgent * firsts.length;
    if (soon.length >= prompt.fewest && isMost && soon.length >= prompt.shareOfDomain * ofDomain)
      for (const fetch of soon) mark(fetch, 2);
  }
}

type Mark = (fetch: number, verdict: number) => void;

function markBursts(
  run: Run,
  kinds: readonly { readonly windowMs: number; readonly fewest: number }[],
  ofCopies: number,
  mark: Mark,
): void {
  const half = Math.max(run.copies(), ofCopies) / 2;
  for (const { windowMs, fewest } of kinds)
    run.eachWindow(windowMs, Math.max(fewest, half), fetch => mark(fetch, 1));
}

/** Numbers for names, counted from 0, and the one of each fetch. */
class Names {
  readonly numbers: number[] = [];
  readonly #known = new Map<string, number>();
  readonly #names: string[] = [];

  add(name: string): void {
    let number = this.#known.get(name);
    if (number === undefined) {
      number = this.#names.length;
      this.#known.set(name, number);
      this.#names.push(name);
    }
    this.numbers.push(number);
  }

  name(number: number): string | undefined {
    return this.#names[number];
  }
}
