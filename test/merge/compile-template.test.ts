import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../src/merge/liquid/liquid.js';
import { createRenderer } from '../../src/merge/render-copy.js';
import { createScope } from '../../src/merge/scope.js';
import { faultsOf } from './rendered-parts.js';

const date = 'Mon, 23 Nov 2026 09:00:00 +0100';

function scope(fields: Record<string, string> = {}, pixel = '<img src="P">') {
  return createScope(
    {
      emailAddress: 'a@example.com',
      name: fields['name'] ?? '',
      role: 'to',
      fields: new Map(Object.entries(fields)),
    },
    {
      set: new Map(),
      defaults: new Map(),
      emailId: 'em_x',
      unsubscribeUrl: 'https://t.example.com/unsubscribe/u',
      stopTrackingUrl: undefined,
      pixel,
    },
  );
}

async function render(path: string, source: string, fields: Record<string, string> = {}, pixel?: string) {
  const { compiled } = await compileTemplate({ path, source }, 'S');
  const read = (context: 'html' | 'text', source: string) => {
    const origin = { place: { file: path }, lineOffset: 0 };
    const rendered = renderLiquid(parseLiquid(context, source, origin), scope(fields, pixel));
    if (!rendered.ok) throw new Error(JSON.stringify(rendered));
    return rendered.text;
  };
  return {
    subject: read('text', compiled.subject),
    html: compiled.html === undefined ? undefined : read('html', compiled.html),
    text: read('text', compiled.text),
  };
}

const mjml = (body: string) =>
  `<mjml><mj-body><mj-section><mj-column>${body}</mj-column></mj-section></mj-body></mjml>`;

const problemsOf = (path: string, source: string) => faultsOf(source, path);

describe('the pixel', () => {
  it.each([
    ['m.mjml', mjml('<mj-text>Hi</mj-text>')],
    [
      'm.html',
      '<!doctype html><html><head><title>T</title></head><body class="a>b">\n<p>Hi</p></body></html>',
    ],
    ['m.md', 'Hi *you*'],
    ['m.txt', 'Hi you'],
    ['m.html', '<p>only a fragment</p>'],
  ])('stands once, near the top of the body, in %s', async (path, source) => {
    const { html = '' } = await render(path, source);
    expect(html.split('<img src="P">')).toHaveLength(2);
    const body = html.search(/<body/);
    expect(html.indexOf('<img src="P">')).toBeGreaterThan(body);
    expect(html.indexOf('<img src="P">')).toBeLessThan(
      html.indexOf(source.includes('fragment') ? '<p>' : 'Hi'),
    );
  });

  it('is not fooled by a body in a comment, a style or a script', async () => {
    const { html = '' } = await render(
      'm.html',
      '<!-- <body> --><style>/* <body> */</style><body><!--[if mso]><body><![endif]--><p>Hi</p></body>',
    );
    expect(html).toContain('</style><body><img src="P"><!--[if mso]>');
  });

  it('comes after a hidden preheader', async () => {
    const source = '---\npreheader: Look inside\n---\n<html><body><p>Hi</p></body></html>';
    const { html = '' } = await render('m.html', source);
    expect(html).toMatch(/<body><div style="display:none[^>]*>Look inside<\/div><img src="P"><p>Hi/);
  });

  it('goes where the template says', async () => {
    const { html } = await render('m.html', '<body><p>Hi</p>{{ pixel }}</body>');
    expect(html).toBe('<body><p>Hi</p><img src="P"></body>');
  });

  it('is once where the template names it in several places, in each branch too', async () => {
    const twice = await render('m.html', '<body>{{ pixel }}<p>Hi</p>{{pixel}}</body>');
    expect(twice.html).toBe('<body><img src="P"><p>Hi</p></body>');
    const loop = await render(
      'm.html',
      '<body>{% for i in (1..3) %}<p>{{ i }}</p>{{ pixel }}{% endfor %}</body>',
    );
    expect(loop.html).toBe('<body><p>1</p><img src="P"><p>2</p><p>3</p></body>');
    const source =
      '<body>{% if x == "1" %}<p>One</p>{{ pixel }}{% else %}{{ pixel }}<p>Two</p>{% endif %}</body>';
    expect((await render('m.html', source, { x: '1' })).html).toBe('<body><p>One</p><img src="P"></body>');
    expect((await render('m.html', source, { x: '2' })).html).toBe('<body><img src="P"><p>Two</p></body>');
  });

  it('leaves no trace in a copy without one', async () => {
    expect((await render('m.html', '<body><p>Hi</p></body>', {}, '')).html).toBe('<body><p>Hi</p></body>');
  });

  it('is never in the text part', async () => {
    for (const [path, source] of [
      ['m.html', '<body><p>Hi</p></body>'],
      ['m.txt', 'Hi {{ pixel }}'],
    ] as const) {
      expect((await render(path, source)).text.trim()).toBe('Hi');
    }
  });
});

describe('merge values', () => {
  it('are escaped in HTML and left alone in text', async () => {
    const copy = await render('m.html', '<body><p>{{ company }}</p></body>', { company: 'A & <b>' });
    expect(copy.html).toContain('<p>A &amp; &lt;b&gt;</p>');
    expect(copy.text).toBe('A & <b>\n');
  });

  it('are not rendered again', async () => {
    expect((await render('m.txt', '{{ company }}', { company: '{{ 7 | times: 6 }}' })).text).toBe(
      '{{ 7 | times: 6 }}\n',
    );
  });

  it('of a column that Liquid cannot spell go by its identifier', async () => {
    expect((await render('m.txt', '{{ first_name }}', { 'First Name': 'Zoë' })).text).toBe('Zoë\n');
  });

  it('named like an object’s own methods are missing, not functions', async () => {
    const { compiled } = await compileTemplate({ path: 'm.txt', source: '{{ toString }}' }, 'S');
    expect(createRenderer(compiled, 'm.txt', 'secret', date)(scope())).toEqual({
      ok: false,
      fault: { kind: 'missing-field', field: 'toString' },
    });
  });

  it('may be missing where the template has a default', async () => {
    expect((await render('m.txt', 'Hi {{ nick | default: "you" }}')).text).toBe('Hi you\n');
  });

  it('cannot put a line end into the subject', async () => {
    const { compiled } = await compileTemplate({ path: 'm.txt', source: 'x' }, 'Hi {{ company }}');
    expect(
      createRenderer(compiled, 'm.txt', 'secret', date)(scope({ company: 'a\r\nBcc: v@example.com' })),
    ).toEqual({
      ok: false,
      fault: { kind: 'failed', why: 'the subject has a control character U+000D' },
    });
  });

  it('cannot leave the subject empty', async () => {
    const { compiled } = await compileTemplate({ path: 'm.txt', source: 'x' }, '{% if vip %} Hi {% endif %}');
    const render = createRenderer(compiled, 'm.txt', 'secret', date);
    expect(render(scope({ vip: 'yes' }))).toMatchObject({ ok: true });
    expect(render(scope({ vip: '' }))).toEqual({
      ok: false,
      fault: { kind: 'failed', why: 'the subject is empty' },
    });
  });
});

describe('MJML', () => {
  it('keeps Liquid in text, attributes and between components', async () => {
    const source = `<mjml><mj-body>{% if vip == "yes" %}<mj-section><mj-column>
      {% for i in (1..2) %}<mj-text>{{ name }} {{ i }}</mj-text>{% endfor %}
      <mj-button href="{{ link | url_encode }}">Go</mj-button></mj-column></mj-section>{% endif %}</mj-body></mjml>`;
    const copy = await render('m.mjml', source, { vip: 'yes', name: 'Ann', link: 'a b' });
    expect(copy.html).toContain('Ann 1');
    expect(copy.html).toContain('Ann 2');
    expect(copy.html).toContain('href="a+b"');
    const other = await render('m.mjml', source, { vip: 'no', name: 'Ann', link: 'a b' });
    expect(other.html).not.toContain('Ann');
  });

  const inBody = (body: string, head = '') => `<mjml>${head}<mj-body>${body}</mj-body></mjml>`;
  const column = (words: string) => `<mj-column><mj-text>${words}</mj-text></mj-column>`;
  const section = (words: string) => `<mj-section>${column(words)}</mj-section>`;
  const ifVip = (words: string) => `{% if vip == "yes" %}${words}{% endif %}`;
  const forEach = (words: string) => `{% for i in (1..n) %}${words}{% endfor %}`;
  const inSection = (words: string) => inBody(`<mj-section>${words}</mj-section>`);
  const inlined = '<mj-head><mj-style inline="inline">.x { color: red }</mj-style></mj-head>';
  it.each([
    ['if around a section', inBody(ifVip(section('Vip')) + section('All'))],
    ['for around a section', inBody(forEach(section('Item')) + section('All'))],
    ['if around a column', inSection(ifVip(column('Vip')) + column('All'))],
    ['for around a column', inSection(forEach(column('Item')) + column('All'))],
    ['if around a text', mjml(`${ifVip('<mj-text>Vip</mj-text>')}<mj-text>All</mj-text>`)],
    ['for around a text', mjml(`${forEach('<mj-text>Item</mj-text>')}<mj-text>All</mj-text>`)],
    [
      'both inside a table',
      mjml(
        `<mj-table>${ifVip('<tr><td>Vip</td></tr>')}${forEach('<tr><td>Item</td></tr>')}<tr><td>All</td></tr></mj-table>`,
      ),
    ],
    [
      'both where CSS is inlined',
      inBody(
        ifVip(section('Vip')) +
          `<mj-section>${forEach(column('Item'))}<mj-column><mj-table>${ifVip('<tr><td>Vip</td></tr>')}</mj-table></mj-column></mj-section>` +
          section('All'),
        inlined,
      ),
    ],
    [
      'both inside a wrapper, a group and a hero',
      inBody(
        `<mj-wrapper>${ifVip(section('Vip'))}</mj-wrapper><mj-section><mj-group>${forEach(column('Item'))}</mj-group></mj-section>` +
          `<mj-hero>${ifVip('<mj-text>Vip</mj-text>')}<mj-text>All</mj-text></mj-hero>`,
      ),
    ],
    [
      'both inside a menu and social links',
      mjml(
        `<mj-navbar>${ifVip('<mj-navbar-link href="/">Vip</mj-navbar-link>')}</mj-navbar>` +
          `<mj-social>${forEach('<mj-social-element name="x" href="/">Item</mj-social-element>')}</mj-social><mj-text>All</mj-text>`,
      ),
    ],
  ])('takes conditions and loops: %s', async (_, source) => {
    const counted = (text: string) =>
      ['Vip', 'Item', 'All'].map(word => text.split(new RegExp(`>\\s*${word}\\s*<`)).length - 1);
    const [vip = 0, item = 0, all] = counted(source);
    const copy = async (fields: Record<string, string>) =>
      (await render('m.mjml', source, fields)).html ?? '';
    const one = await copy({ vip: 'yes', n: '3' });
    const other = await copy({ vip: 'no', n: '0' });
    expect(counted(one)).toEqual([vip, item * 3, all]);
    expect(counted(other)).toEqual([0, 0, all]);
    // What stands around them is opened as often as it is closed, for Outlook too.
    for (const html of [one, other]) {
      for (const tag of ['table', 'tr', 'td', 'div']) {
        const times = (pattern: string) => html.split(new RegExp(pattern)).length;
        expect([tag, times(`<${tag}\\b`)]).toEqual([tag, times(`</${tag}>`)]);
      }
    }
  });

  it('takes conditions inside attributes and in the head', async () => {
    const source = `<mjml><mj-head><mj-title>{% if vip == "yes" %}Gold{% else %}Tin{% endif %}</mj-title>
      <mj-preview>For {{ name }}</mj-preview><mj-style>{% if vip == "yes" %}.gold { color: gold }{% endif %}</mj-style>
      <mj-attributes><mj-button href="https://example.com/{{ name }}" /></mj-attributes></mj-head>
      <mj-body><mj-section css-class="{% if vip == 'yes' %}gold{% else %}tin{% endif %}"><mj-column>
      <mj-button>Go</mj-button></mj-column></mj-section></mj-body></mjml>`;
    const { html: ann } = await render('m.mjml', source, { vip: 'yes', name: 'Ann' });
    const { html: bob } = await render('m.mjml', source, { vip: 'no', name: 'Bob' });
    const seen = ['<title>Gold<', '<title>Tin<', '.gold { color: gold }', 'class="gold', 'class="tin'];
    expect(seen.filter(text => ann?.includes(text))).toEqual([seen[0], seen[2], seen[3]]);
    expect(seen.filter(text => bob?.includes(text))).toEqual([seen[1], seen[4]]);
    expect([ann, bob].map(html => /href="https:\/\/example.com\/(\w+)"/.exec(html ?? '')?.[1])).toEqual([
      'Ann',
      'Bob',
    ]);
    expect([ann, bob].map(html => /For (\w+)/.exec(html ?? '')?.[1])).toEqual(['Ann', 'Bob']);
  });

  it.each([
    [
      '<mjml><mj-head>\n{% if x %}<mj-title>T</mj-title>{% endif %}</mj-head><mj-body></mj-body></mjml>',
      'm.mjml:2:1 Liquid directly inside <mj-head> has no effect',
    ],
    [
      '<mjml>\n {% if x %}<mj-body></mj-body>{% endif %}</mjml>',
      'm.mjml:2:2 Liquid directly inside <mjml> has no effect',
    ],
    [
      mjml('<mj-carousel>\n{% for i in x %}<mj-carousel-image src="a" />{% endfor %}</mj-carousel>'),
      'm.mjml:2:1 Liquid directly inside <mj-carousel> has no effect',
    ],
    [
      mjml('\n<mj-text {% if x %}color="red"{% endif %}>Hi</mj-text>'),
      'm.mjml:2:10 {% if x %} cannot stand among attributes',
    ],
    [mjml('\n<mj-text mj-class="{{ x }}">Hi</mj-text>'), 'm.mjml:2:20 MJML drops {{ x }} here'],
    [
      '<mjml><mj-head><mj-style inline="inline">\n{% if x %}.a { color: red }{% endif %}</mj-style></mj-head><mj-body></mj-body></mjml>',
      'm.mjml:2:1 MJML drops {% if x %} here',
    ],
  ])('refuses Liquid where MJML would lose it, with line and column: %s', async (source, problem) => {
    expect((await problemsOf('m.mjml', source))[0]).toBe(problem);
  });

  it.each([
    [
      '<mjml><mj-body>{% if vip %}<mj-section><mj-column>\n{% endif %}</mj-column></mj-section></mj-body></mjml>',
      'm.mjml:2:1 {% endif %} stands in another element than its {% if vip %}: some readers would get half of one',
    ],
    [
      '<mjml><mj-body>{% if vip %}<mj-section>\n {% else %}</mj-section>{% endif %}</mj-body></mjml>',
      'm.mjml:2:2 {% else %} stands in another element than its {% if vip %}: some readers would get half of one',
    ],
    [
      mjml('{% for i in x %}<mj-text>\n{% endfor %}</mj-text>'),
      'm.mjml:2:1 {% endfor %} stands in another element than its {% for i in x %}: some readers would get half of one',
    ],
    [
      mjml('<mj-text color="{% if x %}red">\n{% endif %}Hi</mj-text>'),
      'm.mjml:2:1 {% endif %} stands in another element than its {% if x %}: some readers would get half of one',
    ],
  ])('refuses a block around half of an element, with line and column: %s', async (source, problem) => {
    expect(await problemsOf('m.mjml', source)).toEqual([problem]);
  });

  it.each([
    mjml('{% if x %}<mj-text>a</mj-text>{% else %}<mj-text>b</mj-text>{% endif %}'),
    mjml('{% for i in x %}{% if i == "1" %}<mj-text>{% if x %}a{% endif %}</mj-text>{% endif %}{% endfor %}'),
    mjml('<mj-text css-class="{% if x %}red{% else %}blue{% endif %}">a</mj-text>'),
    mjml('{% comment %}<mj-text>{% if x %}a</mj-text>{% endcomment %}'),
    mjml('{% case x %}{% when "1" %}<mj-text>a</mj-text>{% endcase %}'),
  ])('takes a block around whole elements: %s', async source => {
    expect(await problemsOf('m.mjml', source)).toEqual([]);
  });

  it('keeps its paragraphs apart in the text part', async () => {
    const source = mjml('<mj-text>One</mj-text><mj-text>Two<br />Three</mj-text>');
    expect((await render('m.mjml', source)).text).toBe('One\n\nTwo\nThree\n');
  });

  it('refuses what it would drop, with line and column', async () => {
    expect(
      await problemsOf(
        'm.mjml',
        '<mjml>\n<mj-body>\n<mj-section>\n  lost words\n</mj-section>\n</mj-body></mjml>',
      ),
    ).toEqual(['m.mjml:4:3 text directly inside <mj-section> would be dropped']);
    expect(await problemsOf('m.mjml', '<mjml><mj-body>\n<mj-section></mj-body></mjml>')).toEqual([
      'm.mjml:2:13 </mj-body> closes nothing: <mj-section> is still open',
    ]);
    expect(await problemsOf('m.mjml', '<mjml><mj-body>')).toEqual(['m.mjml:1:7 <mj-body> is not closed']);
    expect(await problemsOf('m.mjml', 'not mjml')).toEqual([
      'm.mjml:1:1 text outside <mjml> would be dropped',
    ]);
  });

  it('says every error of the document with its line, counted with the front matter', async () => {
    const source = `---\nsubject: x\n---\n<mjml><mj-body>\n<mj-text>Hi</mj-text>\n<mj-foo></mj-foo></mj-body></mjml>`;
    expect(await problemsOf('m.mjml', source)).toEqual([
      'm.mjml:5:1 mj-text cannot be used inside mj-body, only inside: mj-attributes, mj-column, mj-hero',
      "m.mjml:6:1 Element mj-foo doesn't exist or is not registered",
    ]);
  });
});

describe('Markdown', () => {
  it('keeps conditions and links with merge fields', async () => {
    const source = 'Hi {{ name }}\n\n{% if vip == "yes" %}\n- one\n- [two]({{ link }})\n{% endif %}\n\nBye';
    const copy = await render('m.md', source, {
      name: 'A & B',
      vip: 'yes',
      link: 'https://x.example/?a=1&b=2',
    });
    expect(copy.html).toMatch(/<p style="[^"]+">Hi A &amp; B<\/p>/);
    expect(copy.html).toMatch(/<a href="https:\/\/x.example\/\?a=1&amp;b=2" style="[^"]+">two<\/a>/);
    expect(copy.text).toContain('two <https://x.example/?a=1&b=2>');
    const without = await render('m.md', source, { name: 'x', vip: 'no', link: '' });
    expect(without.html).not.toContain('<li');
    expect(without.html).not.toMatch(/<p[^>]*>\s*<\/p>/);
  });

  it('has a style on every element, since clients drop style elements', async () => {
    const source = `# A\n\n## B\n\np [l](https://x.example) \`c\` ![i](https://x.example/i.png)\n\n> q\n\n1. o\n\n- u\n\n---\n
| a | b |\n|--|-:|\n| 1 | 2 |\n\n\`\`\`js\n1 < {{ n }}\n\`\`\`\n\n    2 < 3`;
    const { html = '' } = await render('m.md', source, { n: '2' });
    const inBody = html.slice(html.indexOf('<div'));
    const plain = [...inBody.matchAll(/<([a-z]\w*)(?![^>]*\bstyle=)[^>]*>/g)].map(([, name]) => name);
    // Their content has one, or they inherit it.
    expect(plain.filter(name => !['thead', 'tbody', 'tr', 'code'].includes(name ?? ''))).toEqual([]);
    expect(inBody).toMatch(/<th style="[^"]*;text-align:right">b</);
    expect(inBody).toMatch(
      /<pre style="[^"]+"><code>1 &lt; 2\n<\/code><\/pre>\n<pre style="[^"]+"><code>2 &lt; 3/,
    );
    expect(html).toContain('<meta name="color-scheme" content="light dark">');
  });

  it('makes no link to a script', async () => {
    const { html = '' } = await render('m.md', '[x](javascript:alert(1))');
    expect(html).not.toContain('href="javascript');
  });
});

describe('the subject', () => {
  it.each([
    ['m.md', '---\nsubject: From matter\n---\n# Heading', 'From matter'],
    ['m.md', 'Text\n\n## The *heading*', 'The heading'],
    ['m.html', '<title>A &amp; B\n c</title><p>x</p>', 'A & B c'],
    ['m.html', '<title>&#65;&#x42; &#99999999;</title><p>x</p>', 'AB \ufffd'],
    ['m.mjml', `<mjml><mj-head><mj-title>T</mj-title></mj-head><mj-body></mj-body></mjml>`, 'T'],
  ])('of %s is found', async (path, source, subject) => {
    expect((await compileTemplate({ path, source }, undefined)).compiled.subject).toBe(subject);
  });

  it('is never guessed', async () => {
    await expect(compileTemplate({ path: 'm.txt', source: 'Hello' }, undefined)).rejects.toThrow(
      'the message has no subject',
    );
  });
});

describe('errors', () => {
  it.each([
    ['{% if x %}', 'm.txt:1:1 tag {% if x %} not closed'],
    ['a\n{{ name', 'm.txt:2:1 output "{{ name" not closed'],
    ['a\nb {{ name | shout }}', 'm.txt:2:3 undefined filter: shout'],
    [
      '---\na: [1\n---\n',
      'm.txt:2:1 front matter: the value of "a" is not plain text: YAML keeps "[" at the beginning for itself',
    ],
    ['---\nsubject: x\n', 'm.txt:1:undefined the front matter does not end'],
    ['---\nsubject: x\n---\n\n{{ name | shout }}', 'm.txt:5:1 undefined filter: shout'],
  ])('name the place: %j', async (source, expected) => {
    const [problem = ''] = await problemsOf('m.txt', source);
    expect(problem).toBe(expected);
  });

  it('include no other file', async () => {
    expect(await problemsOf('m.txt', "{% include '/etc/hostname' %}")).toEqual([
      'm.txt:1:1 include, render and layout are not available',
    ]);
  });

  it('stop a template that runs away', async () => {
    const { compiled } = await compileTemplate(
      { path: 'm.txt', source: '{% for i in (1..1000000000) %}x{% endfor %}' },
      'S',
    );
    expect(createRenderer(compiled, 'm.txt', 'secret', date)(scope()).ok).toBe(false);
  });
});

it('knows the fields a template asks for and where', async () => {
  const source = '---\nsubject: Hi\n---\n\nHi {{ name }}\n{% if a.b > 1 %}{{ c }}{% endif %}';
  const { fields } = await compileTemplate({ path: 'm.md', source }, undefined);
  expect([...fields].map(([name, place]) => `${name} ${place.line}:${place.column}`)).toEqual([
    'name 5:7',
    'a 6:7',
    'c 6:20',
  ]);
});
