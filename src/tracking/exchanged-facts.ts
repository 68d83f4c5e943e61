/** Facts as records of an exchange, and back; read as strictly as anything that comes from outside. */
import type { ExchangeRecord } from './exchange.js';
import type { Classification, Fetch, FetchKind } from './fetch.js';

/** A fetch as its own database numbers it: with the source's id, the one name it has everywhere. */
export interface OfferedFetch extends Fetch, Classification {
  readonly number: number;
}

export interface OfferedUnsubscribe {
  readonly emailNumber: number;
  readonly recipientNumber: number;
  /** Unix time in milliseconds. */
  readonly at: number;
}

export function fetchRecord(fetch: OfferedFetch): ExchangeRecord {
  return {
    type: 'fetch',
    email: fetch.emailNumber,
    number: fetch.number,
    recipient: fetch.recipientNumber,
    at: fetch.fetchedAt,
    method: fetch.method,
    agent: fetch.userAgent,
    network: fetch.network,
    kind: fetch.kind,
    confidence: fetch.confidence,
    rule: fetch.rule,
  };
}

export function unsubscribeRecord(fact: OfferedUnsubscribe): ExchangeRecord {
  return { type: 'unsubscribe', email: fact.emailNumber, recipient: fact.recipientNumber, at: fact.at };
}

/** @returns undefined when a value is not what it has to be. */
export function readFetchRecord(record: ExchangeRecord): OfferedFetch | undefined {
  const { email, number, recipient, at, method, agent, network, kind, confidence, rule } = record;
  const isFetch =
    isNumber48(email) &&
    isCount(number) &&
    isNumber48(recipient) &&
    isTime(at) &&
    (method === 'GET' || method === 'HEAD') &&
    isText(agent, 256) &&
    isText(network, 50) &&
    kinds.includes(kind as FetchKind) &&
    typeof confidence === 'number' &&
    confidence >= 0 &&
    confidence <= 1 &&
    isText(rule, 100);
  if (!isFetch) return undefined;
  return {
    emailNumber: email,
    number,
    recipientNumber: recipient,
    fetchedAt: at,
    method,
    userAgent: agent,
    network,
    kind: kind as FetchKind,
    confidence,
    rule,
  };
}

export function readUnsubscribeRecord(record: ExchangeRecord): OfferedUnsubscribe | undefined {
  const { email, recipient, at } = record;
  if (!isNumber48(email) || !isNumber48(recipient) || !isTime(at)) return undefined;
  return { emailNumber: email, recipientNumber: recipient, at };
}

const kinds: readonly FetchKind[] = [
  'human',
  'image-proxy',
  'apple-mpp',
  'scanner',
  'bot',
  'self',
  'unknown',
];

function isNumber48(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 48;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

/** Of the years a database can write as text: 1970 to 9999. */
function isTime(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < 253_402_300_800_000;
}

function isText(value: unknown, longest: number): value is string {
  return typeof value === 'string' && value.length <= longest;
}
