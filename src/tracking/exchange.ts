/**
 * How two databases of one key tell each other facts: NDJSON with the numbers of tokens, never an address. Each line is a
 * record with a `type`; a type that a reader does not know is passed over, so that either side may learn more later
 * (opt-outs and forgotten people travel the other way, in the request). docs/exchange.md
 *
 * Both ways are proved with a key derived from the one that seals tokens: no second secret, and that one is never sent.
 */
import { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { type Key, type KeyRing, keyFingerprint } from './key.js';

export const exchangeSchema = 'mailtrack.exchange/1';
/** How far two clocks may be apart; a request that somebody recorded is worth nothing after it. */
export const clockToleranceMs = 5 * 60_000;

const keyDomain = 'mailtrack exchange 1\0';
const requestDomain = 'mailtrack exchange request 1';
const responseDomain = 'mailtrack exchange response 1';

// --- proofs ---------------------------------------------------------------------------------------------------

/** What one request is proved with. */
export interface RequestProof {
  readonly keyFingerprint: string;
  /** Unix time in milliseconds. */
  readonly at: number;
  /** 32 hex digits, another one each time. */
  readonly nonce: string;
}

export type Refusal = 'credentials' | 'key' | 'clock';

/** The value of the Authorization field. @param random 16 bytes. */
export function proveRequest(key: Key, body: string, at: Date, random: Uint8Array): string {
  const proof: RequestProof = {
    keyFingerprint: keyFingerprint(key),
    at: at.getTime(),
    nonce: Buffer.from(random).toString('hex'),
  };
  return `Mailtrack key=${proof.keyFingerprint}, at=${proof.at}, nonce=${proof.nonce}, tag=${requestTag(key, proof, body)}`;
}

/** Whose request it is, or why it is nobody's. A nonce that was seen before is the caller's to refuse. */
export function openRequest(
  ring: KeyRing,
  authorization: string,
  body: string,
  now: Date,
): { readonly key: Key; readonly proof: RequestProof } | Refusal {
  const groups = authorizationText.exec(authorization)?.groups;
  if (groups === undefined) return 'credentials';
  const proof = {
    keyFingerprint: groups['key'] ?? '',
    at: Number(groups['at']),
    nonce: groups['nonce'] ?? '',
  };
  const key = [...ring.byId.values()].find(one => keyFingerprint(one) === proof.keyFingerprint);
  if (key === undefined || !sameTag(groups['tag'] ?? '', requestTag(key, proof, body))) return 'key';
  return Math.abs(now.getTime() - proof.at) > clockToleranceMs ? 'clock' : { key, proof };
}

const authorizationText =
  /^Mailtrack key=(?<key>[0-9a-f]{16}), at=(?<at>\d{1,15}), nonce=(?<nonce>[0-9a-f]{32}), tag=(?<tag>[0-9a-f]{64})$/;

/** The nonce of an authorization of ours, which the answer is bound to. */
export function nonceOf(authorization: string): string {
  return authorizationText.exec(authorization)?.groups?.['nonce'] ?? '';
}

function requestTag(key: Key, { at, nonce }: RequestProof, body: string): string {
  const hash = createHash('sha256').update(body).digest('hex');
  return hmac(exchangeKey(key), [requestDomain, at, nonce, hash].join('\n'));
}

function responseTag(key: Key, nonce: string, lines: string): string {
  return hmac(exchangeKey(key), [responseDomain, nonce, lines].join('\n'));
}

function exchangeKey(key: Key): KeyObject {
  return createSecretKey(createHmac('sha256', key.secret).update(keyDomain).digest());
}

function hmac(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

function sameTag(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

// --- records --------------------------------------------------------------------------------------------------

export type ExchangeRecord = { readonly type: string } & Readonly<Record<string, unknown>>;

export function printRecords(records: readonly ExchangeRecord[]): string {
  return records.map(record => `${JSON.stringify(record)}\n`).join('');
}

/** @returns undefined unless every line is an object with a type. */
export function readRecords(text: string): readonly ExchangeRecord[] | undefined {
  if (text !== '' && !text.endsWith('\n')) return undefined;
  const records: ExchangeRecord[] = [];
  for (let start = 0; start < text.length; ) {
    const end = text.indexOf('\n', start);
    const record = readRecord(text.slice(start, end));
    // To throw for each of a million lines would take seconds.
    if (record === undefined) return undefined;
    records.push(record);
    start = end + 1;
  }
  return records;
}

function readRecord(line: string): ExchangeRecord | undefined {
  // A megabyte of brackets would be read as lists in lists first.
  if (!line.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(line);
    const isRecord = typeof value === 'object' && value !== null && 'type' in value;
    return isRecord && typeof value.type === 'string' ? (value as ExchangeRecord) : undefined;
  } catch {
    return undefined;
  }
}

// --- pages ----------------------------------------------------------------------------------------------------

export interface ExchangePage {
  /** Of the database that offers. */
  readonly sourceId: string;
  readonly records: readonly ExchangeRecord[];
  /** Where each type goes on, in the words of the one who offers. */
  readonly after: Readonly<Record<string, string>>;
  readonly more: boolean;
}

/** The last line proves all lines before it: a page that is cut anywhere is no page. */
export function printPage(key: Key, nonce: string, page: ExchangePage): string {
  const { sourceId, records, after, more } = page;
  const lines = printRecords([
    { type: 'page', schema: exchangeSchema, source: sourceId },
    ...records,
    { type: 'next', after, more },
  ]);
  return `${lines}${JSON.stringify({ type: 'end', tag: responseTag(key, nonce, lines) })}\n`;
}

/** @returns why not: `cut` when it is not whole, `foreign` when it is no page of an exchange, `forged` when the tag is wrong. */
export function readPage(key: Key, nonce: string, text: string): ExchangePage | 'cut' | 'foreign' | 'forged' {
  if (!text.startsWith('{"type":"page",'))
    return text === '' || '{"type":"page",'.startsWith(text) ? 'cut' : 'foreign';
  const match = /^(?<lines>[\s\S]*\n)\{"type":"end","tag":"(?<tag>[0-9a-f]{64})"\}\n$/.exec(text);
  const { lines, tag } = match?.groups ?? {};
  if (lines === undefined || tag === undefined) return 'cut';
  if (!sameTag(tag, responseTag(key, nonce, lines))) return 'forged';
  return pageOf(readRecords(lines)) ?? 'foreign';
}

function pageOf(records: readonly ExchangeRecord[] | undefined): ExchangePage | undefined {
  const [first, last] = [records?.[0], records?.at(-1)];
  const sourceId = first?.['source'];
  if (first?.['schema'] !== exchangeSchema || typeof sourceId !== 'string' || last?.type !== 'next') {
    return undefined;
  }
  const after = last['after'] as Readonly<Record<string, string>>;
  return { sourceId, records: records?.slice(1, -1) ?? [], after, more: last['more'] === true };
}
