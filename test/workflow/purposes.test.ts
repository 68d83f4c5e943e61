/** A token of one purpose never serves as another (T9): each against each door. */
import { beforeEach, describe, expect, it } from 'vitest';
import { sealToken, type TokenPurpose } from '../../src/tracking/token.js';
import { createFetchRecorder } from '../../src/workflow/record-fetch.js';
import { createUnsubscriber } from '../../src/workflow/unsubscribe.js';
import { testRing } from '../tracking/keys.js';
import { FetchLogWorld, ManualClock } from './fetch-world.js';

let log: FetchLogWorld;
const clock = new ManualClock();
beforeEach(() => {
  log = new FetchLogWorld();
});

const tokenFor = (purpose: TokenPurpose) =>
  sealToken(testRing, { purpose, emailNumber: 42, recipientNumber: 1 });

describe.each([
  { purpose: 'pixel', isFetch: true, isUnsubscribe: false },
  { purpose: 'rehearsal', isFetch: false, isUnsubscribe: false },
  { purpose: 'unsubscribe', isFetch: false, isUnsubscribe: true },
] as const)('a token for $purpose', ({ purpose, isFetch, isUnsubscribe }) => {
  it(`${isFetch ? 'is' : 'is not'} recorded as a fetch`, async () => {
    const recorder = createFetchRecorder({ log, ring: testRing, clock });
    await recorder.record({ token: tokenFor(purpose), method: 'GET', userAgent: '', network: '' });
    expect(log.rows.length).toBe(isFetch ? 1 : 0);
    expect(log.unsubscribed).toEqual([]);
  });

  it(`${isUnsubscribe ? 'unsubscribes' : 'does not unsubscribe'}`, async () => {
    const done = await createUnsubscriber({ log, ring: testRing, clock }).unsubscribe(tokenFor(purpose));
    expect(done).toBe(isUnsubscribe ? 'unsubscribed' : 'no-link');
    expect(log.unsubscribed).toEqual(isUnsubscribe ? [[42, 1]] : []);
    expect(log.rows).toEqual([]);
  });
});

it('cannot be turned into one of another purpose by changing the part that says so', async () => {
  const first = 'abcdefghijklmnopqrstuvwxyz234567';
  const [pixel, recorder] = [tokenFor('pixel'), createFetchRecorder({ log, ring: testRing, clock })];
  for (const letter of first) {
    for (const second of first) {
      const token = `${letter}${second}${pixel.slice(2)}`;
      if (token === pixel) continue;
      await recorder.record({ token, method: 'GET', userAgent: '', network: '' });
      expect(await createUnsubscriber({ log, ring: testRing, clock }).unsubscribe(token)).toBe('no-link');
    }
  }
  expect(log.rows).toEqual([]);
});
