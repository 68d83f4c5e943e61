import { expect, it } from 'vitest';
import { addressesIn, firstAddressIn } from '../../src/returned/addresses-in-text.js';
import { fc } from '../properties/fast-check.js';

const found = (line: string) => addressesIn(line).map(({ address }) => address);

it.each([
  ['<anna@example.com>: 550 no', ['anna@example.com']],
  ['"anna@example.com"', ['anna@example.com']],
  ["'anna@example.com'", ['anna@example.com']],
  ['write to anna@example.com.', ['anna@example.com']],
  ['"a b"@example.com failed', ['"a b"@example.com']],
  ['a@b.example, c@d.example', ['a@b.example', 'c@d.example']],
  ['dda:SMTP=anna@example.com;', ['anna@example.com']],
  ['anna+tag@example.com', ['anna+tag@example.com']],
  ['root@localhost', []],
  ['@example.com', []],
  ['anna@', []],
])('finds in %s: %j', (line, addresses) => {
  expect(found(line)).toEqual(addresses);
});

it('prefers the address in angle brackets to one in the name', () => {
  expect(firstAddressIn('"ben@example.com" <anna@example.com>')).toBe('anna@example.com');
});

it('finds only what stands in the line', () => {
  fc.assert(
    fc.property(fc.string(), line => {
      for (const { address, start, end } of addressesIn(line)) expect(line.slice(start, end)).toBe(address);
    }),
  );
});
