import { expect, it } from 'vitest';
import { createKeyRing } from '../../src/tracking/key.js';
import { createLiveKeyRing } from '../../src/tracking/live-key-ring.js';
import { openToken, sealToken } from '../../src/tracking/token.js';
import { testKey, testRing } from './keys.js';

it('verifies and seals with the keys it was given last', () => {
  const ring = createLiveKeyRing(testRing);
  const content = { purpose: 'pixel', emailNumber: 1, recipientNumber: 2 } as const;
  const token = sealToken(createKeyRing([testKey(8)]), content);
  expect(openToken(ring, token)).toBeUndefined();
  ring.replace(createKeyRing([testKey(7), testKey(8)]));
  expect(openToken(ring, token)).toEqual(content);
  expect(openToken(ring, sealToken(testRing, content))).toEqual(content);
  expect(sealToken(ring, content)).toBe(token);
  expect(ring.fingerprint).toBe(createKeyRing([testKey(8)]).fingerprint);
});
