import { describe, expect, it } from 'vitest';
import { parseListenAddress, parsePort, printAddress } from '../../src/cli/listen-address.js';

describe('an address to listen on', () => {
  it.each([
    ['9090', '127.0.0.1:9090'],
    [':9090', '127.0.0.1:9090'],
    ['10.0.0.1', '10.0.0.1:8081'],
    ['10.0.0.1:0', '10.0.0.1:0'],
    ['localhost', 'localhost:8081'],
    ['a1.internal:9090', 'a1.internal:9090'],
    ['[::1]:9090', '[::1]:9090'],
    ['[::1]:65535', '[::1]:65535'],
    ['[::]', '[::]:8081'],
  ])('%j is %s', (text, expected) => {
    const address = parseListenAddress(text);
    expect(address.ok && printAddress(address.value)).toBe(expected);
  });

  it.each([
    '',
    '::1',
    'a:b',
    '1:2:3',
    'x:99999',
    'x:123456',
    '65536',
    '-1',
    '80.5',
    'http://x',
    'a b',
    ':',
    'a'.repeat(261),
  ])('is not %j', text => {
    expect(parseListenAddress(text)).toEqual({
      ok: false,
      why: 'has to be an address to listen on, host:port such as 127.0.0.1:8081, with a port from 0 to 65535',
    });
  });
});

describe('a port', () => {
  it.each(['0', '25', '65535', 0, 8080])('is %j', value => {
    expect(parsePort(value)).toEqual({ ok: true, value: Number(value) });
  });

  it.each([
    '65536',
    '99999',
    'abc',
    '-1',
    '80.5',
    '',
    ' 80',
    '0x50',
    '1e3',
    65_536,
    -1,
    80.5,
    true,
    undefined,
  ])('is not %j', value => {
    expect(parsePort(value)).toEqual({
      ok: false,
      why: 'has to be a port, a whole number from 0 to 65535',
    });
  });
});
