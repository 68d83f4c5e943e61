import { exchangeSchema, openRequest, printPage, type Refusal, readRecords } from '../tracking/exchange.js';
import {
  counterRecord,
  fetchRecord,
  optOutRecord,
  readOptOutRecord,
  unsubscribeRecord,
} from '../tracking/exchanged-facts.js';
import type { KeyRing } from '../tracking/key.js';
import type { FactOffer } from './fact-ports.js';
import type { ClosedPixel } from './people-ports.js';
import type { Clock } from './ports.js';

export interface OfferPorts {
  readonly offer: FactOffer;
  readonly ring: KeyRing;
  readonly clock: Pick<Clock, 'now'>;
}

export interface ExchangeAnswer {
  readonly status: number;
  readonly body: string;
}

/** Facts of one answer: a page is made in one go, and should not hold up pixels. */
const pageFacts = 500;

/**
 * Answers whoever has one of our keys with the facts after the places it names. Only numbers travel, so that a server that
 * never knew an address tells none. What the request holds beyond that is passed over: it may know more than we do.
 */
export function createFactOffering(
  ports: OfferPorts,
): (authorization: string, body: string) => Promise<ExchangeAnswer> {
  return async (authorization, body) => {
    const now = ports.clock.now();
    const opened = openRequest(ports.ring, authorization, body, now);
    if (typeof opened === 'string') return refusal(opened, now);
    // Before anything is told: a request that somebody recorded is worth nothing, also after a restart.
    if (!(await ports.offer.takeRequest(opened.proof.nonce, now))) return refusal('credentials', now);
    const asked = readRequest(body);
    if (asked === undefined) return error(400, 'request', now);
    const { sourceId, wanted, closed } = asked;
    if (sourceId !== undefined && sourceId !== ports.offer.sourceId()) return error(409, 'source', now);
    // Only whoever names this database closes anything in it.
    if (closed.length > 0 && sourceId === undefined) return error(400, 'request', now);
    if (closed.length > 0) await ports.offer.closePixels(closed);
    const facts = await ports.offer.factsAfter(wanted, pageFacts);
    if (facts === undefined) return error(409, 'place', now);
    const records = [
      ...(closed.length > 0 ? [{ type: 'closed', pixels: closed.length }] : []),
      ...facts.optOuts.map(optOutRecord),
      ...facts.fetches.map(fetchRecord),
      ...facts.unsubscribes.map(unsubscribeRecord),
      ...facts.counters.map(counterRecord),
    ];
    const page = { sourceId: ports.offer.sourceId(), records, after: facts.after, more: facts.more };
    return { status: 200, body: printPage(opened.key, opened.proof.nonce, page) };
  };
}

interface AskedFacts {
  /** Whose facts they are, when the request says so; recorded, it is worth nothing to another database with the same key. */
  readonly sourceId: string | undefined;
  /** By type, where to go on. */
  readonly wanted: ReadonlyMap<string, string>;
  /** Pixels of people who opted out or were forgotten where the request comes from. */
  readonly closed: readonly ClosedPixel[];
}

/** @returns undefined when it is not a request of an exchange. */
function readRequest(body: string): AskedFacts | undefined {
  const [first, ...records] = readRecords(body) ?? [];
  if (first?.type !== 'pull' || first['schema'] !== exchangeSchema) return undefined;
  const sourceId = first['source'];
  if (sourceId !== undefined && typeof sourceId !== 'string') return undefined;
  const wanted = new Map<string, string>();
  const closed: ClosedPixel[] = [];
  for (const record of records) {
    const { type, of, after } = record;
    if (type === 'optout' || type === 'forget') {
      const pixel = readOptOutRecord(record);
      if (pixel === undefined) return undefined;
      closed.push({ ...pixel, reason: type });
    }
    if (type !== 'want') continue;
    if (typeof of !== 'string' || typeof after !== 'string') return undefined;
    wanted.set(of, after);
  }
  return { sourceId, wanted, closed };
}

function refusal(why: Refusal, now: Date): ExchangeAnswer {
  return error(401, why, now);
}

function error(status: number, why: string, now: Date): ExchangeAnswer {
  return { status, body: `${JSON.stringify({ error: why, at: now.toISOString() })}\n` };
}
