import { expect, it } from 'vitest';
import { networkPrefix } from '../../src/tracking/network.js';

it.each([
  ['203.0.113.77', '203.0.113.0/24'],
  ['127.0.0.1', '127.0.0.0/24'],
  ['::ffff:203.0.113.77', '203.0.113.0/24'],
  ['::FFFF:cb00:714d', '203.0.113.0/24'],
  ['0:0:0:0:0:ffff:203.0.113.77', '203.0.113.0/24'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1::/48'],
  ['2001:0DB8:0001::1', '2001:db8:1::/48'],
  ['2001:db8::1', '2001:db8::/48'],
  ['0:1:2::', '0:1:2::/48'],
  ['2001::1', '2001::/48'],
  ['1:2:3:4:5:6:7::', '1:2:3::/48'],
  ['::1', '::/48'],
  ['fe80::1%eth0', 'fe80::/48'],
])('keeps of %s the network %s', (address, network) => {
  expect(networkPrefix(address)).toBe(network);
});

it.each([
  '',
  'localhost',
  '1.2.3',
  '1.2.3.256',
  '1.2.3.x',
  '1.2.3.4.5',
  ':::',
  '1:2',
  '::1]/x[',
  '203.0.113.77:80',
])('keeps nothing of %j, which is no address', text => {
  expect(networkPrefix(text)).toBe('');
});
