import { describe, expect, it } from 'vitest';
import { parseKeyFile, parseKeyRing, printKey } from '../../src/tracking/key.js';
import { unusedKeyId, withKey, withoutKey } from '../../src/tracking/key-file-text.js';
import { testKey } from './keys.js';

const at = new Date('2026-11-23T09:00:00.000Z');
const later = new Date('2026-11-24T09:00:00.000Z');

function read(text: string) {
  const entries = parseKeyFile(text);
  if (!entries.ok) throw new Error(entries.why);
  return entries.value.map(({ key, madeAt }) => [key.id, madeAt]);
}

describe('a key file', () => {
  it('gets a key as its last line, and says when it was made', () => {
    const text = withKey(withKey('', testKey(3), at), testKey(200), later);
    expect(text.split('\n')).toEqual([
      '# made 2026-11-23T09:00:00.000Z',
      printKey(testKey(3)),
      '# made 2026-11-24T09:00:00.000Z',
      printKey(testKey(200)),
      '',
    ]);
    expect(read(text)).toEqual([
      [3, at],
      [200, later],
    ]);
  });

  it('of before does not say when its key was made, and is ended with a line end first', () => {
    const text = withKey(printKey(testKey(1)), testKey(2), at);
    expect(read(text)).toEqual([
      [1, undefined],
      [2, at],
    ]);
    const ring = parseKeyRing(text);
    expect(ring.ok && ring.value.signing.id).toBe(2);
  });

  it('loses a key with its comment and nothing else', () => {
    const text = `# mine\n\n${withKey(withKey('', testKey(1), at), testKey(2), later)}# end\n`;
    const without = withoutKey(text, 1);
    expect(without).toBe(`# mine\n\n${withKey('', testKey(2), later)}# end\n`);
    expect(withoutKey(text, 9)).toBe(text);
  });

  it.each(['\n', '\r\n', '\r'])('keeps its line ends %j', end => {
    const text = ['# mine', printKey(testKey(1)), printKey(testKey(2)), ''].join(end);
    expect(withoutKey(text, 1)).toBe(['# mine', printKey(testKey(2)), ''].join(end));
  });

  it.each(['# made yesterday', '# made', '#made 2026-11-23T09:00:00.000Z', '# made 2026-11-23T09:00:00Z x'])(
    'may have any other comment: %s',
    comment => {
      expect(read(`${comment}\n${printKey(testKey(1))}\n`)).toEqual([[1, undefined]]);
    },
  );
});

it('takes an id that no key has, the wanted one if it can', () => {
  expect(unusedKeyId(new Set([1, 2]), 7)).toBe(7);
  expect(unusedKeyId(new Set([255, 0]), 255)).toBe(1);
  expect(unusedKeyId(new Set(Array.from({ length: 256 }, (_, id) => id)), 7)).toBeUndefined();
});
