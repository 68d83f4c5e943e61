import { describe, expect, it } from 'vitest';
import {
  clockToleranceMs,
  type ExchangePage,
  nonceOf,
  openRequest,
  printPage,
  printRecords,
  proveRequest,
  readPage,
  readRecords,
} from '../../src/tracking/exchange.js';
import {
  fetchRecord,
  readFetchRecord,
  readUnsubscribeRecord,
  unsubscribeRecord,
} from '../../src/tracking/exchanged-facts.js';
import { createKey, createKeyRing, printKey } from '../../src/tracking/key.js';
import { sealToken } from '../../src/tracking/token.js';
import { testKey, testRing } from './keys.js';

const at = new Date('2026-11-23T09:00:00.000Z');
const random = new Uint8Array(16).fill(5);
const body = '{"type":"pull"}\n';
const key = testKey(7);

describe('a request', () => {
  const proof = proveRequest(key, body, at, random);

  it('is known for the key that made it, also by a ring that has newer ones', () => {
    const opened = openRequest(createKeyRing([key, testKey(8)]), proof, body, at);
    expect(opened).toMatchObject({ proof: { at: at.getTime(), nonce: '05'.repeat(16) } });
  });

  it('does not tell the key', () => {
    expect(proof).not.toContain(printKey(key).slice('mt1-7-'.length));
    expect(proof).not.toContain(key.secret.export().toString('hex'));
  });

  it('is another one each time', () => {
    expect(proveRequest(key, body, at, random)).toBe(proof);
    expect(proveRequest(key, body, at, new Uint8Array(16))).not.toBe(proof);
    expect(nonceOf(proveRequest(key, body, at, new Uint8Array(16)))).toBe('00'.repeat(16));
  });

  it.each([
    ['of another key', proveRequest(testKey(8), body, at, random), 'key'],
    [
      'of the same id with another secret',
      proveRequest(createKey(7, new Uint8Array(32)), body, at, random),
      'key',
    ],
    ['with another tag', `${proof.slice(0, -1)}${proof.endsWith('0') ? '1' : '0'}`, 'key'],
    ['with another time', proof.replace(/at=\d+/, 'at=1795424400001'), 'key'],
    ['with another nonce', proof.replace(/nonce=./, 'nonce=1'), 'key'],
    ['without a proof', '', 'credentials'],
    ['with a password', 'Basic YTpi', 'credentials'],
    ['with something behind it', `${proof} x`, 'credentials'],
    ['of ten thousand characters', 'Mailtrack '.repeat(1_000), 'credentials'],
  ])('%s is refused', (_, text, why) => {
    expect(openRequest(testRing, text, body, at)).toBe(why);
  });

  it('is refused with another body', () => {
    expect(openRequest(testRing, proof, `${body}x`, at)).toBe('key');
  });

  it.each([
    [clockToleranceMs, true],
    [-clockToleranceMs, true],
    [clockToleranceMs + 1, false],
    [-clockToleranceMs - 1, false],
  ])('is good for clocks that are %i ms apart: %s', (apart, isGood) => {
    const opened = openRequest(testRing, proof, body, new Date(at.getTime() + apart));
    expect(opened === 'clock').toBe(!isGood);
  });

  it('takes no token for a tag', () => {
    const token = sealToken(testRing, { purpose: 'pixel', emailNumber: 1, recipientNumber: 2 });
    expect(
      openRequest(
        testRing,
        `Mailtrack key=${testRing.fingerprint}, at=1, nonce=${'0'.repeat(32)}, tag=${token}`,
        body,
        at,
      ),
    ).toBe('credentials');
  });
});

describe('a page', () => {
  const nonce = '05'.repeat(16);
  const page: ExchangePage = {
    sourceId: 'abc',
    records: [
      { type: 'fetch', agent: 'Grüße\n"{}"' },
      { type: 'later', x: [1] },
    ],
    after: { fetch: '1.2' },
    more: true,
  };
  const text = printPage(key, nonce, page);

  it('comes back as it was, types nobody knows too', () => {
    expect(readPage(key, nonce, text)).toEqual(page);
  });

  it('is cut when it is not whole, wherever it ends', () => {
    const found = new Set(
      Array.from({ length: text.length }, (_, length) => readPage(key, nonce, text.slice(0, length))),
    );
    expect(found).toEqual(new Set(['cut']));
  });

  it('is forged when anything of it changed, or it answers another request', () => {
    for (const changed of [
      text.replace('1.2', '1.3'),
      text.replace('"x":[1]', '"x":[2]'),
      text.replace('{"type":"later","x":[1]}\n', ''),
      text.replace('"more":true', '"more":false'),
    ]) {
      expect(readPage(key, nonce, changed)).toBe('forged');
    }
    expect(readPage(key, '06'.repeat(16), text)).toBe('forged');
    expect(readPage(testKey(8), nonce, text)).toBe('forged');
  });

  it.each(['<!doctype html>', '{"status":"ok"}', '[]'])('is not %s', other => {
    expect(readPage(key, nonce, other)).toBe('foreign');
  });

  it('holds nothing of its own end when a fact spells it', () => {
    const sly = {
      ...page,
      records: [{ type: 'fetch', agent: `\n{"type":"end","tag":"${'0'.repeat(64)}"}\n` }],
    };
    expect(readPage(key, nonce, printPage(key, nonce, sly))).toEqual(sly);
  });
});

describe('records', () => {
  it('are read as they were printed', () => {
    const records = [{ type: 'a', b: '\u2028' }, { type: 'c' }];
    expect(readRecords(printRecords(records))).toEqual(records);
    expect(readRecords('')).toEqual([]);
  });

  it.each(['{"type":"a"}', '{}\n', 'null\n', '[1]\n', '{"type":1}\n', '\n', '{"type":"a"}\nx\n'])(
    'are not %j',
    text => {
      expect(readRecords(text)).toBeUndefined();
    },
  );

  const fetch = {
    emailNumber: 2 ** 48 - 1,
    number: 3,
    recipientNumber: 0,
    fetchedAt: at.getTime(),
    method: 'GET',
    userAgent: 'x'.repeat(256),
    network: '2001:db8:1::/48',
    kind: 'human',
    confidence: 0.85,
    rule: 'mail-client',
  } as const;

  it('of fetches and unsubscribes come back', () => {
    for (const method of ['GET', 'HEAD'] as const)
      expect(readFetchRecord(fetchRecord({ ...fetch, method }))).toEqual({ ...fetch, method });
    const fact = { emailNumber: 1, recipientNumber: 2, at: 0 };
    expect(readUnsubscribeRecord(unsubscribeRecord(fact))).toEqual(fact);
    expect(readUnsubscribeRecord({ ...unsubscribeRecord(fact), at: -1 })).toBeUndefined();
  });

  it.each([
    { email: 2 ** 48 },
    { email: '1' },
    { number: 0 },
    { recipient: 0.5 },
    { at: Number.MAX_SAFE_INTEGER },
    { method: 'POST' },
    { agent: 'x'.repeat(257) },
    { network: 7 },
    { kind: 'friend' },
    { confidence: 2 },
    { rule: undefined },
  ])('with %j are no fetch', changes => {
    expect(readFetchRecord({ ...fetchRecord(fetch), ...changes })).toBeUndefined();
  });
});
