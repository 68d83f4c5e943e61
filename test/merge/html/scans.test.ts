/** Scans in place of expressions that took the square of a text: the same answers, in as many steps as there are characters. */
import { describe, expect, it } from 'vitest';
import { decodeAttribute, decodeEntities } from '../../../src/merge/html/entities.js';
import { srcsetCandidates } from '../../../src/merge/html/srcset.js';
import { replaceTags, withoutHidden } from '../../../src/merge/html/strip-markup.js';
import { TagEnds } from '../../../src/merge/html/tag-ends.js';

describe('ends of tags', () => {
  it.each([
    ['<a href="x>y">z', 14],
    [`<a b='"'>`, 9],
    ['<a b="', undefined],
    ['<a ', undefined],
  ])('of %s', (html, end) => {
    expect(new TagEnds(html).endOf(2)).toBe(end);
  });

  it.each(['<a ', '<a b="', `<a b="<a c='`, `'<!'`])('are looked for once a place in %s …', begun => {
    const html = begun.repeat(10_000);
    const ends = new TagEnds(html);
    for (const { index } of html.matchAll(/</g)) ends.endOf(index + 2);
    expect(ends.steps).toBeLessThanOrEqual(2 * html.length);
  });

  it('are found in other quotes behind a tag that does not end', () => {
    expect(replaceTags(`<a b="<i>c`, () => '.')).toBe('<a b=".c');
    expect(replaceTags(`'<!'"<!>`, () => '.')).toBe(`'<!'".`);
  });
});

it('takes out comments and elements that end, and leaves those that do not', () => {
  const all = { elements: ['style', 'script'], comments: true };
  expect(withoutHidden('a<!--b-->c<STYLE x>d</Style >e<script>f', all, '.')).toBe('a.c.e<script>f');
  expect(withoutHidden('a<!--<style>b</style>-->c<!--d', all, '.')).toBe('a.c<!--d');
  expect(withoutHidden('<styles>a</styles>', all, '.')).toBe('<styles>a</styles>');
});

it.each([
  ['a.png', [['', 'a.png', '']]],
  [
    'a.png 1x, b.png 2x',
    [
      ['', 'a.png', ' 1x,'],
      [' ', 'b.png', ' 2x'],
    ],
  ],
  [
    'a.png, b.png',
    [
      ['', 'a.png', ','],
      [' ', 'b.png', ''],
    ],
  ],
  [' ,a,b.png 640w ,', [[' ,', 'a,b.png', ' 640w ,']]],
  [', ,', []],
])('candidates of srcset %j', (value, expected) => {
  expect([...srcsetCandidates(value)].map(({ before, url, after }) => [before, url, after])).toEqual(
    expected,
  );
});

it.each([
  ['a&amp;b&LT;c&#65;&#x41;', 'a&b<cAA'],
  ['&amp;amp;', '&amp;'],
  ['&amp &foo; &#; &#x; &#12a; &#x110000; &constructor;', '& &foo; &#; &#x; \fa; \ufffd &constructor;'],
])('entities of %s', (text, decoded) => expect(decodeEntities(text)).toBe(decoded));

it('reads an attribute as browsers do: a name without a semicolon is part of an address', () => {
  expect(decodeAttribute('?a=1&copy=2&lt=3&amp;b=4&eacute;')).toBe('?a=1&copy=2&lt=3&b=4é');
  expect(decodeEntities('a&copy=2')).toBe('a©=2');
});
