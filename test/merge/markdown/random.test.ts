import { expect, it } from 'vitest';
import { parseLiquid, renderLiquid } from '../../../src/merge/liquid/liquid.js';
import { protectLiquid } from '../../../src/merge/liquid/liquid-protection.js';
import { type CompiledMarkdown, compileMarkdown } from '../../../src/merge/markdown/markdown.js';
import { Problem, Problems } from '../../../src/problem.js';
import { fc } from '../../properties/fast-check.js';

const origin = { place: { file: 'm.md' }, lineOffset: 0 };

const words = fc.constantFrom(
  ...'a|b c|- |> |**|*|`|# |    |1. |<br>|<!-- n -->|[l](u)|```|---|===|{{ x }}|&eacute;|~~'.split('|'),
  ...['| x | y |\n|---|---|\n', '| 1 | 2 |\n', '| 3 | 4 |\n', '\n', '\n', '\n\n', '\n\n', '\\', '\t'],
  '{% assign z = 1 %}',
);
const gap = fc.constantFrom('', '\n', '\n\n');
const { template } = fc.letrec<{ template: string; piece: string; block: string }>(tie => ({
  template: fc
    .array(tie('piece'), { minLength: 1, maxLength: 6, depthIdentifier: 'd' })
    .map(pieces => pieces.join('')),
  piece: fc.oneof(
    { depthIdentifier: 'd', maxDepth: 3 },
    { arbitrary: words, weight: 3 },
    { arbitrary: tie('block'), weight: 1 },
  ),
  block: fc
    .tuple(
      fc.constantFrom(
        ['{% if x == "1" %}', '{% endif %}'],
        ['{% unless x == "2" %}', '{% endunless %}'],
        ['{% case x %}{% when "1" %}', '{% endcase %}'],
        ['<!-- {% if x == "1" %} -->', '<!-- {% endif %} -->'],
      ),
      fc.array(gap, { minLength: 4, maxLength: 4 }),
      tie('template'),
    )
    .map(([[begin, end], [a, b, c, d], inner]) => `${a}${begin}${b}VIP ${inner}${c}${end}${d}`),
}));

/** What is open at the end, or closed though something else is open. */
function imbalance(html: string): string {
  const open: string[] = [];
  for (const [tag, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)[^>]*>/g)) {
    if (/^(?:br|img|hr)$/.test(name)) continue;
    if (slash === '') open.push(name);
    else if (open.pop() !== name) return `${tag} in ${html}`;
  }
  return open.join(' ');
}

it('Liquid anywhere in Markdown leaves whole elements and the words of the branches taken, or is refused with its place', async () => {
  let compiled = 0;
  const property = fc.asyncProperty(template, async source => {
    const written = protectLiquid(`Hi ${source}`);
    const placeOf = (offset: number) => ({ file: 'm.md', line: offset + 1 });
    const result = await compileMarkdown(written, placeOf, undefined).catch((error: unknown) => error);
    if (result instanceof Problem || result instanceof Problems) {
      const [{ where, code }] = result instanceof Problems ? (result.problems as [Problem]) : [result];
      expect([code, where?.line === undefined]).toEqual(['template-syntax', false]);
      return;
    }
    const html = written.restore((result as CompiledMarkdown).html);
    compiled += 1;
    for (const x of ['1', '2']) {
      const rendered = renderLiquid(parseLiquid('html', html, origin), { x, pixel: '' });
      const body = rendered.ok ? (/<body[^>]*>([\s\S]*)<\/body>/.exec(rendered.text)?.[1] ?? '') : 'failed';
      expect([imbalance(body), x === '2' && /VIP|zqliquid|failed/.test(body)]).toEqual(['', false]);
    }
  });
  await fc.assert(property, { numRuns: 200 });
  expect(compiled).toBeGreaterThan(50);
});
