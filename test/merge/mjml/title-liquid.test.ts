import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../../src/merge/liquid/liquid.js';
import { faultsOf } from '../rendered-parts.js';

const mjml = (head: string, body = '<mj-text>Hi</mj-text>') =>
  `<mjml><mj-head>${head}</mj-head><mj-body><mj-section><mj-column>${body}</mj-column></mj-section></mj-body></mjml>`;

async function titleAndSubject(source: string, fields: Record<string, string> = {}) {
  const { compiled } = await compileTemplate({ path: 'm.mjml', source }, undefined);
  const print = (context: 'html' | 'text', part: string) => {
    const liquid = parseLiquid(context, part, { place: { file: 'm.mjml' }, lineOffset: 0 });
    const rendered = renderLiquid(liquid, { pixel: '', ...fields });
    return rendered.ok ? rendered.text : JSON.stringify(rendered);
  };
  const html = print('html', compiled.html ?? '');
  const [, title] = /<title>([^<]*)<\/title>/.exec(html) ?? [];
  const [, label] = /<body[^>]*>[\s\S]*?aria-label="([^"]*)"/.exec(html) ?? [];
  return [title, label ?? title, print('text', compiled.subject)];
}

describe('Liquid in mj-title that sets a value', () => {
  it.each([
    ['{% assign t = "News" %}{{ t }}', 'News', 'News'],
    ['{% capture t %}{{ name }}{% endcapture %}For {{ t }}', 'For Ann', 'For Ann'],
    ['{% increment n %}', '0', '0'],
    ['{% assign t = 1 %}Say "hi" &amp; go', 'Say &quot;hi&quot; &amp; go', 'Say "hi" & go'],
  ])('is come to once: %s', async (content, title, subject) => {
    expect(await titleAndSubject(mjml(`<mj-title>${content}</mj-title>`), { name: 'Ann' })).toEqual([
      title,
      title,
      subject,
    ]);
  });

  it('keeps the places of errors', async () => {
    const source = mjml(
      '<mj-title>{% assign t = "x" %}{{ t }}</mj-title>\n',
      '\n<mj-text colour="red">Hi</mj-text>',
    );
    expect(await faultsOf(source, 'm.mjml')).toEqual(['m.mjml:3:1 Attribute colour is illegal']);
    const inTitle = mjml('\n<mj-title>{% assign t = "x" %}{% if %}</mj-title>');
    expect((await faultsOf(inTitle, 'm.mjml'))[0]).toMatch(/^m\.mjml:2:31 /);
  });
});

it('a condition around mj-title is refused with the way out', async () => {
  const source = mjml('\n{% if x %}<mj-title>a</mj-title>{% endif %}');
  await expect(compileTemplate({ path: 'm.mjml', source }, 'S')).rejects.toMatchObject({
    where: { line: 2, column: 1 },
    fix: 'Move it into an element of the head, <mj-title>{% if … %}…{% endif %}</mj-title>, or between components of the body.',
  });
});

it('a condition around mj-class is refused with the way out, which works', async () => {
  const attributes = (content: string) =>
    mjml(`<mj-attributes>${content}</mj-attributes>`, '<mj-text mj-class="c">Hi</mj-text>');
  const around = attributes(
    '\n<mj-raw>{% if x %}</mj-raw><mj-class name="c" color="red" /><mj-raw>{% endif %}</mj-raw>',
  );
  await expect(compileTemplate({ path: 'm.mjml', source: around }, 'S')).rejects.toMatchObject({
    message: 'Liquid between the elements of <mj-attributes> has no effect',
    where: { line: 2, column: 1 },
    fix: 'Move it into a value: <mj-class name="…" color="{% if … %}red{% else %}blue{% endif %}" />.',
  });
  const inside = attributes('<mj-class name="c" color="{% if x %}red{% else %}blue{% endif %}" />');
  const { compiled } = await compileTemplate({ path: 'm.mjml', source: inside }, 'S');
  expect(compiled.html).toContain('color:{% if x %}red{% else %}blue{% endif %}');
});
