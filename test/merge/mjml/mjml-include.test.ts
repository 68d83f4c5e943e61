import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../../src/merge/liquid/liquid.js';
import { type Problem, Problems } from '../../../src/problem.js';

const mjml = (body: string, head = '') => `<mjml>${head}<mj-body>${body}</mj-body></mjml>`;
const text = (words: string) => `<mj-section><mj-column><mj-text>${words}</mj-text></mj-column></mj-section>`;

function compile(source: string, files: Readonly<Record<string, string>>) {
  const includes = new Map(Object.entries(files));
  return compileTemplate({ path: 'mails/msg.mjml', source, includes }, 'S');
}

async function render(source: string, files: Readonly<Record<string, string>>, scope = {}) {
  const { compiled } = await compile(source, files);
  const origin = { place: { file: 'msg' }, lineOffset: 0 };
  const read = (context: 'html' | 'text', part = '') => {
    const rendered = renderLiquid(parseLiquid(context, part, origin), { pixel: '', ...scope });
    if (!rendered.ok) throw new Error(JSON.stringify(rendered));
    return rendered.text;
  };
  return {
    html: read('html', compiled.html),
    words: read('text', compiled.text).split(/\s+/).filter(Boolean),
  };
}

async function problemsOf(source: string, files: Readonly<Record<string, string>>) {
  try {
    await compile(source, files);
    return [];
  } catch (error) {
    const problems = error instanceof Problems ? error.problems : [error as Problem];
    return problems.map(({ message, where }) => `${where?.file}:${where?.line}:${where?.column} ${message}`);
  }
}

describe('mj-include', () => {
  it('puts the text of the other file in its place, and of the files that includes', async () => {
    const source = mjml(`${text('One')}<mj-include path="parts/a.mjml" />${text('Four')}`);
    const files = {
      'mails/parts/a.mjml': `${text('Two')}<mj-include path='b.mjml'></mj-include>`,
      'mails/parts/b.mjml': text('Three'),
    };
    expect((await render(source, files)).words).toEqual(['One', 'Two', 'Three', 'Four']);
  });

  it.each([
    ['with a head', '<mj-head><mj-title>T</mj-title></mj-head>'],
    ['without one', ''],
  ])('of a whole document takes head and body, into a template %s', async (_, head) => {
    const part = mjml(text('Two'), '<mj-head><mj-style>.part { color: red }</mj-style></mj-head>');
    const { html, words } = await render(mjml(`${text('One')}<mj-include path="a.mjml" />`, head), {
      'mails/a.mjml': part,
    });
    expect(words).toEqual(['One', 'Two']);
    expect(html).toContain('.part { color: red }');
  });

  it('takes HTML as it is, CSS as a style, and CSS to be inlined', async () => {
    const source = mjml(
      `<mj-include path="a.html" type="html" /><mj-include path="a.css" type="css" />` +
        `<mj-include path="b.css" type="css" css-inline="inline" />${text('<p class="c">Hi</p>')}`,
    );
    const { html } = await render(source, {
      'mails/a.html': '<p>Plain &amp; simple</p>',
      'mails/a.css': '.a { color: red }',
      'mails/b.css': '.c { color: blue }',
    });
    expect(html).toContain('<p>Plain &amp; simple</p>');
    expect(html).toMatch(/<style[^>]*>\s*\.a \{ color: red \}/);
    expect(html).toContain('<p class="c" style="color: blue;">Hi</p>');
  });

  it('takes Liquid, in the file and around it', async () => {
    const source = mjml(`{% if vip == "yes" %}<mj-include path="a.mjml" />{% endif %}${text('All')}`);
    const files = { 'mails/a.mjml': `{% for i in (1..2) %}${text('{{ name }}')}{% endfor %}` };
    expect((await render(source, files, { vip: 'yes', name: 'Ann' })).words).toEqual(['Ann', 'Ann', 'All']);
    expect((await render(source, files, { vip: 'no', name: 'Ann' })).words).toEqual(['All']);
  });

  it('names file and line of a fault in it, and of a fault behind it', async () => {
    const source = `---\nsubject: x\n---\n${mjml(`{{ "é" | upcase }}<mj-include path="a.mjml" />\n{{ a }}`)}`;
    const at = (part: string, rest = '') =>
      problemsOf(source.replace('{{ a }}', rest), { 'mails/a.mjml': part });
    expect(await at('\n {{ name | shout }}')).toEqual(['mails/a.mjml:2:2 undefined filter: shout']);
    expect(await at('\n\n  words')).toEqual([
      'mails/a.mjml:3:3 text directly inside <mj-body> would be dropped',
    ]);
    expect(await at('{% if x\n%}{% endif %}\n<mj-foo></mj-foo>')).toEqual([
      "mails/a.mjml:3:1 Element mj-foo doesn't exist or is not registered",
    ]);
    expect(await at('\n\n', 'words')).toEqual([
      'mails/msg.mjml:5:1 text directly inside <mj-body> would be dropped',
    ]);
    expect(await at('\n\n', '{{ x | shout }}')).toEqual(['mails/msg.mjml:5:1 undefined filter: shout']);
  });

  it('knows where in it a field is asked for', async () => {
    const { fields } = await compile(mjml('\n<mj-include path="a.mjml" />'), {
      'mails/a.mjml': `\n${text('{{ name }}')}`,
    });
    expect(fields.get('name')).toEqual({ file: 'mails/a.mjml', line: 2, column: 36 });
  });

  it.each([
    ['<mj-include />', 'mj-include has no path'],
    ['<mj-include path="a.{{ x }}" />', 'the path of an mj-include is the same for everybody'],
    ['<mj-include path="a.mjml" type="pdf" />', 'mj-include has no type "pdf"'],
    ['<mj-include path="b.mjml" />', 'b.mjml is not there'],
    ['<mj-raw><mj-include path="a.mjml" /></mj-raw>', 'mj-include has no effect inside <mj-raw>'],
  ])('refuses %s', async (tag, what) => {
    const column = tag.indexOf('<mj-include') + 1;
    expect(await problemsOf(mjml(`\n${tag}`), { 'mails/a.mjml': '' })).toEqual([
      `mails/msg.mjml:2:${column} ${what}`,
    ]);
  });

  it('does not grow without end', async () => {
    const twice = (name: string) => `<mj-include path="${name}" /><mj-include path="${name}" />`;
    const files = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`mails/${index}.mjml`, twice(`${index + 1}.mjml`)]),
    );
    const [problem] = await problemsOf(mjml(twice('0.mjml')), { ...files, 'mails/40.mjml': text('x') });
    expect(problem).toMatch(/^mails\/\d+\.mjml:1:\d+ the included files are too long together$/);
  });
});

describe('an included document', () => {
  it.each([
    [
      'white space in its end tags',
      `<mjml\n><mj-head\n></mj-head\n><mj-body\n>${text('Two')}</mj-body\n></mjml\n>`,
    ],
    ['tags in a comment before it', `<!-- <mj-body> </mj-body> -->${mjml(text('Two'))}`],
    ['a comment of <mjml> before a fragment', `<!-- <mjml> -->${text('Two')}`],
    [
      'an end tag in an attribute',
      mjml(`<mj-section css-class="</mj-body>"><mj-column><mj-text>Two</mj-text></mj-column></mj-section>`),
    ],
  ])('loses nothing with %s', async (_, part) => {
    const source = mjml(`${text('One')}<mj-include path="a.mjml"\n>\n</mj-include\n>${text('Three')}`);
    const { words } = await render(source, { 'mails/a.mjml': part });
    expect(words).toEqual(['One', 'Two', 'Three']);
  });

  it.each([
    ['<mjml>\n<mj-section></mj-section></mjml>', 2, 1],
    [`<mjml><mj-body></mj-body>\n <mj-body>${text('x')}</mj-body></mjml>`, 2, 2],
    ['{% assign x = 1 %}\n<mjml><mj-body></mj-body></mjml>', 1, 1],
    ['\n<!-- {% if x %} --><mjml><mj-body></mj-body></mjml><!-- {% endif %} -->', 2, 1],
    ['<mjml><mj-body></mj-body></mjml>\nwords', 2, 1],
  ])('is refused with anything beside its head and its body: %s', async (part, line, column) => {
    const source = mjml('<mj-include path="a.mjml" />');
    expect(await problemsOf(source, { 'mails/a.mjml': part })).toEqual([
      `mails/a.mjml:${line}:${column} an included document is its <mj-head> and its <mj-body>, and this stands beside them`,
    ]);
  });

  it.each([
    ['white space in its end tag', '<mjml><mj-head><mj-title>T</mj-title></mj-head\n><mj-body>'],
    ['nothing in it', '<mjml><mj-head /><mj-body>'],
    ['an end tag in a comment', '<mjml><mj-head><!-- </mj-head> --></mj-head><mj-body>'],
    ['none, and a comment of one', '<mjml><!-- <mj-head></mj-head> --><mj-body>'],
  ])('adds its styles to a head with %s', async (_, begin) => {
    const source = `${begin}<mj-include path="a.css" type="css" />${text('Hi')}</mj-body></mjml>`;
    const { html, words } = await render(source, { 'mails/a.css': '.a { color: red }' });
    expect(html).toMatch(/<style[^>]*>\s*\.a \{ color: red \}/);
    expect(words).toEqual(['Hi']);
  });
});
