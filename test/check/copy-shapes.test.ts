import { describe, expect, it } from 'vitest';
import { checkCopy } from '../../src/check/copy-rules.js';
import { createCopyRules } from '../../src/check/copy-shapes.js';
import type { RuleFinding } from '../../src/check/finding.js';
import { shapeOfHtml } from '../../src/check/html-shape.js';
import { createCopyReader } from '../../src/merge/read-copy.js';
import { createVaryingReader, joinPart } from '../../src/merge/varying-copy.js';
import { fc } from '../properties/fast-check.js';

const context = { emailId: 'em_test', templatePath: 'msg.html' };
const compositionOf = (html: string | undefined, text: string, subject = 'Hello {{ a }}') => ({
  mode: 'each' as const,
  template: { subject, html, text },
  boundary: 'b0undary',
  date: 'Mon, 30 Nov 2026 10:00:00 +0000',
  set: [],
  defaults: [
    ['a', ''],
    ['b', ''],
    ['c', ''],
  ] as const,
  trackingUrl: undefined,
});
const personOf = (a: string, b: string, c: string) => ({
  emailAddress: 'ann@example.org',
  name: 'Ann',
  role: 'to' as const,
  fields: new Map(Object.entries({ a, b, c })),
});
const told = (findings: readonly RuleFinding[]) =>
  [...new Set(findings.map(({ severity, code, about }) => `${severity} ${code} ${about}`))].sort();

const d = (name: string) => `{{ ${name} | default: "" }}`;
const fragments = [
  `<p>Hello ${d('a')}, </p>`,
  `Dear ${d('a')}-`,
  `<a href="${d('b')}">read</a>`,
  `<a href='${d('b')}'>read</a>`,
  `<a href=${d('b')}>read</a>`,
  `<a href="https://x.example/?i=${d('a')}&amp;j=${d('b')}">`,
  `<a title="a>b" href="${d('b')}">`,
  `<a {% if a %}class="x" {% endif %}href="${d('b')}">`,
  `<a href="#${d('a')}">`,
  '<a href="#end">',
  '<p id="end">',
  `<p id="${d('a')}">`,
  `<p data-id="x${d('a')}">`,
  `<img src="${d('b')}" ${d('a')}>`,
  `<img src="https://x.example/a.png" alt="${d('a')}">`,
  `<img src="http://x.example/${d('a')}.png" alt="">`,
  `<!-- ${d('a')} --><a href="/behind">`,
  `<!--[if mso]><a href="${d('b')}"><![endif]-->`,
  `<!--[if ${d('a')}]><a href="/outlook"><![endif]-->`,
  `<style>.a{background:url(${d('b')})}</style>`,
  `<style>.a{color:red}</style>`,
  `<td style="background:url(${d('b')})">`,
  `<td style="color:${d('a')};background:url('http://x.example/b.png')">`,
  `<p style="background:url(${d('b')})">`,
  `url(${d('b')}`,
  `url(${d('b')}http://x.example/c.png) `,
  `${d('a')}rl(http://x.example/d.png) `,
  `<title>${d('a')}</title>`,
  `<${d('a')} href="/tag">`,
  `&${d('a')}amp;`,
  `-${d('a')}->`,
  `{% if a %}<a href="/x">y</a>{% else %}<img src="y">{% endif %}`,
  `{% if b %}<table background="${d('b')}">{% endif %}`,
  `{% for i in (1..2) %}<a href="${d('b')}{{ i }}">{% endfor %}`,
  `{% capture x %}<a href="/captured">${d('a')}</a>{% endcapture %}{{ x }}`,
  `${'{{ c | default: "" | raw }}'}`,
  'words '.repeat(50),
];
const values = [
  '',
  'Ann',
  'end',
  'a',
  "O'Brien",
  'a & b',
  '<b>',
  '--',
  '-',
  '>',
  '"',
  'u',
  '&am',
  'http://x.example/i.png',
  'https://x.example/',
  '/relative',
  'javascript:alert(1)',
  'url(http://x.example/e.png)',
  '"><a href="/brought">',
  '<img src="z">',
  '<!-- ',
  'x '.repeat(150),
];

it('finds in every copy of an email what is found in the copy alone', () => {
  const value = fc.constantFrom(...values);
  const person = fc.tuple(value, value, value);
  const part = fc.array(fc.constantFrom(...fragments), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(part, part, fc.array(person, { minLength: 1, maxLength: 12 }), (html, text, people) => {
      const composition = compositionOf(html.join(''), text.join(''), `Hello ${d('a')}`);
      const read = createVaryingReader(composition, context);
      const readWhole = createCopyReader(composition, context);
      const check = createCopyRules(new Map());
      for (const [a, b, c] of people) {
        const copy = read(personOf(a, b, c));
        const whole = readWhole(personOf(a, b, c));
        expect({ html: copy.html && joinPart(copy.html), text: joinPart(copy.text) }).toEqual({
          html: whole.html,
          text: whole.text,
        });
        expect(told(check(copy))).toEqual(told(checkCopy(whole)));
      }
    }),
    { numRuns: 80 },
  );
});

it('says how large a copy is from its own values', () => {
  const read = createVaryingReader(compositionOf(`<p>${'x'.repeat(91_000)}{{ a }}</p>`, '{{ a }}'), context);
  const check = createCopyRules(new Map());
  const text = 'y'.repeat(40_000);
  expect(told(check(read(personOf(text, '', ''))))).toEqual([
    'error html-too-large ',
    'warning subject-length ',
  ]);
  expect(told(check(read(personOf(text.slice(30_500), '', ''))))).toEqual([
    'warning html-too-large ',
    'warning subject-length ',
    'warning text-part ',
  ]);
});

describe('a shape', () => {
  const shape = (texts: readonly string[], ...gaps: readonly number[]) =>
    shapeOfHtml(texts, new Set(gaps), new Map());

  it('asks a copy only about the tags that hold its values', () => {
    const of = shape(['<a href="/shared">x</a><p>Hello ', '</p><a href="', '">', '</a>'], 1, 2, 3);
    expect(told(of?.shared ?? [])).toEqual(['error link /shared']);
    expect(of?.check(['', 'Ann', 'https://x.example/', 'y', ''])).toEqual([]);
    expect(told(of?.check(['', 'O&#39;Brien &amp; Sons (Kent)', '/own', 'y', '']) ?? [])).toEqual([
      'error link /own',
    ]);
  });

  it('leaves a copy to be looked at as a whole when a value may be markup', () => {
    const of = shape(['<p>', '</p><a href="', '">'], 1, 2);
    expect(of?.check(['', '<b>', '', ''])).toBeUndefined();
    expect(of?.check(['', '', '" title="', ''])).toBeUndefined();
    expect(of?.check(['', '', '', 'where no value was'])).toBeUndefined();
  });

  it.each([
    ['a comment', ['<!-- ', ' -->']],
    ['a style', ['<style>', '</style>']],
    ['the name of a tag', ['<', '>']],
    ['an attribute without quotes', ['<a href=', '>']],
    ['the name of a place', ['<p id="', '">']],
    ['a character reference', ['<p>&', ';</p>']],
  ])('is not known where a value stands in %s', (_, texts) => {
    expect(shape(texts, 1)).toBeUndefined();
  });
});
