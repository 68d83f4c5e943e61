/** What a template may do to the program that reads it. Times are not measured here: what takes long is a fault of reading. */
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { startTags } from '../../src/merge/html/start-tags.js';
import { parseLiquid } from '../../src/merge/liquid/liquid.js';
import { findIncludes } from '../../src/merge/mjml/mjml-include.js';
import { createRenderer } from '../../src/merge/render-copy.js';
import { Problem, Problems } from '../../src/problem.js';

async function refusal(path: string, source: string) {
  try {
    await compileTemplate({ path, source }, 'S');
    return 'compiled';
  } catch (error) {
    if (error instanceof Problems)
      return error.problems.map(({ message, where }) => `${where?.line} ${message}`);
    if (!(error instanceof Problem)) throw error;
    return `${error.code} ${error.message}`;
  }
}

async function rendering(source: string) {
  const { compiled } = await compileTemplate({ path: 'm.txt', source }, 'S');
  const result = createRenderer(
    compiled,
    'm.txt',
    'secret',
    'Mon, 23 Nov 2026 09:00:00 +0100',
  )({ pixel: '' });
  return result.ok ? 'rendered' : result.fault;
}

describe('Liquid stops', () => {
  it.each([
    [
      'a loop of a thousand million',
      '{% for i in (1..1000000000) %}x{% endfor %}',
      'makes more than 20 MB of texts and lists',
    ],
    [
      'text that doubles',
      `{% assign a = "xxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(40)}`,
      'makes more than 20 MB of texts and lists',
    ],
  ])('%s', async (_, source, why) => {
    expect(await rendering(source)).toEqual({ kind: 'endless', why });
  });

  it.each(['for', 'tablerow'])('loops in loops in loops, by counting: %s', async tag => {
    // Without ranges, which take memory each time.
    const source = `{% assign a = "${'x'.repeat(200)}" | split: "" %}${`{% ${tag} i in a %}`.repeat(6)}${`{% end${tag} %}`.repeat(6)}`;
    const why = 'repeats the parts of its loops more than 100,000 times';
    expect(await rendering(source)).toEqual({ kind: 'endless', why });
  });

  it('steps, also those of loops that repeat much in each round', async () => {
    const source = `{% for i in (1..20000) %}${'{% assign a = 1 %}'.repeat(60)}{% endfor %}`;
    const why = 'takes more than 1,000,000 steps to render';
    expect(await rendering(source)).toEqual({ kind: 'endless', why });
  });

  it('loops one after another, which are counted together', async () => {
    const loop = '{% for i in (1..60000) %}{% endfor %}';
    expect(await rendering(loop)).toBe('rendered');
    expect(await rendering(loop + loop)).toMatchObject({ kind: 'endless' });
  });
});

it.each(['remove_last: words', 'replace_last: words, "b"'])(
  'refuses to look for the last of words that are a text: %s',
  async filter => {
    const [name] = filter.split(':');
    const render = async (length: number) =>
      rendering(`{% assign words = "${'x'.repeat(length)}" %}{{ words | ${filter} }}`);
    expect(await render(200)).toBe('rendered');
    expect(await render(201)).toEqual({
      kind: 'failed',
      why: `${name} looks for 200 characters at most`,
    });
  },
);

it.each([
  ['m.txt', '{% if a %}'.repeat(4_900) + '{% endif %}'.repeat(4_900)],
  [
    'm.mjml',
    `<mjml><mj-body>${'<mj-wrapper>'.repeat(3_000)}${'</mj-wrapper>'.repeat(3_000)}</mj-body></mjml>`,
  ],
  ['m.html', '<div>'.repeat(9_000)],
  ['m.html', `<style>p { top: 0 }</style>${'<b>'.repeat(9_000)}<p>`],
])('refuses what stands too deep in one another, in %s', async (path, source) => {
  expect(await refusal(path, source)).toBe('template-syntax too much stands inside one another');
});

it('refuses a front matter that is deep, or grows by its aliases', async () => {
  expect(await refusal('m.txt', `---\na: ${'['.repeat(9_000)}\n---\nx`)).toBe(
    'template-syntax front matter: the value of "a" is not plain text: YAML keeps "[" at the beginning for itself',
  );
  const lines = ['a: &a [x,x,x,x,x,x,x,x,x,x]'];
  for (const [name, last] of ['ba', 'cb', 'dc', 'ed'])
    lines.push(`${name}: &${name} [${`*${last},`.repeat(9)}]`);
  expect(await refusal('m.txt', `---\n${lines.join('\n')}\n---\nx`)).toBe(
    'template-syntax front matter: Excessive alias count indicates a resource exhaustion attack',
  );
});

it('takes Markdown however deep: from a hundred on it is text', async () => {
  for (const source of ['>'.repeat(5_000), '['.repeat(5_000), '[a]('.repeat(2_000), '*a '.repeat(3_000)])
    expect(await refusal('m.md', source)).toBe('compiled');
});

it('refuses MJML with tags that are not closed, with the line', async () => {
  const open =
    '<mjml><mj-body>\n<mj-section><mj-column>\n<mj-text>Hi\n</mj-column></mj-section></mj-body></mjml>';
  expect(await refusal('m.mjml', open)).toBe('template-syntax <mj-text> is not closed');
  expect(
    await refusal('m.mjml', open.replace('<mj-text>Hi', '<mj-text>Hi</mj-text>').replace('</mj-column>', '')),
  ).toBe('template-syntax </mj-section> closes nothing: <mj-column> is still open');
});

const smaller = 'Make the template smaller, or write what repeats as a loop.';
const inMjml = (content: string) => `<mjml><mj-body>\n${content}</mj-body></mjml>`;

it.each([
  [
    'm.txt',
    '{{ name }}'.repeat(10_001),
    { file: 'm.txt' },
    'there are more than 10,000 merge fields and Liquid tags',
    smaller,
  ],
  [
    'm.mjml',
    inMjml('<mj-section></mj-section>'.repeat(4_000)),
    { file: 'm.mjml', line: 2, column: 99_976 },
    'there are more than 8,000 tags and comments',
    smaller,
  ],
  [
    'm.mjml',
    inMjml(`<mj-section ${'a="b" '.repeat(1_001)}></mj-section>`),
    { file: 'm.mjml', line: 2, column: 1 },
    '<mj-section> has more than 1,000 attributes',
    smaller,
  ],
  [
    'm.mjml',
    inMjml(`<mj-section ${'a="b" '.repeat(1_000)}></mj-section>\n`.repeat(21)),
    { file: 'm.mjml', line: 22, column: 1 },
    'there are more than 20,000 attributes',
    smaller,
  ],
  [
    'm.html',
    `<style>\n${'a { top: 0 }\n'.repeat(10_001)}</style>`,
    { file: 'm.html', line: 10_002, column: 1 },
    'the style sheet has more than 10,000 rules',
    'Leave out the rules that no element needs; Gmail reads 16 KB of a style sheet.',
  ],
  [
    'm.html',
    `<style>@media print {${'a { top: 0 }'.repeat(10_000)}}</style>`,
    { file: 'm.html', line: 1, column: 120_010 },
    'the style sheet has more than 10,000 rules',
    'Leave out the rules that no element needs; Gmail reads 16 KB of a style sheet.',
  ],
  [
    'm.html',
    `<style>\n${'a,'.repeat(10_000)}a { top: 0 }\n</style>`,
    { file: 'm.html', line: 2, column: 1 },
    'the style sheet has more than 10,000 selectors',
    'Leave out the rules that no element needs; Gmail reads 16 KB of a style sheet.',
  ],
  [
    'm.md',
    'a\r\n'.repeat(10_001),
    { file: 'm.md', line: 10_001, column: 1 },
    'there are more than 10,000 lines of Markdown',
    'Make the template smaller; a message of more than 102 KB is cut off by Gmail.',
  ],
])('refuses more than a message could have: %#', async (path, source, where, message, fix) => {
  await expect(compileTemplate({ path, source }, 'S')).rejects.toMatchObject({
    code: 'template-syntax',
    message,
    where,
    fix,
  });
});

it('keeps the first thousand attributes of a tag of HTML, and finds its end', () => {
  const [tag, next] = [...startTags(`<a ${'b="c" '.repeat(2_000)}d="{{ e }}"><i>`)];
  expect([tag?.attributes.length, tag?.name, next?.name]).toEqual([1_000, 'a', 'i']);
});

it('refuses a value without quotes behind a thousand attributes, and one in quotes, too', async () => {
  for (const value of ['{{ e }}', '"{{ e }}"'])
    expect(await refusal('m.html', `<a ${'b="c" '.repeat(1_000)}d=${value}>x</a>`)).toEqual([
      '1 {{ e }} stands in a tag without quotes around it',
    ]);
});

it('reads tags and includes in one pass, whatever is left open', async () => {
  const many = 200_000;
  for (const piece of [
    '<!--',
    '<style>',
    '<a "',
    "<a b='",
    '<a ',
    '<mj-include ',
    '<mj-text>',
    '<!--[if mso]>',
    '<',
    'a=',
    '{{',
    '{%',
    '{% raw %}',
  ]) {
    const text = piece.repeat(many);
    expect([...startTags(text)].length).toBeLessThanOrEqual(many);
    expect(await findIncludesOf(text)).toBeDefined();
  }
});

async function findIncludesOf(text: string): Promise<unknown> {
  try {
    return await findIncludes({ file: 'm.mjml', text, lineOffset: 0 }, '');
  } catch (error) {
    return error;
  }
}

it('refuses a template that compiles to more than 2 MB, and says what to do', () => {
  const origin = { place: { file: 'm.mjml', line: 1 }, lineOffset: 0 };
  const parse = () => parseLiquid('html', 'x'.repeat(2_000_001), origin);
  expect(parse).toThrow(
    expect.objectContaining({
      code: 'template-syntax',
      message: 'it compiles to more than 2 MB',
      where: { file: 'm.mjml' },
      fix: 'Leave out sections, or styles that are repeated: Gmail cuts messages off at 102 KB.',
    }),
  );
});

it.each([
  ['m.html', `<p>Hi</p><title>${'x'.repeat(100_001)}</title>`, 'title'],
  [
    'm.mjml',
    inMjml('').replace(
      '<mj-body>',
      `<mj-head><mj-title>${'x'.repeat(100_001)}</mj-title></mj-head><mj-body>`,
    ),
    'mj-title',
  ],
])('refuses a title that is too long for a subject: %#', async (path, source, name) => {
  await expect(compileTemplate({ path, source }, undefined)).rejects.toMatchObject({
    code: 'template-syntax',
    message: `<${name}> has more than 100,000 characters`,
    where: { file: path, line: 1 },
    fix: 'Shorten it, or give the subject in the front matter or with --subject.',
  });
});
