/** MJML as people write it: what is kept, what is refused, and where. */
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../../src/merge/liquid/liquid.js';
import { contentComponents } from '../../../src/merge/mjml/mjml-names.js';
import { socialNetworks } from '../../../src/merge/mjml/needed-attributes.js';
import { type Problem, Problems } from '../../../src/problem.js';

const mjml = (body: string, head = '') =>
  `<mjml>${head === '' ? '' : `<mj-head>${head}</mj-head>`}<mj-body>${body}</mj-body></mjml>`;
const column = (inner: string) => `<mj-section><mj-column>${inner}</mj-column></mj-section>`;
const text = (words: string) => column(`<mj-text>${words}</mj-text>`);

const compile = (source: string) => compileTemplate({ path: 'm.mjml', source }, 'S');

async function htmlOf(source: string, scope: Readonly<Record<string, string>> = {}): Promise<string> {
  const { compiled } = await compile(source);
  const origin = { place: { file: 'm' }, lineOffset: 0 };
  const rendered = renderLiquid(parseLiquid('html', compiled.html ?? '', origin), { pixel: '', ...scope });
  if (!rendered.ok) throw new Error(JSON.stringify(rendered));
  return rendered.text;
}

async function wordsOf(source: string, scope: Readonly<Record<string, string>> = {}) {
  const html = await htmlOf(source, scope);
  const shown = html.slice(html.indexOf('<body')).replaceAll(/<!--[\s\S]*?-->|<[^>]*>/g, ' ');
  return shown.split(/\s+/).filter(Boolean).join(' ');
}

async function problemsOf(source: string): Promise<readonly string[]> {
  try {
    await compile(source);
    return [];
  } catch (error) {
    const problems = error instanceof Problems ? error.problems : [error as Problem];
    return problems.map(({ message, where }) => `${where?.line}:${where?.column} ${message}`);
  }
}

describe('the names of components', () => {
  const ofMjml = createRequire(createRequire(import.meta.url).resolve('mjml'));

  it('are those of mjml', async () => {
    await import('mjml');
    const { components } = ofMjml('mjml-core') as {
      components: Record<string, { endingTag?: boolean; componentName: string }>;
    };
    const own = Object.values(components).flatMap(one => (one.endingTag ? [one.componentName] : []));
    // Of this one mjml reads the text in another way.
    expect([...contentComponents].filter(name => name !== 'mj-html-attribute').toSorted()).toEqual(
      own.toSorted(),
    );
  });

  it('and of social networks, too', async () => {
    const elements = [...socialNetworks].map(
      name => `<mj-social-element name="${name}" /><mj-social-element name="${name}-noshare" />`,
    );
    const html = await htmlOf(mjml(column(`<mj-social>${elements.join('')}</mj-social>`)));
    expect(html.match(/<img(?![^>]*\ssrc=")/g)).toBe(null);
  });
});

describe('the tags of MJML', () => {
  it.each([
    ['white space in end tags', '<mj-text\n>Hi <b\n>you</b\n></mj-text\n>'],
    ['capitals', '<MJ-TEXT>Hi you</MJ-Text>'],
    ['an end tag in a comment', '<mj-text>Hi <!-- </mj-text> -->you</mj-text>'],
    ['an end tag in an attribute', '<mj-text>Hi <b title="</mj-text>">you</b></mj-text>'],
    ['a `>` in an attribute', "<mj-text css-class='a>b'>Hi you</mj-text>"],
    ['an element of its own kind inside', '<mj-text>Hi <mj-text>you</mj-text></mj-text>'],
    ['a doctype', '<!doctype x><?xml version="1.0"?><mj-text>Hi you</mj-text>'],
  ])('are read with %s', async (_, source) => {
    expect((await wordsOf(mjml(column(source)))).replace(/^">/, '')).toContain('you');
  });

  it.each([
    ['\n<mj-text>a</mj-column>', '2:1 <mj-text> is not closed'],
    ['<mj-text>a\n<mj-raw>b</mj-text>', '2:1 <mj-raw> is not closed'],
    ['<mj-text>a</mj-text>\n</mj-text>', '2:1 </mj-text> closes nothing: <mj-column> is still open'],
    ['<mj-text>a</mj-text>\n</mj-text/>', '2:1 </mj-text/> closes nothing: <mj-column> is still open'],
    ['\n<!-- <mj-text>a</mj-text>', '2:1 the comment is not closed'],
    ['\n<mj-text', '2:1 <mj-text has no ">" at its end'],
    ['\n<mj-text color="red" ', '2:1 <mj-text has no ">" at its end'],
    ['<mj-text>a</mj-text \n{{ x }}>', '2:1 {{ x }} cannot stand in an end tag'],
    ['<mj-spacer></mj-spacer \n{{ x }}>', '2:1 {{ x }} cannot stand in an end tag'],
    ['<mj-text>a</mj-text>\nlost', '2:1 text directly inside <mj-column> would be dropped'],
    ['\n<mj-text>a</mj-text', '2:1 <mj-text> is not closed'],
  ])('are refused with line and column: %s', async (source, problem) => {
    expect(await problemsOf(mjml(column(source)))).toEqual([problem]);
  });

  it.each([
    ['<mjml><mj-body></mj-body>\n<mj-body></mj-body></mjml>', '2:1 a second <mj-body> would be dropped'],
    [
      '<mjml><mj-head></mj-head>\n<mj-head></mj-head><mj-body></mj-body></mjml>',
      '2:1 a second <mj-head> would be dropped',
    ],
    ['<mjml><mj-body></mj-body></mjml>\n<mjml></mjml>', '2:1 not an MJML document: there is a second <mjml>'],
    [
      '<mjml>\n<mj-raw>a</mj-raw><mj-body></mj-body></mjml>',
      '2:1 mj-raw directly inside <mjml> would be dropped',
    ],
    ['\n<mj-section></mj-section>', '2:1 not an MJML document: <mj-section> stands outside <mjml>'],
    ['\nwords', '2:1 text outside <mjml> would be dropped'],
    ['\n<mjml><mj-head></mj-head></mjml>', '2:1 not an MJML document: there is no <mj-body>'],
    ['<!-- x -->', '1:1 not an MJML document: there is no <mjml>'],
  ])('and so is what mjml would drop: %s', async (source, problem) => {
    expect(await problemsOf(source)).toEqual([problem]);
  });

  it('keep a single letter from stopping a send, and the letter is named', async () => {
    const { notices } = await compile(mjml(`<mj-section>\n a\n<mj-column></mj-column></mj-section>`));
    expect(notices).toEqual([
      {
        code: 'mjml-text',
        what: '"a" directly inside <mj-section> is dropped',
        where: { file: 'm.mjml', line: 2, column: 2 },
        fix: 'Take it out, or put it into an <mj-text>.',
      },
    ]);
  });
});

it('a style sheet that is linked to and not read is refused', async () => {
  const link = (href: string) => `<mj-raw><link href="${href}" rel="stylesheet"></mj-raw>`;
  const head = `${link('https://fonts.example/a.css')}\n${link('css/a.css')}`;
  expect(await problemsOf(mjml(text('x'), head))).toEqual(['2:9 the style sheet css/a.css is not read']);
});

describe('Liquid in mj-raw, as the documentation of MJML has it', () => {
  const raw = (liquid: string) => `<mj-raw>${liquid}</mj-raw>`;
  const commented = (liquid: string) => `<!-- ${liquid} -->`;
  const ignored = (liquid: string) => raw(`\n<!-- htmlmin:ignore -->${liquid}<!-- htmlmin:ignore -->\n`);

  it.each([
    ['mj-raw', raw],
    ['mj-raw with comments', ignored],
    ['comments', commented],
  ])('goes around elements, in %s', async (_, put) => {
    const source = mjml(
      put('{% if vip == "y" %}') +
        text('Gold') +
        put('{% else %}') +
        text('Tin') +
        put('{% endif %}') +
        `<mj-section>${put('{% for i in (1..3) %}')}<mj-column><mj-text>{{ i }}</mj-text></mj-column>${put('{% endfor %}')}</mj-section>` +
        column(
          `${put('{% unless vip == "y" %}')}<mj-text>Join</mj-text>${put('{% endunless %}')}<mj-text>End</mj-text>`,
        ),
    );
    expect(await wordsOf(source, { vip: 'y' })).toBe('Gold 1 2 3 End');
    expect(await wordsOf(source, { vip: 'n' })).toBe('Tin 1 2 3 Join End');
  });

  it.each([
    [
      `\n${raw('{% if x %}')}<mj-section>${raw('{% endif %}')}</mj-section>`,
      '2:48 {% endif %} stands in another element than its {% if x %}: some readers would get half of one',
    ],
    [
      `\n${commented('{% if x %}')}<mj-section>${commented('{% endif %}')}</mj-section>`,
      '2:37 {% endif %} stands in another element than its {% if x %}: some readers would get half of one',
    ],
    [
      column(
        `<mj-carousel>\n${commented('{% if x %}')}<mj-carousel-image src="a" />${commented('{% endif %}')}</mj-carousel>`,
      ),
      '2:1 Liquid directly inside <mj-carousel> has no effect',
    ],
  ])('is refused where it would be around half of an element: %s', async (body, problem) => {
    expect(await problemsOf(mjml(body))).toEqual([problem]);
  });

  it('is refused around attributes and styles in the head, which have no place of their own', async () => {
    const around = (inner: string) => `${raw('{% if x %}')}${inner}\n${raw('{% endif %}')}`;
    const split =
      '2:9 {% endif %} stands in another element than its {% if x %}: some readers would get half of one';
    expect(
      await problemsOf(
        mjml('', `<mj-attributes>${around('<mj-class name="a" color="red" />')}</mj-attributes>`),
      ),
    ).toEqual(['1:31 Liquid between the elements of <mj-attributes> has no effect']);
    expect(await problemsOf(mjml('', around('<mj-style>.a { color: red }</mj-style>')))).toEqual([split]);
  });

  it('may begin in one way and end in another', async () => {
    const source = mjml(
      `${commented('gold {% if vip == "y" %}{{ x }}')}${text('Gold')}${raw('{% else %}')}${text('Tin')}<mj-raw>a ${commented('{% endif %}')} b</mj-raw>`,
    );
    expect(await wordsOf(source, { vip: 'y' })).toBe('Gold b');
    expect(await wordsOf(source, { vip: 'n' })).toBe('Tin a b');
  });

  it('is refused in a comment with half of a block when it prints something', async () => {
    const source = mjml(
      `\n${commented('{% if x %}{% increment n %}')}${text('a')}${commented('{% endif %}')}`,
    );
    expect(await problemsOf(source)).toEqual([
      '2:16 {% increment n %} cannot stand in a comment with half of a block',
    ]);
  });

  it('goes with a comment that changes nothing else', async () => {
    const source = mjml(`${commented('{% if x %}{{ y }}{% endif %}')}${text('Hi')}`);
    expect((await compile(source)).compiled.html).not.toMatch(/\{%/);
  });

  it('keeps a value that is assigned above everything, in the head and in a comment', async () => {
    const body = text('{{ a }} {{ b }} {{ c }}');
    const source = `{% assign a = "A" %}\n<mjml><mj-head>{% assign b = "B" %}</mj-head><mj-body>${commented('{% capture c %}C{% endcapture %}')}${body}</mj-body></mjml>`;
    expect(await wordsOf(source)).toBe('A B C');
  });

  it.each([
    [
      `<mj-title>{{ a }}</mj-title>\n{% assign a = "A" %}<mj-preview>x</mj-preview>`,
      ['2:1 MJML moves {% assign a = "A" %} to the other side of {{ a }}'],
    ],
    [
      `{% assign a = "A" %}\n<mj-title>{{ a }}</mj-title>`,
      ['1:16 MJML moves {% assign a = "A" %} to the other side of {{ a }}'],
    ],
    [
      `\n<mj-title>{{ n }}</mj-title><mj-preview>{% increment n %}</mj-preview>`,
      ['2:41 MJML moves {% increment n %} to the other side of {{ n }}'],
    ],
  ])('is refused where mjml would move it: %s', async (head, problems) => {
    expect(await problemsOf(mjml(text('x'), head))).toEqual(problems);
  });
});

describe('attributes', () => {
  it('keep their quotes', async () => {
    const html = await htmlOf(
      mjml(
        column(
          `<mj-image src="https://x.example/a.png" alt='He said "hi"' href='https://x.example/?q="a"' />` +
            `<mj-text font-family='"Open Sans", Arial'>x</mj-text>`,
        ),
        `<mj-title>Say "hi"</mj-title>`,
      ),
    );
    expect(html).toContain('alt="He said &quot;hi&quot;"');
    expect(html).toContain('href="https://x.example/?q=&quot;a&quot;"');
    expect(html).toContain("font-family:'Open Sans', Arial;");
    expect(html).toContain('aria-label="Say &quot;hi&quot;"');
  });

  it('keep the quotes of a font where styles are inlined', async () => {
    const html = await htmlOf(
      mjml(
        column(
          '<mj-text font-family="A, &quot;B C&quot;, serif">x <b style="font-family: &quot;D E&quot;">y</b></mj-text>',
        ),
        '<mj-style inline="inline">div { color: red }</mj-style>',
      ),
    );
    expect(html).toMatch(/font-family: ?A, 'B C', serif;/);
    expect(html).toContain(`<b style="font-family: 'D E'`);
  });

  it('of HTML are set', async () => {
    const html = await htmlOf(
      mjml(
        '<mj-section css-class="a"><mj-column></mj-column></mj-section>',
        `<mj-html-attributes><mj-selector path='[class="a"]'><mj-html-attribute name="data-id">{{ id }}-"1"</mj-html-attribute></mj-selector></mj-html-attributes>`,
      ),
      { id: '7' },
    );
    expect(html).toContain('data-id="7-&quot;1&quot;"');
  });

  it.each([
    [
      'background-color',
      '<mj-section background-color="{{ v }}"><mj-column></mj-column></mj-section>',
      'red',
    ],
    [
      'background-color with conditions',
      `<mj-section background-color="{% if v == 'y' %}gold{% else %}#ccc{% endif %}"><mj-column></mj-column></mj-section>`,
      'y',
      'gold',
    ],
    ['color', column('<mj-text color="#{{ v }}">x</mj-text>'), '123456', '#123456'],
    [
      'width of a button',
      column('<mj-button href="https://x.example" width="{{ v }}%">x</mj-button>'),
      '40',
      '40%',
    ],
    ['width of a table', column('<mj-table width="{{ v }}%"><tr><td>x</td></tr></mj-table>'), '40', '40%'],
    ['font-size', column('<mj-text font-size="{{ v }}px">x</mj-text>'), '17', '17px'],
    ['align', column('<mj-text align="{{ v }}">x</mj-text>'), 'right'],
    [
      'color of a class',
      column('<mj-text mj-class="c">x</mj-text>'),
      'red',
      'red',
      '<mj-attributes><mj-class name="c" color="{{ v }}" /></mj-attributes>',
    ],
  ])('may have Liquid that MJML prints: %s', async (_, body = '', value = '', written = value, head = '') => {
    const own = body.replace(/"[^"]*\{[{%].*?[}%]\}[^"{]*"(?=[ >])/, `"${written}"`);
    const ownHead = head.replace('{{ v }}', value);
    expect(await htmlOf(mjml(body, head), { v: value })).toBe(await htmlOf(mjml(own, ownHead)));
  });

  it.each([
    [
      'width of a column',
      '<mj-section>\n<mj-column width="{{ v }}%"></mj-column></mj-section>',
      '2:19 MJML computes the layout with width, which has to be the same for everybody',
    ],
    [
      'width of an image',
      column('\n<mj-image src="https://x.example/a.png" width="{{ v }}px" />'),
      '2:48 MJML computes the layout with width, which has to be the same for everybody',
    ],
    [
      'one of several',
      '\n<mj-section background-color="{{ v }}" full-width="{{ v }}"><mj-column></mj-column></mj-section>',
      '2:52 MJML computes the layout with full-width, which has to be the same for everybody',
    ],
    [
      'width of the column around an image',
      '<mj-section>\n<mj-column width="{{ v }}%"><mj-image src="https://x.example/a.png" /></mj-column></mj-section>',
      '2:19 MJML computes the layout with width, which has to be the same for everybody',
    ],
    [
      'width of a column and of the image in it',
      '<mj-section><mj-column width="{{ v }}%">\n<mj-image width="{{ v }}px" src="https://x.example/a.png" /></mj-column></mj-section>',
      '2:18 MJML computes the layout with width, which has to be the same for everybody',
    ],
  ])('is refused where MJML computes with it: %s', async (_, body, problem) => {
    expect(await problemsOf(mjml(body))).toEqual([problem]);
  });

  it.each([
    ['<mj-image alt="" />', 'mj-image has no src'],
    ['<mj-carousel><mj-carousel-image /></mj-carousel>', 'mj-carousel-image has no src', 14],
    [
      '<mj-social><mj-social-element name="mastodon" /></mj-social>',
      'MJML has no icon for the network "mastodon"',
      37,
    ],
    [
      '<mj-social><mj-social-element name="{{ x }}" /></mj-social>',
      'MJML has no icon for the network "{{ x }}"',
      37,
    ],
    [
      '<mj-social><mj-social-element>x</mj-social-element></mj-social>',
      'mj-social-element has neither name nor src',
      12,
    ],
  ])('that an element needs are asked for: %s', async (source, what, at = 1) => {
    expect(await problemsOf(mjml(column(`\n${source}`)))).toEqual([`2:${at} ${what}`]);
  });

  it('that an element needs may be those of its class or of all', async () => {
    const head = `<mj-attributes><mj-class name="c" src="https://x.example/a.png" /><mj-social-element src="https://x.example/b.png" /></mj-attributes>`;
    const body = column(
      '<mj-image mj-class="c" alt="" /><mj-social><mj-social-element name="mastodon" /></mj-social>',
    );
    expect(await problemsOf(mjml(body, head))).toEqual([]);
  });
});

describe('icons that MJML takes from others', () => {
  it('are told of, with the first element and what to write', async () => {
    const { notices } = await compile(
      mjml(
        column(
          '\n<mj-accordion><mj-accordion-element><mj-accordion-title>a</mj-accordion-title></mj-accordion-element></mj-accordion>' +
            '\n<mj-carousel><mj-carousel-image src="https://x.example/a.png" /></mj-carousel>' +
            '\n<mj-social><mj-social-element src="https://x.example/b.png" /><mj-social-element name="github" /></mj-social>',
        ),
      ),
    );
    expect(notices.map(({ where, what }) => `${where.line}:${where.column} ${what}`)).toEqual([
      '2:1 MJML loads the icons of mj-accordion from i.imgur.com, which is told of every reader',
      '3:1 MJML loads the icons of mj-carousel from i.imgur.com, which is told of every reader',
      '4:63 MJML loads the icons of mj-social-element from www.mailjet.com, which is told of every reader',
    ]);
    expect(notices[2]?.fix).toBe('Name images of your own, which are attached: src="facebook.png".');
  });

  it('are not told of when the template names its own', async () => {
    const { notices } = await compile(
      mjml(
        column(
          '<mj-social><mj-social-element name="github" src="https://x.example/b.png" /></mj-social>' +
            '<mj-carousel left-icon="https://x.example/l.png" right-icon="https://i.imgur.com/os7o9kz.png"><mj-carousel-image src="https://x.example/a.png" /></mj-carousel>',
        ),
      ),
    );
    expect(notices).toEqual([]);
  });
});
