import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Networks, networkOf } from '../../src/http/client-network.js';
import type { Connection } from '../../src/http/connections.js';
import { networkPrefix } from '../../src/tracking/network.js';

function networks(...texts: string[]): Networks {
  const parsed = Networks.parse(texts);
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.value;
}

function asked(peer: string, headers: IncomingMessage['headers'], trusted: Networks | undefined): string {
  const connection = { address: peer, network: networkPrefix(peer) } as Connection;
  return networkOf({ headers } as IncomingMessage, connection, trusted);
}

describe('networks', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['127.0.0.1', '127.0.0.1', true],
    ['127.0.0.1', '127.0.0.2', false],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['2001:db8::/32', '2001:db8:1::5', true],
    ['2001:db8::/32', '10.0.0.1', false],
    ['::1', '::1', true],
    ['0.0.0.0/0', '203.0.113.7', true],
    ['0.0.0.0/0', '::1', false],
    ['10.0.0.0/8', 'unknown', false],
    ['10.0.0.0/8', '', false],
  ])('%s has %s: %s', (network, address, has) => {
    expect(networks(network).has(address)).toBe(has);
  });

  it.each(['', 'all', '10.0.0.0/33', '10.0.0.0/', '10.0.0/8', '::/129', 'fe80::1%eth0', '10.0.0.1/8/8', '*'])(
    'are not %j',
    text => {
      expect(Networks.parse(['127.0.0.1', text])).toEqual({
        ok: false,
        why: `${JSON.stringify(text)} is no network`,
      });
    },
  );
});

describe('the network of who asked', () => {
  const proxies = networks('127.0.0.0/8', '::1', '10.0.0.0/8');

  it.each([
    [
      'the peer, when nobody is trusted',
      '192.0.2.1',
      { 'x-forwarded-for': '203.0.113.7' },
      undefined,
      '192.0.2.0/24',
    ],
    [
      'the peer, when it is not trusted',
      '192.0.2.1',
      { 'x-forwarded-for': '203.0.113.7' },
      proxies,
      '192.0.2.0/24',
    ],
    ['the peer, when it says nothing', '10.1.1.1', {}, proxies, '10.1.1.0/24'],
    [
      'the client a trusted peer names',
      '10.1.1.1',
      { 'x-forwarded-for': '203.0.113.7' },
      proxies,
      '203.0.113.0/24',
    ],
    [
      'the client behind an IPv4-mapped peer',
      '::ffff:10.1.1.1',
      { 'x-forwarded-for': '203.0.113.7' },
      proxies,
      '203.0.113.0/24',
    ],
    [
      'the right-most that is not trusted',
      '127.0.0.1',
      { 'x-forwarded-for': '198.51.100.9, 203.0.113.7, 10.2.2.2' },
      proxies,
      '203.0.113.0/24',
    ],
    [
      'not what the client made up',
      '127.0.0.1',
      { 'x-forwarded-for': '198.51.100.9,203.0.113.7' },
      proxies,
      '203.0.113.0/24',
    ],
    [
      'the first, when all are trusted',
      '127.0.0.1',
      { 'x-forwarded-for': '10.3.3.3, 10.2.2.2' },
      proxies,
      '10.3.3.0/24',
    ],
    ['an IPv6 client', '::1', { 'x-forwarded-for': '2001:db8:1:2::3' }, proxies, '2001:db8:1::/48'],
    [
      'a client with a port',
      '127.0.0.1',
      { 'x-forwarded-for': '203.0.113.7:4711' },
      proxies,
      '203.0.113.0/24',
    ],
    [
      'an IPv6 client with a port',
      '127.0.0.1',
      { 'x-forwarded-for': '[2001:db8:1::3]:4711' },
      proxies,
      '2001:db8:1::/48',
    ],
    ['nothing for words', '127.0.0.1', { 'x-forwarded-for': 'unknown' }, proxies, ''],
    ['nothing for an empty value', '127.0.0.1', { 'x-forwarded-for': '' }, proxies, ''],
    [
      'nothing for a right-most that is garbage',
      '127.0.0.1',
      { 'x-forwarded-for': '203.0.113.7, <script>' },
      proxies,
      '',
    ],
    [
      'the client of Forwarded',
      '127.0.0.1',
      { forwarded: 'for=198.51.100.9, For="[2001:db8:1::3]:47";proto=https' },
      proxies,
      '2001:db8:1::/48',
    ],
    [
      'the client of Forwarded behind another parameter',
      '127.0.0.1',
      { forwarded: 'by=10.0.0.1; for=203.0.113.7' },
      proxies,
      '203.0.113.0/24',
    ],
    ['nothing for an obfuscated one', '127.0.0.1', { forwarded: 'for=_hidden' }, proxies, ''],
    [
      'X-Forwarded-For before Forwarded',
      '127.0.0.1',
      { forwarded: 'for=198.51.100.9', 'x-forwarded-for': '203.0.113.7' },
      proxies,
      '203.0.113.0/24',
    ],
  ] as const)('is %s', (_, peer, headers, trusted, network) => {
    expect(asked(peer, headers, trusted)).toBe(network);
  });
});
