import { expect, it } from 'vitest';
import { spaced } from '../../src/merge/text-blanks.js';

it.each([
  ['Sale today&nbsp;\u200c&nbsp;\u200c&nbsp;', 'Sale today '],
  ['Sale\u034f &nbsp;\u034f &nbsp;', 'Sale '],
  ['Sale\u200b\u200b\u200b', 'Sale'],
  ['\u00ad\u00adSale', 'Sale'],
  ['\u200c\u034f', ''],
  ['\u200c \u034f', ' '],
])('characters that only keep a distance are not in a text: %j', (text, shown) => {
  expect(spaced(text.replaceAll('&nbsp;', '\u00a0'))).toBe(shown);
});

it.each([
  'می\u200cخواهم',
  'বাক্\u200c শেষ',
  'co\u00adoperate',
  'a\u200bb',
  '👩\u200d🚀 👨\u200d👩\u200d👧',
  '10\u00a0\u00a0km',
  '\u200fשלום \u200e(a)',
  'plain  text',
])('characters that belong to words stay: %j', text => {
  expect(spaced(text)).toBe(text);
});
