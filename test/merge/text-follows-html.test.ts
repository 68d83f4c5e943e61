import { describe, expect, it } from 'vitest';
import { faultsOf, partsOf } from './rendered-parts.js';

const vip = '{% if vip == "y" %}';
const code = '<p>Your VIP code: 4711</p>';

describe('a condition that readers of the HTML do not see', () => {
  it.each([
    ['in comments', `<!-- ${vip} -->${code}<!-- {% endif %} --><p>Hi</p>`],
    [
      'in conditional comments',
      `<!--[if mso]>${vip}<![endif]-->${code}<!--[if mso]>{% endif %}<![endif]--><p>Hi</p>`,
    ],
    [
      'in comments for all but Outlook',
      `<!--[if !mso]>${vip}<!-->${code}<!--{% endif %}<![endif]--><p>Hi</p>`,
    ],
    [
      'with white-space control',
      `<!-- ${vip.replace('{%', '{%-')} -->\n${code}\n<!-- {%- endif -%} --><p>Hi</p>`,
    ],
    [
      'in hidden elements',
      `<div hidden>${vip}</div>${code}<div style="display:none">{% endif %}</div><p>Hi</p>`,
    ],
    ['in a title and a style', `<title>${vip}</title>${code}<title>{% endif %}</title><p>Hi</p>`],
    ['in a table', `<table><!-- ${vip} --><tr><td>${code}</td></tr><!-- {% endif %} --></table><p>Hi</p>`],
    ['in a list', `<ul><!-- ${vip} --><li>${code}</li><!-- {% endif %} --></ul><p>Hi</p>`],
    ['at the very end', `<p>Hi</p><!-- ${vip} -->${code}<!-- {% endif %} -->`],
    ['inside another', `{% if vip %}<!-- ${vip} -->${code}<!-- {% endif %} -->{% endif %}<p>Hi</p>`],
  ])('decides about the text part too: %s', async (_, source) => {
    const yes = await partsOf(source, { vip: 'y' });
    expect([yes.html.includes('4711'), yes.text.includes('Your VIP code: 4711')]).toEqual([true, true]);
    const no = await partsOf(source, { vip: 'n' });
    expect([no.html.includes('4711'), no.text.trim()]).toEqual([false, 'Hi']);
  });

  it('gives one of its branches', async () => {
    const source = `<!-- ${vip} -->${code}<!-- {% else %} --><p>No code</p><!-- {% endif %} -->`;
    expect((await partsOf(source, { vip: 'y' })).text.trim()).toBe('Your VIP code: 4711');
    expect((await partsOf(source, { vip: 'n' })).text.trim()).toBe('No code');
  });

  it('repeats and ends a loop', async () => {
    const source =
      '<!-- {% for i in (1..9) %} --><p>{{ i }}</p><!-- {% if i == 2 %}{% break %}{% endif %} --><!-- {% endfor %} -->';
    expect((await partsOf(source)).text).toBe('1\n\n2\n\n');
  });

  it('leaves nothing in the text part where it decides about attributes alone', async () => {
    const source = '<p class="{% if x %}a{% else %}b{% endif %}" {% if y %}dir="rtl"{% endif %}>Hi</p>';
    expect((await partsOf(source, {})).text).toBe('Hi\n');
  });

  it('in MJML is kept or refused, never lost', async () => {
    const section = '<mj-section><mj-column><mj-text>Code</mj-text></mj-column></mj-section>';
    const source = `<mjml><mj-body><!-- ${vip} -->${section}<!-- {% endif %} --></mj-body></mjml>`;
    const faults = await faultsOf(source, 'm.mjml');
    if (faults.length > 0) expect(faults[0]).toMatch(/^m\.mjml:1:\d+ MJML drops \{% if vip == "y" %\} here$/);
    else expect((await partsOf(source, { vip: 'n' }, 'm.mjml')).text).not.toContain('Code');
  });

  it('may be lost with all it decides about', async () => {
    const source = `<mjml><mj-body><!-- ${vip}old{% endif %} --><mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section></mj-body></mjml>`;
    expect((await partsOf(source, { vip: 'y' }, 'm.mjml')).text).toBe('Hi\n');
  });
});

describe('a value that is set where nobody reads', () => {
  it.each([
    ['above the doctype', '{% assign g = "Hello" %}<!doctype html><p>{{ g }}</p>'],
    ['in the head', '<html><head>{% assign g = "Hello" %}</head><body><p>{{ g }}</p></body></html>'],
    ['in a style', '<style data-embed>{% assign g = "Hello" %}p{margin:0}</style><p>{{ g }}</p>'],
    ['in a comment', '<!-- {% assign g = "Hello" %} --><p>{{ g }}</p>'],
    ['in an attribute', '<p class="{% assign g = "Hello" %}">{{ g }}</p>'],
    ['behind the body', '<html><body><p>{{ g | default: "Hello" }}</p></body></html>{% assign g = "Ho" %}'],
    ['captured in a comment', '<!-- {% capture g %}Hel<b>lo</b>{% endcapture %} --><p>{{ g }}</p>'],
    ['captured in a hidden element', '<div hidden>{% capture g %}Hello{% endcapture %}</div><p>{{ g }}</p>'],
    ['captured in an attribute', '<p title="{% capture g %}Hello{% endcapture %}">{{ g }}</p>'],
    ['captured over several elements', '<div>{% capture g %}<p>Hello</p>{% endcapture %}</div>{{ g }}'],
    [
      'in the link that it is printed in',
      '<a href="https://x.example/{% assign g = "Hello" %}{{ g }}">{{ g }}</a>',
    ],
  ])('is there in the text part: %s', async (_, source) => {
    expect((await partsOf(source)).text.trim().replace(/ <.*>/, '')).toBe('Hello');
  });

  it('is there in MJML', async () => {
    const source =
      '<mjml><mj-head><mj-preview>{% assign g = "Hello" %}</mj-preview></mj-head><mj-body><mj-section><mj-column><mj-text>{{ g }}</mj-text></mj-column></mj-section></mj-body></mjml>';
    expect((await partsOf(source, {}, 'm.mjml')).text).toBe('Hello\n');
  });
});

describe('counters', () => {
  it('count alike in both parts, where nobody sees them too', async () => {
    const source =
      '<p>{% increment n %}</p><!-- {% increment n %} --><p class="{% decrement m %}">{% increment n %}{% decrement m %}</p>';
    const { html, text } = await partsOf(source);
    expect(html).toBe('<p>0</p><!-- 1 --><p class="-1">2-2</p>');
    expect(text).toBe('0\n\n2-2\n');
  });

  it('go round alike in both parts', async () => {
    const source =
      '{% for i in (1..3) %}<p class="{% cycle "a", "b" %}">{% cycle 0, "one" %}</p>{% endfor %}';
    const { html, text } = await partsOf(source);
    expect(html).toBe('<p class="a">0</p><p class="b">one</p><p class="a">0</p>');
    expect(text.trim()).toBe('0\n\none\n\n0');
  });
});

describe('white-space control', () => {
  it.each([
    ['<p>Your link: {{ url -}}</p>\n<p>Regards</p>', 'Your link: https://x.example/a\n\nRegards\n'],
    ['<p>Hi</p>\n{{- url -}}\n<p>Regards</p>', 'Hi\n\nhttps://x.example/a\n\nRegards\n'],
    ['<p>a</p>{%- if url -%}<p>b</p>{%- endif -%}<p>c</p>', 'a\n\nb\n\nc\n'],
    [
      '<table><tr><th>A</th><th>B</th></tr><tr><td>Ann {{- "x" -}} </td><td> {{- "y" }}</td></tr></table>',
      'A | B\nAnnx | y\n',
    ],
    ['<ul><li>a {{- "x" -}} </li><li>b</li></ul>', ' * ax\n * b\n'],
    ['a {{- "x" -}} b', 'axb\n'],
    ['a<br>{{- "x" -}}<br>b', 'a\nx\nb\n'],
    ['<p>a <b>b</b> {%- if url %} c{% endif -%} </p>d', 'a b c\n\nd\n'],
    ['<pre>a\n{{- "x" }}\nb</pre>', 'ax\nb\n'],
  ])('eats blanks of its own text and no line: %j', async (source, text) => {
    expect((await partsOf(source, { url: 'https://x.example/a' })).text).toBe(text);
  });

  it('is the same in Markdown and MJML', async () => {
    const markdown = 'Your link: {{ url -}}\n\nRegards\n\n- a {{- url -}}\n- b';
    expect((await partsOf(markdown, { url: 'u' }, 'm.md')).text).toBe(
      'Your link: u\n\nRegards\n\n * au\n * b\n',
    );
    const mjml =
      '<mjml><mj-body><mj-section><mj-column><mj-text>a {{ url -}}</mj-text>{%- if url -%}<mj-text>b</mj-text>{%- endif -%}</mj-column></mj-section></mj-body></mjml>';
    expect((await partsOf(mjml, { url: 'u' }, 'm.mjml')).text).toBe('a u\n\nb\n');
  });
});

describe('tablerow', () => {
  it('has lines for rows in the text part', async () => {
    const source =
      '<p>a</p><table>\n{% tablerow i in (1..5) cols:2 %}\n  <b>{{ i }}</b> x\n{% endtablerow %}\n</table><p>b</p>';
    const { html, text } = await partsOf(source);
    expect(html).toContain('<tr class="row1"><td class="col1">');
    expect(text).toBe('a\n\n1 x | 2 x\n3 x | 4 x\n5 x\n\nb\n');
  });

  it('keeps a value that looks like an element', async () => {
    const source = '<table>{% tablerow i in items cols:2 %}{{ i }}{% endtablerow %}</table>';
    expect((await partsOf(source, { items: ['</td>', '<tr>', '<td class="col1">'] })).text).toBe(
      '</td> | <tr>\n<td class="col1">\n',
    );
  });
});

describe('what is shown in some copies', () => {
  it.each([
    ['by its style', '<p style="{% if x == "1" %}display: none{% endif %}">Secret</p><p>Hi</p>'],
    [
      'by a value',
      '<p style="color:red; DISPLAY:{% if x == "1" %}None{% else %}block{% endif %}">Secret</p><p>Hi</p>',
    ],
    ['by an attribute', '<p {% if x == "1" %}hidden{% endif %}>Secret</p><p>Hi</p>'],
    [
      'with a condition in it',
      '<div {% if x == "1" %}hidden{% endif %}>{% if x %}<p>Secret</p>{% endif %}</div><p>Hi</p>',
    ],
  ])('is in the text part of those: %s', async (_, source) => {
    expect((await partsOf(source, { x: '1' })).text.trim()).toBe('Hi');
    expect((await partsOf(source, { x: '2' })).text.trim()).toBe('Secret\n\nHi');
  });

  it.each([
    [
      '<a {% if x == "1" %}href="https://a.example/"{% else %}href="https://b.example/"{% endif %}>Go</a>',
      'Go <https://a.example/>',
      'Go <https://b.example/>',
    ],
    [
      '<a href="https://{% if x == "1" %}a{% else %}b{% endif %}.example/">Go</a>',
      'Go <https://a.example/>',
      'Go <https://b.example/>',
    ],
    ['<a {% if x == "1" %}href="https://a.example/"{% endif %}>Go</a>', 'Go <https://a.example/>', 'Go'],
    [
      '{% if x == "1" %}<a href="https://a.example/">{% endif %}Go{% if x == "1" %}</a>{% endif %}',
      'Go <https://a.example/>',
      'Go',
    ],
    [
      '{% if x == "1" %}<a href="https://a.example/">{% else %}<a href="https://b.example/">{% endif %}Go</a>',
      'Go <https://a.example/>',
      'Go <https://b.example/>',
    ],
    ['<img src="a" alt="{% if x == "1" %}A{% else %}B{% endif %}">', 'A', 'B'],
    ['<img src="a" {% if x == "1" %}alt="A"{% else %}alt="B"{% endif %}>', 'A', 'B'],
  ])('has its own address or words: %s', async (source, one, other) => {
    expect((await partsOf(source, { x: '1' })).text.trim()).toBe(one);
    expect((await partsOf(source, { x: '2' })).text.trim()).toBe(other);
  });

  it('has its values in the columns of the table', async () => {
    const rows = [
      '<tr><th>A</th><th>B</th><th>C</th></tr>',
      '<tr>{% for i in (1..3) %}<td>{{ i }}</td>{% endfor %}</tr>',
      '<tr>{% if x == "1" %}<td>a</td>{% else %}<td>b</td>{% endif %}<td></td><td>c</td></tr>',
    ];
    const source = `<table>${rows.join('')}</table>`;
    expect((await partsOf(source, { x: '1' })).text).toBe('A | B | C\n1 | 2 | 3\na |  | c\n');
    expect((await partsOf(source, { x: '2' })).text).toBe('A | B | C\n1 | 2 | 3\nb |  | c\n');
  });
});

describe('braces that are words', () => {
  it.each([
    ['m.html', '<p>&#123;&#123; name }} &lbrace;% if %}</p>', '{{ name }} {% if %}'],
    ['m.html', '<p>{% raw %}<b>{{ name }}</b> &amp; {% if %}{% endraw %}</p>', '{{ name }} & {% if %}'],
    ['m.html', '<p>{<b>{{ name }}</b></p>', '{Ann'],
    ['m.md', String.raw`\{\{ name }} &#123;&#123; name }}`, '{{ name }} {{ name }}'],
  ])('are words in both parts: %s %s', async (path, source, words) => {
    const { html, text } = await partsOf(source, { name: 'Ann' }, path);
    expect(text.trim()).toBe(words);
    expect(html).not.toContain('{{ Ann');
    expect(html.includes('Ann')).toBe(words.includes('Ann'));
  });
});

describe('Liquid that the text part cannot follow is refused with its place', () => {
  it.each([
    [
      '{% if x %}<!--{% endif %} secret {% if x %}-->{% endif %}',
      'm.html:1:15 {% endif %} stands in a comment, and its {% if x %} in the text: some readers would see more than others',
    ],
    [
      '<p>Hi</p>\n{% if x %}<p style="display:none">{% endif %}secret{% if x %}</p>{% endif %}',
      'm.html:2:35 {% endif %} stands in a hidden element, and its {% if x %} in the text: some readers would see more than others',
    ],
    [
      '<p class="{% if x %}a">{% else %}b">{% endif %}text</p>',
      'm.html:1:24 {% else %} stands in the text, and its {% if x %} in an attribute: some readers would see more than others',
    ],
    [
      '<!-- {% for i in x %} --><p>{{ i }}</p>{% endfor %}',
      'm.html:1:40 {% endfor %} stands in the text, and its {% for i in x %} in a comment: some readers would see more than others',
    ],
    [
      '<p {% if x %}hidden{% endif %}>{% assign y = 1 %}</p>{{ y }}',
      'm.html:1:4 {% if x %} decides whether an element is hidden, and the text part cannot follow the Liquid in it',
    ],
    [
      '<{% if x %}h1{% else %}h2{% endif %}>Title</{% if x %}h1{% else %}h2{% endif %}>',
      'm.html:1:45 {% if x %} stands where the text part cannot follow it',
    ],
  ])('%s', async (source, fault) => {
    expect(await faultsOf(source)).toEqual([fault]);
  });

  it('but not where the text part is the author’s own', async () => {
    const { compileTemplate } = await import('../../src/merge/compile-template.js');
    const source = '<p class="{% if x %}a">{% else %}b">{% endif %}text</p>';
    const text = { path: 'm.txt', source: 'text' };
    expect((await compileTemplate({ path: 'm.html', source, text }, 'S')).compiled.text).toBe('text');
  });
});
