import { expect, it } from 'vitest';
import { likelyTemplate } from '../../src/cli/likely-template.js';

it.each([
  [['send', 'msg.mjml', '--to', 'alice'], 'msg.mjml'],
  [['--profile', 'work', 'check', '--each', 'people.csv', 'letters/msg.HTML'], 'letters/msg.HTML'],
  [['preview', '--row', '3', 'msg.md'], 'msg.md'],
  [['send', '--subject=msg.md', 'note.txt'], 'note.txt'],
  [['send', '--each', 'people.csv'], undefined],
  [['report', 'msg.html'], undefined],
  [['--help'], undefined],
])('takes from %j the template %s', (argv, expected) => {
  expect(likelyTemplate(argv)).toBe(expected);
});
