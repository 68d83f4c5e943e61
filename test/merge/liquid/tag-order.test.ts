import { describe, expect, it } from 'vitest';
import { protectLiquid } from '../../../src/merge/liquid/liquid-protection.js';
import { findMisplaced } from '../../../src/merge/liquid/tag-order.js';

/** @param compiled numbers of the pieces of Liquid, from 0, as a compiler printed them. */
function fault(source: string, compiled: readonly number[]): string | undefined {
  const { tokens } = protectLiquid(source);
  const found = findMisplaced(
    tokens,
    compiled.map(index => tokens[index]).filter(token => token !== undefined),
  );
  return found === undefined ? undefined : `${found.fault} ${found.token.liquid}`;
}

describe('Liquid in what a compiler made', () => {
  const two = '{% if a %}1{% endif %}{% if b %}2{% else %}3{% endif %}';
  const counted = '{% assign x = 1 %}{{ x }}{% if x %}{% increment n %}{% endif %}';

  it.each([
    ['as it was', two, [0, 1, 2, 3, 4], undefined],
    ['blocks in another order', two, [2, 3, 4, 0, 1], undefined],
    ['a block twice', two, [0, 1, 2, 3, 4, 0, 1], undefined],
    ['a block lost', two, [0, 1], 'lost {% if b %}'],
    ['a half of a block lost', two, [0, 2, 3, 4], 'lost {% endif %}'],
    ['branches in another order', two, [0, 1, 2, 4, 3], 'moved {% endif %}'],
    ['a block around another one’s end', two, [0, 2, 1, 3, 4], 'moved {% endif %}'],
    ['a half twice', two, [0, 1, 2, 3, 4, 0], 'moved {% endif %}'],
    ['what changes values, as it was', counted, [0, 1, 2, 3, 4], undefined],
    ['what changes values, later', counted, [2, 3, 4, 0, 1], 'moved {% if x %}'],
    ['what changes values, twice', counted, [0, 1, 2, 3, 4, 0], 'repeated {% assign x = 1 %}'],
    ['a value before it is set', counted, [1, 0, 2, 3, 4], 'moved {{ x }}'],
    ['a value twice', counted, [0, 1, 1, 2, 3, 4], undefined],
    [
      'a block out of its block',
      '{% if a %}{% if b %}{% endif %}{% endif %}',
      [0, 3, 1, 2],
      'moved {% if b %}',
    ],
    ['a block into another', '{% for i in a %}{% endfor %}{% if b %}{% endif %}', [0, 2, 3, 1], undefined],
  ])('%s', (_, source, compiled, expected) => {
    expect(fault(source, compiled)).toBe(expected);
  });
});

describe('a comment of Liquid', () => {
  const pieces = (source: string) => protectLiquid(source).tokens.map(({ liquid }) => liquid);

  it.each([
    [
      'a {% comment %}{% if x %}<p>{{ y }}{% endcomment %} b {{ z }}',
      ['{% comment %}{% if x %}<p>{{ y }}{% endcomment %}', '{{ z }}'],
    ],
    ['{%- comment note -%}x{%- endcomment -%}', ['{%- comment note -%}x{%- endcomment -%}']],
    [
      '{% comment %}{% raw %}{% endcomment %}{% endraw %}{% endcomment %}{{ z }}',
      ['{% comment %}{% raw %}{% endcomment %}{% endraw %}{% endcomment %}', '{{ z }}'],
    ],
    ['{% comment %}{{ x }}', ['{% comment %}', '{{ x }}']],
  ])('is one piece: %s', (source, expected) => {
    expect(pieces(source)).toEqual(expected);
  });
});
