import { expect, it } from 'vitest';
import { readAddresses } from '../../src/recipients/cell-addresses.js';

it('refuses a cell of more addresses than a person has, unread', () => {
  const cell = (count: number) => 'a@example.com,'.repeat(count);
  const read = readAddresses(cell(714), 'each');
  expect(read.kind === 'addresses' && read.addresses.length).toBe(714);
  expect(readAddresses(cell(715), 'each')).toEqual({
    kind: 'invalid',
    piece: cell(715),
    why: 'more than 10,000 characters',
  });
});
