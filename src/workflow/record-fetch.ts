import type { PixelRequest } from '../tracking/fetch.js';
import type { KeyRing } from '../tracking/key.js';
import { ownBrowser } from '../tracking/self.js';
import { isSelfToken } from '../tracking/self-link.js';
import { type ArticleContent, parseToken, sharedNumber, type Token } from '../tracking/token.js';
import type { FetchLog, ForgedFetch, RecordedFetch } from './fact-ports.js';
import { FetchQueue } from './fetch-queue.js';
import type { Clock } from './ports.js';
import { rememberAgents } from './remember-agents.js';

export interface RecorderPorts {
  readonly log: FetchLog;
  readonly ring: KeyRing;
  readonly clock: Pick<Clock, 'now' | 'sleep' | 'monotonicMs'>;
}

export interface RecorderOptions {
  /** How long an answer waits for its fact to be durable. */
  readonly maxWaitMs?: number;
  /** Facts held in memory beyond which answers do not wait. */
  readonly maxWaiting?: number;
  /** Facts held in memory while the log cannot take them. */
  readonly maxHeld?: number;
  /** Called for each fetch once it is durable. Must not throw. */
  readonly onRecorded?: (fetch: RecordedFetch) => void;
  /** Called when the log begins to refuse, with its reason; nothing is lost yet. Must not throw. */
  readonly onStalled?: (error: unknown) => void;
}

/**
 * - `durable`: it is on disk.
 * - `queued`: not within `maxWaitMs`, or too many wait already; it is in memory and still tried.
 * - `dropped`: the memory for facts is full, or the process ended before the log took it.
 * - `ignored`: nothing to record: a token that does not verify, or of a rehearsal. The former waits for the log all the same, for
 *   as long as one that verifies would.
 */
export type RecordOutcome = 'durable' | 'queued' | 'dropped' | 'ignored';

/**
 * Since the start. Every request is in exactly one of `recorded`, `counted`, `dropped`, `unverifiable`, `rehearsals` and `optedOut`, once
 * `held` is 0.
 */
export interface RecorderCounts {
  /** Rows. */
  readonly recorded: number;
  /** Without a row of their own, since there were too many of one pixel or the disk is nearly full. */
  readonly counted: number;
  /** Answers that went out before their fact was durable, whether or not it was recorded later. */
  readonly notDurable: number;
  readonly dropped: number;
  readonly unverifiable: number;
  readonly rehearsals: number;
  /** Fetches of people who opted out or were forgotten: only this number is kept of them. */
  readonly optedOut: number;
  /** In memory, not yet durable. */
  readonly held: number;
}

export interface FetchRecorder {
  readonly counts: RecorderCounts;
  /** A promise resolves when the answer may go out, and never rejects; without one it may at once. */
  record(request: PixelRequest): RecordOutcome | Promise<RecordOutcome>;
  /** Writes what is held; what the log refuses for `maxWaitMs` more counts as dropped. Call once, at the end. */
  flush(): Promise<void>;
}

/** A request that waits for the log. An article token is verified by the log itself. */
type Arrival = RecordedFetch | ArticleArrival | ForgedArrival;
type Facts = Omit<RecordedFetch, 'emailNumber' | 'recipientNumber'>;

interface ArticleArrival {
  readonly article: ArticleContent;
  readonly forged: ForgedFetch;
  readonly facts: Facts;
}

interface ForgedArrival {
  readonly forged: ForgedFetch;
}

/** Requests for pixels to rows: token, verdict of the moment, one commit per turn of the event loop. */
export function createFetchRecorder(ports: RecorderPorts, options: RecorderOptions = {}): FetchRecorder {
  const { log, ring, clock } = ports;
  const counts = {
    recorded: 0,
    counted: 0,
    notDurable: 0,
    dropped: 0,
    unverifiable: 0,
    rehearsals: 0,
    optedOut: 0,
  };
  const queue = new FetchQueue<Arrival, RecordedFetch | undefined>({
    clock,
    write,
    isFact: arrival => !('forged' in arrival) || 'article' in arrival,
    onWritten,
    onStalled: error => options.onStalled?.(error),
    maxWaitMs: options.maxWaitMs ?? 2_000,
    maxWaiting: options.maxWaiting ?? 10_000,
    maxHeld: options.maxHeld ?? 100_000,
  });
  const judge = rememberAgents();
  /** Of the last batch that was written: rows, and article tokens for nobody. */
  let rows = 0;
  let unresolved = 0;
  let optedOut = 0;

  function record(request: PixelRequest): RecordOutcome | Promise<RecordOutcome> {
    const token = parseToken(ring, request.token);
    const purpose = token?.kind === 'sealed' ? token.purpose : 'pixel';
    // Whose copy nobody was sent may tell so by its time: the purpose can be read in the token, and is nobody's secret.
    if (purpose === 'rehearsal') {
      counts.rehearsals += 1;
      return 'ignored';
    }
    if (token === undefined || (purpose !== 'pixel' && purpose !== 'shared')) return recordForged(request);
    const written = queue.push(arrivalOf(token, request));
    if (written === 'queued') counts.notDurable += 1;
    else if (written === 'dropped') counts.dropped += 1;
    else return written.then(outcomeOf);
    return written;
  }

  /** Waits as long as a token that verifies, and nothing of it is kept. */
  function recordForged(request: PixelRequest): RecordOutcome | Promise<RecordOutcome> {
    counts.unverifiable += 1;
    const written = queue.push({ forged: forgedOf(request, factsOf(request)) });
    return typeof written === 'string' ? 'ignored' : written.then(() => 'ignored');
  }

  function arrivalOf(token: Token, request: PixelRequest): Arrival {
    const facts = factsOf(request);
    if (token.kind === 'article') return { article: token, forged: forgedOf(request, facts), facts };
    // The pixel of many copies: it is counted, and nothing is kept of who asked.
    if (token.purpose === 'shared')
      return {
        emailNumber: token.emailNumber,
        ...facts,
        recipientNumber: sharedNumber,
        userAgent: '',
        network: '',
      };
    return { emailNumber: token.emailNumber, recipientNumber: token.recipientNumber, ...facts };
  }

  function factsOf({ method, userAgent: given, network, selfToken }: PixelRequest): Facts {
    const judged = judge(method, given);
    const { userAgent } = judged;
    const isOwn = selfToken !== undefined && isSelfToken(ring, selfToken);
    const { kind, confidence, rule } = isOwn ? ownBrowser : judged;
    return { fetchedAt: clock.now().getTime(), method, userAgent, network, kind, confidence, rule };
  }

  function outcomeOf(written: RecordedFetch | undefined | 'queued'): RecordOutcome {
    if (written === undefined) return 'ignored';
    if (written !== 'queued') return 'durable';
    counts.notDurable += 1;
    return 'queued';
  }

  async function write(arrivals: readonly Arrival[]): Promise<readonly (RecordedFetch | undefined)[]> {
    const resolved = arrivals.some(arrival => 'article' in arrival)
      ? await Promise.all(arrivals.map(arrival => resolve(log, arrival)))
      : (arrivals as readonly (RecordedFetch | ForgedArrival)[]);
    const { fetches: found, forged } = split(resolved);
    const closed = await log.findClosed(found);
    optedOut = closed.size;
    const fetches = closed.size === 0 ? found : found.filter(fetch => !closed.has(fetch));
    for (const _ of closed) forged.push(nothingKept);
    rows = resolved.length === 0 ? 0 : await log.appendFetches(fetches, forged);
    unresolved = arrivals.filter((one, at) => 'article' in one && isForged(resolved[at])).length;
    return resolved.map(one => (isForged(one) || closed.has(one) ? undefined : one));
  }

  function onWritten(results: readonly (RecordedFetch | undefined)[]): void {
    const proved = results.reduce((count, fetch) => (fetch === undefined ? count : count + 1), 0);
    counts.unverifiable += unresolved;
    counts.optedOut += optedOut;
    counts.recorded += rows;
    counts.counted += proved - rows;
    if (options.onRecorded === undefined) return;
    for (const fetch of results) if (fetch !== undefined) options.onRecorded(fetch);
  }

  return {
    get counts() {
      return { ...counts, held: queue.held };
    },
    record,
    async flush() {
      counts.dropped += await queue.flush();
    },
  };
}

/** Written and removed again instead of a fetch that nothing is kept of: it takes as long, and there is nothing of it in the page. */
const nothingKept: ForgedFetch = {
  recipientNumber: 0,
  fetchedAt: 0,
  method: 'GET',
  userAgent: '',
  network: '',
  kind: 'unknown',
  confidence: 0,
  rule: '',
};

/** An article token is forged when its email or recipient does not exist, or was not sent with such tokens. */
async function resolve(log: FetchLog, arrival: Arrival): Promise<RecordedFetch | ForgedArrival> {
  if (!('article' in arrival)) return arrival;
  const { emailId, emailAddress } = arrival.article;
  const numbers = await log.resolveArticleToken(emailId, emailAddress);
  return numbers === undefined ? { forged: arrival.forged } : { ...numbers, ...arrival.facts };
}

function isForged(resolved: RecordedFetch | ForgedArrival | undefined): resolved is ForgedArrival {
  return resolved !== undefined && 'forged' in resolved;
}

function split(resolved: readonly (RecordedFetch | ForgedArrival)[]) {
  const fetches: RecordedFetch[] = [];
  const forged: ForgedFetch[] = [];
  for (const one of resolved) {
    if (isForged(one)) forged.push(one.forged);
    else fetches.push(one);
  }
  return { fetches, forged };
}

function forgedOf({ token }: PixelRequest, facts: Facts): ForgedFetch {
  return { recipientNumber: numberOf(token), ...facts };
}

/** FNV-1a. Two texts with one number are no harm. */
function numberOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
