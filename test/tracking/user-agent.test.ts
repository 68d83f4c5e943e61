import { expect, it } from 'vitest';
import { keptUserAgent } from '../../src/tracking/user-agent.js';

it.each([
  ['', ''],
  ['-', ''],
  ['--', '--'],
  ['Thunderbird/128', 'Thunderbird/128'],
  ['x'.repeat(256), 'x'.repeat(256)],
  ['x'.repeat(257), 'x'.repeat(256)],
])('keeps of %j', (given, kept) => {
  expect(keptUserAgent(given)).toBe(kept);
});
