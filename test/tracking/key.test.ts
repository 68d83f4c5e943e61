import { expect, it } from 'vitest';
import { createKey, createKeyRing, type KeyRing, parseKeyRing, printKey } from '../../src/tracking/key.js';
import { testKey } from './keys.js';

function ringOf(text: string): KeyRing {
  const ring = parseKeyRing(text);
  if (!ring.ok) throw new Error(ring.why);
  return ring.value;
}

it('prints a key as one line of the key file and reads it back', () => {
  const random = Uint8Array.from({ length: 32 }, (_, index) => index * 7);
  const line = printKey(createKey(255, random));
  expect(line).toMatch(/^mt1-255-[a-z2-7]{52}$/);
  const ring = ringOf(`${line}\n`);
  expect(ring.signing.id).toBe(255);
  expect(new Uint8Array(ring.signing.secret.export())).toEqual(random);
});

it('signs with the last key and verifies with all', () => {
  const ring = ringOf(`# made in 2025\r\n${printKey(testKey(0))}\r\n\r\n  ${printKey(testKey(9))}  `);
  expect(ring.signing.id).toBe(9);
  expect([...ring.byId.keys()]).toEqual([0, 9]);
});

it('has a fingerprint that follows the signing key, its id included, and shows nothing of it', () => {
  const [one, two] = [testKey(1), testKey(2)];
  const fingerprint = createKeyRing([one]).fingerprint;
  expect(fingerprint).toMatch(/^[0-9a-f]{16}$/);
  expect(createKeyRing([two, one]).fingerprint).toBe(fingerprint);
  expect(createKeyRing([two]).fingerprint).not.toBe(fingerprint);
  expect(createKeyRing([createKey(2, one.secret.export())]).fingerprint).not.toBe(fingerprint);
  expect(one.secret.export().toString('hex')).not.toContain(fingerprint);
});

const secret = printKey(testKey(1)).slice('mt1-1-'.length);

it('refuses a file that no ring of keys is as long as', () => {
  const why = 'it is longer than 256 keys with their comments are';
  expect(parseKeyRing('\n'.repeat(100_001))).toEqual({ ok: false, why });
});

it.each([
  ['', 'there is no key in it'],
  ['# only a comment\n', 'there is no key in it'],
  [`\nmt1-256-${secret}`, 'line 2 is not a key (mt1-<0 to 255>-<52 characters>)'],
  [`mt1-01-${secret}`, 'line 1 is not a key (mt1-<0 to 255>-<52 characters>)'],
  [`mt2-1-${secret}`, 'line 1 is not a key (mt1-<0 to 255>-<52 characters>)'],
  [`mt1-1-${secret.slice(1)}`, 'line 1 is not a key (mt1-<0 to 255>-<52 characters>)'],
  [`mt1-1-${secret}a`, 'line 1 is not a key (mt1-<0 to 255>-<52 characters>)'],
  [`mt1-1-${secret.toUpperCase()}`, 'line 1 is not a key (mt1-<0 to 255>-<52 characters>)'],
  [`mt1-1-${secret.slice(0, -1)}b`, 'line 1 is not a key (mt1-<0 to 255>-<52 characters>)'],
  [`mt1-1-${secret}\n#\nmt1-1-${secret}`, 'line 3 is a second key with the id 1'],
])('refuses %j without quoting it', (text, why) => {
  expect(parseKeyRing(text)).toEqual({ ok: false, why });
});
