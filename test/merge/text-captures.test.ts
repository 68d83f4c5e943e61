import { describe, expect, it } from 'vitest';
import { showImages } from '../../src/merge/inline-images.js';
import { faultsOf, partsOf } from './rendered-parts.js';

/** The words of both parts, in one line each. */
async function wordsOf(source: string, fields: object, path = 'm.html') {
  const { html, text } = await partsOf(source, fields, path);
  const words = (part: string) =>
    part
      .replaceAll(/<.?b>/g, '')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' ')
      .trim();
  return [words(html), words(text)];
}

const gift =
  '{% capture z %}{% if vip == "y" %}<p><img src="https://x.example/g.png" alt=""></p>{% endif %}{% endcapture %}';
const bold = '{% capture q %}<b>{{ name }}</b>{% endcapture %}';

describe('a condition on what was captured has one value in both parts', () => {
  it.each([
    ['whether there is any', `${gift}<p>{% if z != "" %}GIFT{% else %}none{% endif %}</p>`, 'GIFT', 'none'],
    ['blank', `${gift}<p>{% if z == blank %}none{% else %}GIFT{% endif %}</p>`, 'GIFT', 'none'],
    [
      'blank where white space is left',
      `{% capture z %}\n {% if vip == "y" %}<b>GIFT</b>{% endif %}\n{% endcapture %}<p>{% if z != blank %}{{ z }}{% else %}none{% endif %}</p>`,
      'GIFT',
      'none',
    ],
    ['the other way round', `${gift}<p>{% unless z == "" %}GIFT{% endunless %}</p>`, 'GIFT', ''],
    ['in a case', `${gift}<p>{% case z %}{% when "" %}none{% else %}GIFT{% endcase %}</p>`, 'GIFT', 'none'],
    ['its size', `${bold}<p>{% if q.size > 15 %}long{% else %}short{% endif %}</p>`, 'short', 'long'],
    [
      'the filter size',
      `${bold}{% assign n = q | size %}<p>{% if n > 15 %}long{% else %}short{% endif %}</p>`,
      'short',
      'long',
    ],
    ['an element', `${bold}<p>{% if q contains "<b>" %}yes{% endif %}</p>`, 'yes', 'yes'],
    ['a text', `${bold}<p>{% if q == "<b>Annabel</b>" %}she{% else %}he{% endif %}</p>`, 'she', 'he'],
    [
      'another name for it',
      `${bold}{% assign r = q | upcase %}<p>{% if r contains "<B>" %}{{ r }}{% endif %}</p>`,
      'ANNABEL',
      "O'NEIL",
    ],
    [
      'a part of it',
      `${bold}{% assign r = q | split: "<b>" %}<p>{% if r.size == 2 %}{{ r | last }}{% endif %}</p>`,
      'Annabel',
      "O'Neil",
    ],
    [
      'a default',
      `${gift}<p>{% assign d = z | default: "no gift" %}{% if d == "no gift" %}{{ d }}{% endif %}</p>`,
      '',
      'no gift',
    ],
    [
      'in another capture',
      `${bold}{% capture o %}{{ q }}!{% endcapture %}<p>{% if o contains "</b>!" %}{{ o }}{% endif %}</p>`,
      'Annabel!',
      "O'Neil!",
    ],
    [
      'set in a comment',
      `<!-- ${bold} --><p>{% if q contains "<b>" %}{{ q }}{% endif %}</p>`,
      'Annabel',
      "O'Neil",
    ],
    [
      'set in a hidden element',
      `<div hidden>${bold}</div><p>{% if q contains "<b>" %}{{ q }}{% endif %}</p>`,
      'Annabel',
      "O'Neil",
    ],
    [
      'with white space',
      '{% capture w %}\n {{ name }}\n {% endcapture %}<p>{% if w == name %}same{% else %}other{% endif %}</p>',
      'other',
      'other',
    ],
    [
      'without white space',
      '{%- capture w -%}\n {{ name }}\n {%- endcapture -%}<p>{% if w == name %}same{% else %}other{% endif %}</p>',
      'same',
      'same',
    ],
    [
      'references',
      '{% capture w %}{{ name }}&nbsp;&amp; co{% endcapture %}<p>{% if w contains "& co" %}yes{% endif %}</p>',
      'yes',
      'yes',
    ],
    ['echo', `${bold}<p>{% if q != "" %}{% echo q %}{% endif %}</p>`, 'Annabel', "O'Neil"],
    [
      'a name in brackets',
      `${gift}{% assign n = "z" %}<p>{% if [n] != "" %}GIFT{% else %}none{% endif %}</p>`,
      'GIFT',
      'none',
    ],
    [
      'a loop',
      `{% for i in (1..2) %}${gift}<p>{% if z != "" %}GIFT{% else %}none{% endif %}</p>{% endfor %}`,
      'GIFT GIFT',
      'none none',
    ],
  ])('%s', async (_, source, ofVip, ofOther) => {
    const plain = (list: readonly string[]) => list.map(one => one.replaceAll('&#39;', "'"));
    expect(plain(await wordsOf(source, { vip: 'y', name: 'Annabel' }))).toEqual([ofVip, ofVip]);
    expect(
      plain(await wordsOf(source, { vip: 'n', name: "O'Neil" })).map(one => one.replaceAll('&#39;', "'")),
    ).toEqual([ofOther, ofOther]);
  });

  it('in MJML and Markdown', async () => {
    const test = '{% if z != "" %}GIFT{% else %}none{% endif %}';
    const mjml = `<mjml><mj-body><mj-raw>${gift}</mj-raw><mj-section><mj-column><mj-text>${test}</mj-text></mj-column></mj-section></mj-body></mjml>`;
    for (const [path, source] of [
      ['m.mjml', mjml],
      ['m.md', `${gift}\n\n${test}`],
    ] as const) {
      expect((await partsOf(source, { vip: 'y' }, path)).text.trim()).toBe('GIFT');
      expect((await partsOf(source, { vip: 'n' }, path)).text.trim()).toBe('none');
    }
  });

  it('and counts once', async () => {
    const source =
      '{% capture q %}<b>{% increment n %}{% cycle "a", "b" %}{% assign x = "X" %}</b>{% endcapture %}<p>{% if q contains "<b>" %}{{ q }}{% endif %} {% increment n %}{% cycle "a", "b" %}{{ x }}</p>';
    expect(await wordsOf(source, {})).toEqual(['0a 1bX', '0a 1bX']);
  });

  it('where an image is attached', async () => {
    const { compileTemplate } = await import('../../src/merge/compile-template.js');
    const source =
      '{% capture z %}<img src="a.png">{% endcapture %}<p>{% if z contains "cid:" %}yes{% endif %}</p>';
    const file = { path: 'm.html', source };
    const { compiled } = await compileTemplate(file, 'S');
    const shown = showImages(compiled, new Map([['a.png', 'i@x.example']]), file);
    expect(shown.text).toContain('{% markup %}<img src="cid:i@x.example">{% endcapture %}');
  });
});

it('a value that is only printed is kept as text alone', async () => {
  const { compileTemplate } = await import('../../src/merge/compile-template.js');
  const compile = async (source: string) =>
    (await compileTemplate({ path: 'm.html', source }, 'S')).compiled.text;
  expect(await compile(`${bold}<p>{{ q }}</p>`)).not.toContain('markup');
  const same = '{% capture w %}{{ name }}!{% endcapture %}<p>{% if w == "A!" %}{{ w }}{% endif %}</p>';
  expect(await compile(same)).not.toContain('markup');
});

it.each([
  ['<!-- {% capture c %} --><p>x</p><!-- {% endcapture %} -->{{ c }}', 'comment', '1:38'],
  ['<b hidden>{% capture c %}</b><p>x</p><b hidden>{% endcapture %}</b>{{ c }}', 'hidden element', '1:48'],
  ['<p class="{% capture c %}">x</p><p class="{% endcapture %}">{{ c }}</p>', 'attribute', '1:43'],
])('a capture around half of something is refused: %s', async (source, where, place) => {
  expect(await faultsOf(source)).toEqual([
    `m.html:${place} {% endcapture %} stands in another ${where} than its {% capture c %}: what is captured would be half of each`,
  ]);
});
