import { expect, it } from 'vitest';
import { isOwnHost } from '../../src/http/host-check.js';

const names = ['metrics.example.com'];

it.each([
  undefined,
  '127.0.0.1',
  '127.0.0.1:8081',
  '10.1.2.3:9090',
  '[::1]:8081',
  '[2001:db8::7]',
  'localhost',
  'LOCALHOST:8081',
  'localhost.',
  'mailtrack.localhost:8081',
  'metrics.example.com',
  'Metrics.Example.com.:443',
])('takes %s, which no page in a browser can point elsewhere, or which was named', host => {
  expect(isOwnHost(host, names)).toBe(true);
});

it.each([
  '',
  'evil.example',
  'evil.example:8081',
  'localhost.evil.example',
  'notlocalhost',
  '127.0.0.1.evil.example',
  'metrics.example.com.evil.example',
  'evil.example@localhost',
  'localhost evil.example',
  '[::1].evil.example',
  '[evil.example]',
  '::1',
  'localhost:8081:8081',
])('refuses %s', host => {
  expect(isOwnHost(host, names)).toBe(false);
});
