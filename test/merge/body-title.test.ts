import { expect, it } from 'vitest';
import { titleInBody } from '../../src/merge/body-title.js';

it.each([
  ['# News', 'News'],
  ['text\n## News ##\n# Other', 'News'],
  ['#\tNews \t##\t', 'News'],
  ['# C#', 'C#'],
  ['#\t\t\n# #\r\n# News\r\n', 'News'],
  ['#News\n####### News', undefined],
])('heading of %j', (text, title) => {
  expect(titleInBody('md', text)).toBe(title);
});

it.each([
  ['html', '<head><TITLE lang="en">A\nB</title>', 'A\nB'],
  ['html', '<titles>a</titles><title>b', undefined],
  ['mjml', '<mj-title>A</mj-title><mj-title>B</mj-title>', 'A'],
  ['txt', '# A', undefined],
] as const)('title of %s: %s', (kind, text, title) => {
  expect(titleInBody(kind, text)).toBe(title);
});
