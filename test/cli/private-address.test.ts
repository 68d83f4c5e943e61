import { expect, it } from 'vitest';
import { printAddress, readPrivateAddress } from '../../src/cli/private-address.js';

it.each([
  [true, '127.0.0.1:8081'],
  ['9090', '127.0.0.1:9090'],
  [':9090', '127.0.0.1:9090'],
  ['10.0.0.1', '10.0.0.1:8081'],
  ['10.0.0.1:0', '10.0.0.1:0'],
  ['localhost', 'localhost:8081'],
  ['a1.internal:9090', 'a1.internal:9090'],
  ['[::1]:9090', '[::1]:9090'],
  ['[::]', '[::]:8081'],
] as const)('reads %j as %s', (text, expected) => {
  const address = readPrivateAddress('--metrics', text);
  expect(address && printAddress(address)).toBe(expected);
});

it('is not there when it was not asked for', () => {
  expect(readPrivateAddress('--metrics', undefined)).toBeUndefined();
});

it.each(['', '::1', 'a:b', '1:2:3', 'x:99999', 'http://x', 'a b', ':'])('refuses %j', text => {
  expect(() => readPrivateAddress('--metrics', text)).toThrow(
    `--metrics ${JSON.stringify(text)} is not an address to listen on`,
  );
});
