/** What a template may do to the program that reads it. Times are not measured here: what takes long is a fault of reading. */
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { startTags } from '../../src/merge/html/start-tags.js';
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
      'memory alloc limit exceeded',
    ],
    [
      'text that doubles',
      `{% assign a = "xxxxxxxxxx" %}${'{% assign a = a | append: a %}'.repeat(40)}`,
      'memory alloc limit exceeded',
    ],
  ])('%s', async (_, source, why) => {
    expect(await rendering(source)).toEqual({ kind: 'failed', why });
  });

  it.each(['for', 'tablerow'])('loops in loops in loops, by counting: %s', async tag => {
    // Without ranges, which take memory each time.
    const source = `{% assign a = "${'x'.repeat(200)}" | split: "" %}${`{% ${tag} i in a %}`.repeat(6)}${`{% end${tag} %}`.repeat(6)}`;
    const why = 'repeats the parts of its loops more than 100,000 times';
    expect(await rendering(source)).toEqual({ kind: 'endless', why });
  });

  it('loops one after another, which are counted together', async () => {
    const loop = '{% for i in (1..60000) %}{% endfor %}';
    expect(await rendering(loop)).toBe('rendered');
    expect(await rendering(loop + loop)).toMatchObject({ kind: 'endless' });
  });
});

it.each([
  ['m.txt', '{% if a %}'.repeat(20_000) + '{% endif %}'.repeat(20_000)],
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
    'template-syntax too much stands inside one another',
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

it('reads tags and includes in one pass, whatever is left open', () => {
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
    expect(findIncludesOf(text)).toBeDefined();
  }
});

function findIncludesOf(text: string): unknown {
  try {
    return findIncludes({ file: 'm.mjml', text, lineOffset: 0 }, '');
  } catch (error) {
    return error;
  }
}
