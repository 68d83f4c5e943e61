import { describe, expect, it } from 'vitest';
import { faultsOf, partsOf } from './rendered-parts.js';

const textOf = async (source: string, fields = {}, path = 'm.html') =>
  (await partsOf(source, fields, path)).text.trim().replaceAll(/\s+/g, ' ');

describe('what a style sheet hides that is not inlined is not in the text part', () => {
  it.each([
    ['by a class', '.h { display: none }', '<p class="h">x</p>'],
    ['by several classes', '.g.h { display: none }', '<p class="h g">x</p><p class="h">y</p>', 'y'],
    ['by its parent', '.h > b { display: none }', '<p class="h"><b>x</b>y</p>', 'y'],
    ['by an attribute', '[data-x="1"] { display: none }', '<p data-x="1">x</p>'],
    ['with everything in it', '.h { display: none }', '<div class="h"><p>x</p></div>y', 'y'],
    [
      'by visibility',
      '.h { visibility: hidden }',
      '<p class="h">x<b style="visibility:visible">y</b></p>',
      'y',
    ],
    ['by opacity', '.h { opacity: 0 }', '<p class="h">x</p>'],
    ['by no height', '.h { max-height: 0; overflow: hidden }', '<p class="h">x</p>'],
    [
      'but shown by a height',
      '.h { max-height: 0; overflow: hidden } .s { max-height: 10px }',
      '<p class="h s">x</p>',
      'x',
    ],
    ['on every screen', '@media screen { .h { display: none } }', '<p class="h">x</p>'],
    ['on small screens', '@media (max-width: 600px) { .h { display: none } }', '<p class="h">x</p>', 'x'],
    ['when printed', '@media print { .h { display: none } }', '<p class="h">x</p>', 'x'],
    ['in a state', '.h:hover { display: none }', '<p class="h">x</p>', 'x'],
    ['but shown by its own style', '.h { display: none }', '<p class="h" style="display:block">x</p>', 'x'],
    [
      'whatever its own style says',
      '.h { display: none !important }',
      '<p class="h" style="display:block">x</p>',
    ],
    ['but shown by a later rule', '.h { display: none } .s { display: block }', '<p class="h s">x</p>', 'x'],
    [
      'but shown by a stronger rule',
      '#s { display: block } .h { display: none }',
      '<p class="h" id="s">x</p>',
      'x',
    ],
    [
      'until a reader chooses it',
      '.h { display: none } :checked + .h { display: block }',
      '<input type="radio"><p class="h">x</p>',
      'x',
    ],
    ['by a selector that nobody knows', '.h:unknown(x) { display: none }', '<p class="h">x</p>', 'x'],
  ])('%s', async (_, css, body, text = '') => {
    expect(await textOf(`<style data-embed>${css}</style>${body}`)).toBe(text);
  });

  it('in MJML', async () => {
    const source =
      '<mjml><mj-head><mj-style>.h { display: none }</mj-style></mj-head><mj-body><mj-section><mj-column><mj-text css-class="h">a</mj-text><mj-text><span class="h">b</span>c</mj-text></mj-column></mj-section></mj-body></mjml>';
    expect(await textOf(source, {}, 'm.mjml')).toBe('c');
  });
});

describe('a class that Liquid decides about', () => {
  const sheets = ['<style>.h { display: none }</style>', '<style data-embed>.h { display: none }</style>'];
  it.each([
    '<p class="{% if vip == "y" %}h{% endif %}">x</p>',
    '<p class="a\n{% if vip == "y" %}h{% else %}s{% endif %}\tb">x</p>',
    '<p {% if vip == "y" %}class="h"{% endif %}>x</p>',
  ])('hides the element in the copies that have it: %s', async body => {
    for (const sheet of sheets) {
      const source =
        body.includes('{% if vip == "y" %}class') && !sheet.includes('embed') ? undefined : sheet + body;
      if (source === undefined) continue;
      expect([await textOf(source, { vip: 'y' }), await textOf(source, { vip: 'n' })]).toEqual(['', 'x']);
    }
  });

  it('is not looked at where it cannot be one that hides', async () => {
    const source =
      '<style data-embed>.h { display: none }</style><p class="{% if vip == "y" %}s{% else %}t{% endif %}">{% increment n %}</p>';
    expect(await textOf(source, { vip: 'y' })).toBe('0');
    const made =
      '<style data-embed>.a-b { display: none }</style><p class="a{% if vip == "y" %}-b{% endif %}">x</p>';
    expect([await textOf(made, { vip: 'y' }), await textOf(made, { vip: 'n' })]).toEqual(['', 'x']);
  });

  it('may be a value', async () => {
    const source = '<style data-embed>.h { display: none }</style><p class="a {{ c }}">x</p>';
    expect([await textOf(source, { c: 'h' }), await textOf(source, { c: 'hh' })]).toEqual(['', 'x']);
  });

  it.each([
    [
      '<style data-embed>.h p { display: none }</style>',
      '<div class="{% if vip %}h{% endif %}"><p>x</p></div>',
      '{% if vip %}',
    ],
    [
      '<style data-embed>{% if vip %}.h { display: none }{% endif %}</style>',
      '<p class="h">x</p>',
      '{% if vip %}',
    ],
    ['<style data-embed>.h { display: {{ d }} }</style>', '<p class="h">x</p>', '{{ d }}'],
    [
      '{% if vip %}<style data-embed>.h { display: none }</style>{% endif %}',
      '<p class="h">x</p>',
      '{% if vip %}',
    ],
    [
      '<style data-embed>.h { display: none } .s { display: block }</style>',
      '<p class="h {% if vip %}s{% endif %}">x</p>',
      '{% if vip %}',
    ],
  ])('is refused where the text part cannot follow it: %s', async (sheet, body, liquid) => {
    const [fault] = await faultsOf(sheet + body);
    expect(fault).toMatch(/^m\.html:1:\d+ /);
    expect(fault).toContain(
      `${liquid} decides whether an element is hidden, and the text part cannot follow the Liquid in it`,
    );
  });
});

describe('an element that is left open where a condition is not met', () => {
  it.each(['select', 'textarea', 'object', 'video', 'noscript'])('is refused: %s', async name => {
    const source = `<p>Hi</p><${name}>{% if vip %}</${name}><p>CODE</p>{% endif %}`;
    const [fault] = await faultsOf(source);
    expect(fault).toContain(`{% endif %} stands in the text, and its {% if vip %} in <${name}>`);
  });

  it('may have whole conditions in it', async () => {
    expect(await textOf('<select>{% if vip %}<option>a</option>{% endif %}</select>', { vip: 'y' })).toBe(
      'a',
    );
  });
});

it.each([
  ['<p>a</p><!-- x --!><p>b</p><!-- y --><p>c</p>', 'a b c'],
  ['<p>a</p><!-- {% if vip %} --!><p>b</p><!-- {% endif %} --!><p>c</p>', 'a c'],
  ['<p>a</p><!--> b <!---> c <!-- --!d --><p>e --!> f</p>', 'a b c e --!> f'],
])('a comment ends where browsers end it: %s', async (source, text) => {
  expect(await textOf(source)).toBe(text);
});
