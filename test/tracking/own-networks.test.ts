import { describe, expect, it } from 'vitest';
import { networkPrefix } from '../../src/tracking/network.js';
import { parseOwnNetworks } from '../../src/tracking/own-networks.js';

function isOwn(networks: readonly string[], address: string): boolean {
  const own = parseOwnNetworks(networks);
  if (!own.ok) throw new Error(own.why);
  return own.value(networkPrefix(address));
}

describe('the networks of the sender', () => {
  it.each([
    ['198.51.100.0/24', '198.51.100.77', true],
    ['198.51.100.0/24', '198.51.101.77', false],
    ['198.51.0.0/16', '198.51.101.77', true],
    ['198.51.100.7', '198.51.100.200', true],
    ['198.51.100.7/32', '198.51.101.7', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8:1::/48', '2001:db8:1:2::3', true],
    ['2001:db8:1:2::/64', '2001:db8:1:9::3', true],
    ['2001:db8:1::/48', '2001:db8:2::3', false],
    ['::ffff:198.51.100.7', '198.51.100.200', true],
  ])('%s and a fetch from %s: %s', (network, address, own) => {
    expect(isOwn([network], address)).toBe(own);
    expect(isOwn(['192.0.2.0/24', network], address)).toBe(own);
  });

  it('do not include a fetch whose network was not kept', () => {
    expect(isOwn(['0.0.0.0/0'], 'unix')).toBe(false);
  });

  it.each(['office', '198.51.100.0/33', '2001:db8::/129', '198.51.100.0/', '198.51.100', ''])(
    '%j is refused',
    text => {
      expect(parseOwnNetworks(['198.51.100.0/24', text])).toEqual({
        ok: false,
        why: `${JSON.stringify(text)} is not a network in CIDR notation`,
      });
    },
  );
});
