/**
 * Random templates and rows: what a reader sees is known from the way the template is put together, and is what both parts say.
 * The HTML is read by html-to-text as it is sent, without our tree and without Liquid.
 */
import { convert } from 'html-to-text';
import { expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../src/merge/liquid/liquid.js';
import { Problem, Problems } from '../../src/problem.js';
import { fc } from '../properties/fast-check.js';

/** Where a Liquid tag is written. */
const places = {
  text: (tag: string) => tag,
  comment: (tag: string) => `<!-- ${tag} -->`,
  outlook: (tag: string) => `<!--[if mso]><i>${tag}</i><![endif]-->`,
  hidden: (tag: string) => `<span hidden>${tag}</span>`,
  unseen: (tag: string) => `<span style="color:red; Display: none">${tag}</span>`,
  style: (tag: string) => `<style data-embed>/* ${tag} */</style>`,
  template: (tag: string) => `<template>${tag}</template>`,
};
type Place = keyof typeof places;

/** Counters, and values that are set. */
interface World {
  readonly row: Readonly<Record<string, string>>;
  readonly set: Map<string, string>;
  count: number;
  isVisible: boolean;
}

/** A piece of a template, and the words that it shows. */
interface Piece {
  readonly source: string;
  show(world: World): readonly string[];
}

const dash = fc.constantFrom('', '', '-');
const space = fc.constantFrom('', ' ', '\n', '  \n ');
const place = fc.constantFrom(...(Object.keys(places) as Place[]));
const condition = fc.record({
  field: fc.constantFrom('a', 'b'),
  value: fc.constantFrom('y', 'n'),
  name: fc.constantFrom('if', 'unless'),
});
const tagOf = (words: string, [left, right]: readonly [string, string]) => `{%${left} ${words} ${right}%}`;
const dashes = fc.tuple(dash, dash);
const words = (world: World, list: readonly string[]) => (world.isVisible ? list : []);

let number = 0;
const word = fc.constant(undefined).map((): Piece => {
  number += 1;
  const own = `q${number}q`;
  return { source: own, show: world => words(world, [own]) };
});
const output = fc.tuple(fc.constantFrom('a', 'b', 'c'), dashes).map(
  ([field, [left, right]]): Piece => ({
    source: `q{{${left} ${field} ${right}}}q`,
    show: world => words(world, [`q${field === 'c' ? (world.set.get('c') ?? '0') : world.row[field]}q`]),
  }),
);
const counter = dashes.map(
  (both): Piece => ({
    source: `q${tagOf('increment n', both)}q`,
    show: world => words(world, [`q${world.count++}q`]),
  }),
);
const raw = dashes.map(
  ([left, right]): Piece => ({
    source: `q{%${left} raw %}{{ a }}{% if %}{% endraw ${right}%}q`,
    show: world => words(world, ['q{{ a }}{% if %}q']),
  }),
);
const note = fc.tuple(dashes, word).map(
  ([both, inner]): Piece => ({
    source: `${tagOf('comment', both)}</p>${inner.source}{% if a %}{% endcapture %}${tagOf('endcomment', both)}`,
    show: () => [],
  }),
);
const assignment = fc.tuple(place, fc.nat(99), dashes).map(
  ([where, value, both]): Piece => ({
    source: places[where](tagOf(`assign c = "${value}"`, both)),
    show: world => {
      world.set.set('c', String(value));
      return [];
    },
  }),
);
const capture = fc.tuple(place, fc.nat(99), dashes).map(
  ([where, value, both]): Piece => ({
    source: places[where](`${tagOf('capture c', both)}${value}{% endcapture %}`),
    show: world => {
      world.set.set('c', String(value));
      return [];
    },
  }),
);
const unseenCounter = place.map(
  (where): Piece => ({
    source: where === 'text' ? '' : places[where]('{% increment n %}'),
    show: world => {
      if (where !== 'text') world.count += 1;
      return [];
    },
  }),
);

/** Whether anything was captured, though no words. */
const captured = fc.tuple(condition, word).map(
  ([{ field, value, name }, inner]): Piece => ({
    source: `{% capture z %}{% ${name} ${field} == "${value}" %}<img src="https://x.example/i.png" alt="">{% end${name} %}{% endcapture %}{% if z != "" %}${inner.source}{% endif %}`,
    show: world => ((world.row[field] === value) === (name === 'if') ? inner.show(world) : []),
  }),
);
/** By a class of a sheet that is not inlined. */
const classed = fc.tuple(condition, word).map(
  ([{ field, value, name }, inner]): Piece => ({
    source: `<div class="c {% ${name} ${field} == "${value}" %}h{% end${name} %}">${inner.source}</div>`,
    show: world => ((world.row[field] === value) === (name === 'if') ? [] : inner.show(world)),
  }),
);

const elements = fc.constantFrom(
  ['<p>', '</p>'],
  ['<div>', '</div>'],
  ['<b>', '</b>'],
  ['<h2>', '</h2>'],
  ['<center>', '</center>'],
  ['<blockquote>', '</blockquote>'],
  ['<a href="https://x.example/">', '</a>'],
  ['<ul><li>', '</li></ul>'],
  ['<table><tr><td>', '</td></tr></table>'],
  ['<table><tr><th>', '</th><td></td></tr></table>'],
  ['<p class="{% if a == "y" %}s{% else %}t{% endif %}" {% if b == "y" %}dir="ltr"{% endif %}>', '</p>'],
  ['<p style="color:{% cycle "red", "blue" %}">', '</p>'],
);
// A paragraph ends where another begins; these end at their end tag.
const hidden = fc.constantFrom(['<div hidden>', '</div>'], ['<div style="display:none">', '</div>']);

const { piece } = fc.letrec<{ piece: Piece; pieces: Piece }>(tie => ({
  pieces: fc.array(fc.tuple(tie('piece'), space), { maxLength: 5 }).map(list => ({
    source: list.map(([{ source }, gap]) => source + gap).join(''),
    show: world => list.flatMap(([{ show }]) => show(world)),
  })),
  piece: fc.oneof(
    { maxDepth: 4 },
    { weight: 4, arbitrary: word },
    { weight: 2, arbitrary: output },
    { weight: 1, arbitrary: counter },
    { weight: 1, arbitrary: raw },
    { weight: 1, arbitrary: note },
    { weight: 1, arbitrary: assignment },
    { weight: 1, arbitrary: capture },
    { weight: 1, arbitrary: unseenCounter },
    { weight: 1, arbitrary: captured },
    { weight: 1, arbitrary: classed },
    {
      weight: 4,
      arbitrary: fc.tuple(elements, tie('pieces')).map(([[begin, end], inner]) => ({
        source: `${begin}${inner.source}${end}`,
        show: (world: World) => inner.show(world),
      })),
    },
    {
      weight: 1,
      arbitrary: fc.tuple(hidden, tie('pieces')).map(([[begin, end], inner]) => ({
        source: `${begin}${inner.source}${end}`,
        show: (world: World) => {
          const before = world.isVisible;
          world.isVisible = false;
          inner.show(world);
          world.isVisible = before;
          return [];
        },
      })),
    },
    {
      weight: 4,
      arbitrary: fc
        .tuple(
          place,
          condition,
          tie('pieces'),
          fc.option(tie('pieces')),
          fc.array(dashes, { minLength: 3, maxLength: 3 }),
        )
        .map(([where, { field, value, name }, then, other, [one, two, three]]) => {
          const put = places[where];
          const begin = put(tagOf(`${name} ${field} == "${value}"`, one ?? ['', '']));
          const middle = other === null ? '' : put(tagOf('else', two ?? ['', ''])) + other.source;
          return {
            source: begin + then.source + middle + put(tagOf(`end${name}`, three ?? ['', ''])),
            show: (world: World) => {
              const isMet = (world.row[field] === value) === (name === 'if');
              return isMet ? then.show(world) : (other?.show(world) ?? []);
            },
          };
        }),
    },
    {
      weight: 2,
      arbitrary: fc.tuple(place, fc.nat(3), tie('pieces'), dashes).map(([where, times, inner, both]) => ({
        source: `${places[where](tagOf(`for i in (1..${times})`, both))}q{{ i }}q ${inner.source}${places[where]('{% endfor %}')}`,
        show: (world: World) =>
          Array.from({ length: times }, (_, index) => [
            ...words(world, [`q${index + 1}q`]),
            ...inner.show(world),
          ]).flat(),
      })),
    },
  ),
}));
const sheet = '<style data-embed>.h { display: none }</style>';
const template = fc.array(piece, { minLength: 1, maxLength: 6 });
const row = fc.record({ a: fc.constantFrom('y', 'n'), b: fc.constantFrom('y', 'n') });

const wordsOf = (text: string) => text.match(/q(?:\w*?|\{\{ a \}\}\{% if %\})q/g) ?? [];

function readHtml(html: string): readonly string[] {
  const skipped = [
    '.h',
    '[hidden]',
    '[style*="isplay: none"]',
    '[style*="display:none"]',
    'template',
    'title',
  ];
  const selectors = skipped.map(selector => ({ selector, format: 'skip' }));
  return wordsOf(
    convert(html, {
      wordwrap: false,
      selectors: [
        ...selectors,
        { selector: 'a', options: { ignoreHref: true } },
        { selector: 'h2', options: { uppercase: false } },
      ],
    }),
  );
}

function render(context: 'html' | 'text', source: string, fields: object): string {
  const scope = Object.assign(Object.create(null), { pixel: '', ...fields }) as Record<string, string>;
  const rendered = renderLiquid(
    parseLiquid(context, source, { place: { file: 'm.html' }, lineOffset: 0 }),
    scope,
  );
  if (!rendered.ok) throw new Error(JSON.stringify(rendered));
  return rendered.text;
}

it('both parts say the words of the branches that are taken, and no others', async () => {
  await fc.assert(
    fc.asyncProperty(template, fc.array(row, { minLength: 1, maxLength: 3 }), async (pieces, rows) => {
      const source = `${sheet}{% assign c = "0" %}<p>Hi</p>${pieces.map(one => one.source).join(' ')}`;
      const { compiled } = await compileTemplate({ path: 'm.html', source }, 'S');
      for (const fields of rows) {
        const world = { row: fields, set: new Map(), count: 0, isVisible: true };
        const expected = pieces.flatMap(one => one.show(world));
        expect(readHtml(render('html', compiled.html ?? '', fields))).toEqual(expected);
        expect(wordsOf(render('text', compiled.text, fields))).toEqual(expected);
      }
    }),
    { numRuns: 60 },
  );
});

it('tags of a block in places of several kinds are refused with line and column, or both parts say the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      place,
      place,
      place,
      fc.array(piece, { maxLength: 3 }),
      row,
      async (one, two, three, pieces, fields) => {
        const inner = pieces.map(({ source }) => source).join(' ');
        const source = `${sheet}{% assign c = "0" %}\n${places[one]('{% if a == "y" %}')}<p>q1q</p>${inner}${places[two]('{% else %}')}q2q${places[three]('{% endif %}')} q3q`;
        try {
          const { compiled } = await compileTemplate({ path: 'm.html', source }, 'S');
          const html = readHtml(render('html', compiled.html ?? '', fields));
          expect(wordsOf(render('text', compiled.text, fields))).toEqual(html);
        } catch (error) {
          if (!(error instanceof Problem || error instanceof Problems)) throw error;
          const [problem] = error instanceof Problems ? error.problems : [error];
          expect([problem?.code, typeof problem?.where?.line, typeof problem?.where?.column]).toEqual([
            'template-syntax',
            'number',
            'number',
          ]);
        }
      },
    ),
    { numRuns: 60 },
  );
});
