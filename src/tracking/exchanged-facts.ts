/** Facts as records of an exchange, and back; read as strictly as anything that comes from outside. */
import type { ExchangeRecord } from './exchange.js';
import { type Classification, type Fetch, type FetchKind, fetchKinds } from './fetch.js';

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

/** Fetches of one pixel and one reading that were only counted; absolute, so that a later one stands for the earlier. */
export interface OfferedCounter extends Classification {
  readonly emailNumber: number;
  readonly recipientNumber: number;
  readonly method: Fetch['method'];
  readonly fetches: number;
  /** Unix time in milliseconds. */
  readonly firstAt: number;
  readonly lastAt: number;
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

/** In an answer: somebody pressed the link that stops tracking. */
export function optOutRecord(fact: OfferedUnsubscribe): ExchangeRecord {
  return { type: 'optout', email: fact.emailNumber, recipient: fact.recipientNumber, at: fact.at };
}

/** In a request: nothing more may be recorded of the pixel; `forget` also erases what was. */
export function closedRecord(
  fact: OfferedUnsubscribe & { readonly reason: 'optout' | 'forget' },
): ExchangeRecord {
  return { type: fact.reason, email: fact.emailNumber, recipient: fact.recipientNumber, at: fact.at };
}

export function counterRecord(counter: OfferedCounter): ExchangeRecord {
  const { emailNumber, recipientNumber, firstAt, lastAt, ...facts } = counter;
  return {
    type: 'counter',
    email: emailNumber,
    recipient: recipientNumber,
    first: firstAt,
    last: lastAt,
    ...facts,
  };
}

/** @returns undefined when a value is not what it has to be. */
export function readFetchRecord(record: ExchangeRecord): OfferedFetch | undefined {
  const { email, number, recipient, at, method, agent, network, kind, confidence, rule } = record;
  const isFetch =
    isNumber48(email) &&
    isCount(number) &&
    isNumber48(recipient) &&
    isTime(at) &&
    isMethod(method) &&
    isText(agent, 256) &&
    isText(network, 50);
  if (!isFetch || !isReading(kind, confidence, rule)) return undefined;
  return {
    emailNumber: email,
    number,
    recipientNumber: recipient,
    fetchedAt: at,
    method,
    userAgent: agent,
    network,
    kind: kind as FetchKind,
    confidence: confidence as number,
    rule: rule as string,
  };
}

export function readUnsubscribeRecord(record: ExchangeRecord): OfferedUnsubscribe | undefined {
  const { email, recipient, at } = record;
  if (!isNumber48(email) || !isNumber48(recipient) || !isTime(at)) return undefined;
  return { emailNumber: email, recipientNumber: recipient, at };
}

/** Reads the record of a request or of an answer, whichever reason it has. */
export const readOptOutRecord = readUnsubscribeRecord;

export function readCounterRecord(record: ExchangeRecord): OfferedCounter | undefined {
  const { email, recipient, first, last, method, fetches, kind, confidence, rule } = record;
  const isCounter =
    isNumber48(email) &&
    isNumber48(recipient) &&
    isTime(first) &&
    isTime(last) &&
    isMethod(method) &&
    isCount(fetches);
  if (!isCounter || !isReading(kind, confidence, rule)) return undefined;
  const reading = { kind: kind as FetchKind, confidence: confidence as number, rule: rule as string };
  return {
    emailNumber: email,
    recipientNumber: recipient,
    method,
    fetches,
    firstAt: first,
    lastAt: last,
    ...reading,
  };
}

function isMethod(value: unknown): value is Fetch['method'] {
  return value === 'GET' || value === 'HEAD';
}

function isReading(kind: unknown, confidence: unknown, rule: unknown): boolean {
  const isShare = typeof confidence === 'number' && confidence >= 0 && confidence <= 1;
  return fetchKinds.includes(kind as FetchKind) && isShare && isText(rule, 100);
}

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
