import { expect, it } from 'vitest';
import { DescriptorAlarm } from '../../src/workflow/watch-descriptors.js';

it('warns once from 80 % of the limit on, and says once that there are fewer than 70 % again', () => {
  const alarm = new DescriptorAlarm();
  const events = [79, 80, 95, 79, 70, 69, 79, 80].map(open => alarm.look({ open, limit: 100 })?.kind);
  expect(events).toEqual([
    undefined,
    'descriptors-scarce',
    undefined,
    undefined,
    undefined,
    'descriptors-enough',
    undefined,
    'descriptors-scarce',
  ]);
});

it('never warns where there is no limit', () => {
  expect(new DescriptorAlarm().look({ open: 1e6, limit: Number.POSITIVE_INFINITY })).toBe(undefined);
});
