import { expect, it } from 'vitest';
import { visible } from '../../src/terminal/clean.js';
import { discreet } from '../../src/terminal/discreet.js';
import { cut } from '../../src/terminal/table.js';
import { wrap } from '../../src/terminal/wrap.js';

it('wraps fifty lines of a text and cuts the rest, whatever its script', () => {
  expect(wrap('日'.repeat(5_000), 80)).toHaveLength(101);
  expect(wrap('word '.repeat(2_000), 80).at(-1)).toMatch(/…$/);
  expect(wrap('word '.repeat(100), 80).join(' ')).toBe('word '.repeat(100));
});

it('cuts a word of characters without width', () => {
  expect(cut('a\u0301'.repeat(30), 10)).toBe(`${'a\u0301'.repeat(9)}…`);
  expect(cut('\u200d'.repeat(5_000), 10)).toMatch(/…$/);
});

it('makes the same of a long text as of its parts', () => {
  const parts = ['a', '\0', '\u202e', '\ud800', '\u{1f600}', 'é', '\u200d', '\n', '日', '\\'];
  const text = parts.map(part => `${part} `).join('');
  expect(visible(text.repeat(400))).toBe(visible(text).repeat(400));
  expect(visible(text)).toBe('a \\x00 \\u202e \\ud800 \u{1f600} é \u200d \\x0a 日 \\ ');
});

it('ends the text of an error behind a whole word after 10,000 characters', () => {
  const token = 'x'.repeat(60);
  expect(discreet(`${token} 192.0.2.17`)).toBe('xxxxxxxx… 192.0.2.0/24');
  expect(discreet('192.0.2.17 '.repeat(2_000))).toBe(`${'192.0.2.0/24 '.repeat(909)}…`);
  expect(discreet('1.'.repeat(6_000))).toBe('…');
});
