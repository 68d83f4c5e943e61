import { classifyFetch } from '../tracking/classify.js';
import type { Fetch, PixelRequest } from '../tracking/fetch.js';
import type { KeyRing } from '../tracking/key.js';
import { parseToken, type Token } from '../tracking/token.js';
import { FetchQueue } from './fetch-queue.js';
import type { Clock, FetchLog, RecordedFetch } from './ports.js';

export interface RecorderPorts {
  readonly log: FetchLog;
  readonly ring: KeyRing;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

export interface RecorderOptions {
  /** How long an answer waits for its fact to be durable. */
  readonly maxWaitMs?: number;
  /** Facts held in memory while the log cannot take them. */
  readonly maxHeld?: number;
  /** Called for each fetch once it is durable. Must not throw. */
  readonly onRecorded?: (fetch: RecordedFetch) => void;
  /** Called when the log begins to refuse, with its reason; nothing is lost yet. Must not throw. */
  readonly onStalled?: (error: unknown) => void;
}

/**
 * - `durable`: a row is on disk.
 * - `queued`: not within `maxWaitMs`; it is in memory and still tried.
 * - `dropped`: the memory for facts is full, or the process ended before the log took it.
 * - `ignored`: nothing to record: a token that does not verify, or of a rehearsal.
 */
export type RecordOutcome = 'durable' | 'queued' | 'dropped' | 'ignored';

/** Since the start; every request is in exactly one of these but `notDurable`, once nothing is held any more. */
export interface RecorderCounts {
  readonly recorded: number;
  /** Answers that went out before their fact was durable, whether or not it was recorded later. */
  readonly notDurable: number;
  readonly dropped: number;
  readonly unverifiable: number;
  readonly rehearsals: number;
  /** In memory, not yet durable. */
  readonly held: number;
}

export interface FetchRecorder {
  readonly counts: RecorderCounts;
  /** Resolves when the answer may go out. Never rejects. */
  record(request: PixelRequest): Promise<RecordOutcome>;
  /** Writes what is held; what the log refuses for `maxWaitMs` more counts as dropped. Call once, at the end. */
  flush(): Promise<void>;
}

/** A verified request that waits for the log. An article token is verified by the log itself, so it waits too. */
interface Arrival {
  readonly token: Token;
  readonly facts: Omit<Fetch, 'emailNumber' | 'recipientNumber'>;
}

/** Longer ones are cut: what identifies a client stands in front. */
const userAgentLength = 256;

/** Requests for pixels to rows: token, verdict of the moment, one commit per turn of the event loop. */
export function createFetchRecorder(ports: RecorderPorts, options: RecorderOptions = {}): FetchRecorder {
  const { log, ring, clock } = ports;
  const counts = { recorded: 0, notDurable: 0, dropped: 0, unverifiable: 0, rehearsals: 0 };
  const queue = new FetchQueue<Arrival, RecordedFetch | undefined>({
    clock,
    write,
    onWritten,
    onStalled: error => options.onStalled?.(error),
    maxWaitMs: options.maxWaitMs ?? 2_000,
    maxHeld: options.maxHeld ?? 100_000,
  });

  async function record(request: PixelRequest): Promise<RecordOutcome> {
    const token = parseToken(ring, request.token);
    const purpose = token?.kind === 'sealed' ? token.purpose : 'pixel';
    if (token === undefined || purpose === 'unsubscribe') return ignored('unverifiable');
    if (purpose === 'rehearsal') return ignored('rehearsals');
    const outcome = await queue.push({ token, facts: factsOf(request, clock.now()) });
    if (outcome === 'queued') counts.notDurable += 1;
    if (outcome === 'dropped') counts.dropped += 1;
    if (outcome === undefined) return 'ignored';
    return typeof outcome === 'string' ? outcome : 'durable';
  }

  function ignored(reason: 'unverifiable' | 'rehearsals'): RecordOutcome {
    counts[reason] += 1;
    return 'ignored';
  }

  async function write(arrivals: readonly Arrival[]): Promise<readonly (RecordedFetch | undefined)[]> {
    const resolved = await Promise.all(arrivals.map(arrival => resolve(log, arrival)));
    const fetches = resolved.filter(fetch => fetch !== undefined);
    if (fetches.length > 0) await log.appendFetches(fetches);
    return resolved;
  }

  function onWritten(results: readonly (RecordedFetch | undefined)[]): void {
    for (const fetch of results) {
      counts[fetch === undefined ? 'unverifiable' : 'recorded'] += 1;
      if (fetch !== undefined) options.onRecorded?.(fetch);
    }
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

function factsOf(request: PixelRequest, now: Date): Arrival['facts'] {
  return {
    fetchedAt: now.getTime(),
    method: request.method,
    userAgent: request.userAgent.slice(0, userAgentLength),
    network: request.network,
  };
}

/** undefined: an article token for an email or recipient that does not exist, or was not sent with such tokens. */
async function resolve(log: FetchLog, { token, facts }: Arrival): Promise<RecordedFetch | undefined> {
  const numbers =
    token.kind === 'sealed' ? token : await log.resolveArticleToken(token.emailId, token.emailAddress);
  if (numbers === undefined) return undefined;
  const { emailNumber, recipientNumber } = numbers;
  // When the copy was accepted is the ledger's to know; reports judge again with it.
  return { emailNumber, recipientNumber, ...facts, ...classifyFetch(facts, {}) };
}
