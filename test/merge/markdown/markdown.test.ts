import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../../src/merge/liquid/liquid.js';
import { type Problem, Problems } from '../../../src/problem.js';

const origin = { place: { file: 'm.md' }, lineOffset: 0 };

/** The body without styles, in one line. */
async function htmlOf(source: string, fields: Record<string, string> = {}): Promise<string> {
  const { compiled } = await compileTemplate({ path: 'm.md', source }, 'S');
  const rendered = renderLiquid(parseLiquid('html', compiled.html ?? '', origin), { pixel: '', ...fields });
  if (!rendered.ok) throw new Error(JSON.stringify(rendered));
  const body = /break-word">([\s\S]*)<\/div>\n<\/body>/.exec(rendered.text)?.[1] ?? '';
  return body.replaceAll(/ style="[^"]*"/g, '').replaceAll(/\s*\n\s*/g, '');
}

async function textOf(source: string, fields: Record<string, string> = {}): Promise<string> {
  const { compiled } = await compileTemplate({ path: 'm.md', source }, 'S');
  const rendered = renderLiquid(parseLiquid('text', compiled.text, origin), fields);
  return rendered.ok ? rendered.text : JSON.stringify(rendered);
}

async function refusals(source: string): Promise<readonly string[]> {
  try {
    await compileTemplate({ path: 'm.md', source }, 'S');
    return [];
  } catch (error) {
    const problems = error instanceof Problems ? error.problems : [error as Problem];
    return problems.map(({ where, message, fix }) => `${where?.line}:${where?.column} ${message} / ${fix}`);
  }
}

describe('HTML in Markdown', () => {
  it.each([
    ['a<br>b<br/>c', '<p>a<br>b<br/>c</p>'],
    ['<img src="https://x.example/i.png" alt="I">', '<img src="https://x.example/i.png" alt="I">'],
    ['<div align="center">\n\n**a**\n\n</div>', '<div align="center"><p><strong>a</strong></p></div>'],
    ['H<sub>2</sub>O <span lang="fr">été</span>', '<p>H<sub>2</sub>O <span lang="fr">été</span></p>'],
    ['<table><tr><td>1<td>2</table>', '<table><tr><td>1<td>2</table>'],
    ['<a href="{{ x }}">a</a>', '<p><a href="&lt;1&gt;">a</a></p>'],
    ['<!--[if mso]><p>Outlook</p><![endif]-->', '<!--[if mso]><p>Outlook</p><![endif]-->'],
    [
      '1 < 2, a <b, `<name>`, \\<name>, &lt;name>',
      '<p>1 &lt; 2, a &lt;b, <code>&lt;name&gt;</code>, &lt;name&gt;, &lt;name&gt;</p>',
    ],
    [
      '<ann@example.com> <https://x.example/>',
      '<p><a href="mailto:ann@example.com">ann@example.com</a> <a href="https://x.example/">https://x.example/</a></p>',
    ],
  ])('works: %j', async (source, html) => {
    expect(await htmlOf(source, { x: '<1>' })).toBe(html);
  });

  it('shows in the text part what it shows in the HTML', async () => {
    expect(
      await textOf('a<br>b\n\n<img src="https://x.example/i.png" alt="I">\n\n<!-- note -->\nc <!-- n -->d'),
    ).toBe('a\nb\n\nI\n\nc d\n');
  });

  it.each([
    ['a <!-- note --> b', '<p>a  b</p>'],
    ['<!-- note\n\nof two paragraphs -->\n\na', '<p>a</p>'],
    ['- a\n  <!-- note -->\n- b', '<ul><li>a</li><li>b</li></ul>'],
    ['<!-- {{ x }} -->\n\na', '<p>a</p>'],
    ['<div>\n<!-- note -->\na</div>', '<div>a</div>'],
  ])('has no comment in a copy: %j', async (source, html) => {
    expect(await htmlOf(source, { x: '1' })).toBe(html);
  });

  it.each([
    '<!-- {% if x == "2" %} -->\n\nVIP\n\n<!-- {% endif %} -->\n\nall',
    '<!-- {% if x == "2" %} -->VIP<!-- {% endif %} -->\n\nall',
    '{% if x == "2" %}<!-- two -->\n\nVIP\n\n<!-- {% endif %} -->\nall',
    '<!-- vip {% assign v = x %} -->\n\n{% if v == "2" %}\nVIP\n{% endif %}\n\nall',
  ])('keeps the tags of a comment: %j', async source => {
    expect(await htmlOf(source, { x: '1' })).not.toContain('VIP');
    expect(await htmlOf(source, { x: '2' })).toContain('VIP');
    expect((await textOf(source, { x: '1' })).trim()).toBe('all');
    expect((await textOf(source, { x: '2' })).trim()).toBe('VIP\n\nall');
  });

  it.each([
    [
      'a\n\nDear <name>,',
      ['3:6 <name> is not an element of HTML / Write &lt; for the bracket, or put the words in backquotes.'],
    ],
    [
      '<script>alert(1)</script>',
      ['1:1 <script> has no place in a Markdown template / Take it out, or write the template as .html.'],
    ],
    [
      'a\n\n<style>p { top: 0 }</style>',
      ['3:1 <style> has no place in a Markdown template / Take it out, or write the template as .html.'],
    ],
    ['- a\n- b <b>c', ['2:5 <b> is not closed / Write </b> where it ends.']],
    ['a\n\n</div>', ['3:1 </div> closes nothing / Take it out, or write the tag that it closes.']],
    [
      '<div class="a\n\nb',
      ['1:1 <div does not end in ">" / Write the bracket, with no empty line before it.'],
    ],
    [
      'a <a href="x>b',
      [
        '1:3 <a href="x> cannot be read as HTML / Put the values of attributes in quotes, and end the tag with ">".',
      ],
    ],
    [
      'a <!-- note\n\nb -->',
      ['1:3 the comment that begins here does not end before an empty line / Write --> where it ends.'],
    ],
    [
      '<!-- note\n\nb',
      ['1:1 the comment that begins here does not end before an empty line / Write --> where it ends.'],
    ],
    ['a <?php 1 ?>', ['1:3 <?php 1 ?> is no text and no element / Write &lt; for the bracket.']],
    [
      '<!-- {% capture z %}a{% endcapture %} -->\n\n{{ z }}',
      [
        '1:6 {% capture z %} stands in a comment / Take it out of the comment: comments are left out of the message.',
      ],
    ],
    [
      'a\n\n<!--[if mso]>{% if x %}<![endif]-->b{% endif %}',
      [
        '3:14 {% if x %} stands in a comment / Take it out of the comment: comments are left out of the message.',
      ],
    ],
  ])('is refused with its line: %j', async (source, expected) => {
    expect(await refusals(source)).toEqual(expected);
  });
});

describe('Liquid in a table of Markdown', () => {
  const head = '| a | b |\n|---|---|\n';
  const row = (...cells: string[]) => `<tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr>`;
  const table = (...rows: string[]) =>
    `<div><table><thead><tr><th>a</th><th>b</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;

  it.each([
    ['{% for i in (1..2) %}\n| {{ i }} | x |\n{% endfor %}', [row('1', 'x'), row('2', 'x')], ''],
    [
      '\n{% for i in (1..2) %}\n\n| {{ i }} | x |\n\n{% endfor %}\n\nb',
      [row('1', 'x'), row('2', 'x')],
      '<p>b</p>',
    ],
    ['| 1 | 2 |\n{% if x == "2" %}| 3 | 4 |{% endif %}\n| 5 | 6 |', [row('1', '2'), row('5', '6')], ''],
    [
      '| 1 | 2 |\n{% if x == "2" %}\n| 3 | 4 |\n{% else %}\n| 5 | 6 |\n{% endif %}\n\nb',
      [row('1', '2'), row('5', '6')],
      '<p>b</p>',
    ],
    ['| 1 | 2 |\n{% if x == "2" %}\nb\n{% endif %}\nc', [row('1', '2')], '<p>c</p>'],
    ['| 1 | {% if x == "2" %}2{% else %}3{% endif %} |', [row('1', '3')], ''],
    ['| {{ x | default: "a" }} | b', [row('1', 'b')], ''],
    ['| 1 | 2 |\n{% if x == "1" %}\n| 3 | 4 |\n{% endif %}\nb', [row('1', '2'), row('3', '4')], '<p>b</p>'],
    ['{% assign z = 5 %}\n| {{ z }} | 2 |', [row('5', '2')], ''],
  ])('keeps rows and cells: %j', async (source, rows, behind) => {
    expect(await htmlOf(head + source, { x: '1' })).toBe(table(...rows) + behind);
  });

  it('is around the table too', async () => {
    const source = `{% if x == "2" %}\n${head}| 1 | 2 |\n{% endif %}\nb`;
    expect(await htmlOf(source, { x: '1' })).toBe('<p>b</p>');
    expect(await htmlOf(source, { x: '2' })).toBe(`${table(row('1', '2'))}<p>b</p>`);
  });

  it('is read in a quotation', async () => {
    const source = '> | a | b |\n> |---|---|\n> {% if x == "2" %}| 3 | 4 |{% endif %}\n> | 5 | 6 |';
    expect(await htmlOf(source, { x: '1' })).toBe(`<blockquote>${table(row('5', '6'))}</blockquote>`);
  });

  it.each([
    [
      `${head}| 1 | 2 |\n{% if x %}\n| 3 | 4 |\n\nb\n\n{% endif %}`,
      '4:1 {% if x %} begins between the rows of a table and ends outside of it / Close it behind a row of the same table, or begin it before the table.',
    ],
    [
      `${head}| 1 | 2 | {{ x }} |`,
      '3:11 Markdown would drop {{ x }} / A row of a table has as many cells as its head has, and code takes no words behind the name of its language.',
    ],
    [
      '```sh {{ x }}\na\n```',
      '1:7 Markdown would drop {{ x }} / A row of a table has as many cells as its head has, and code takes no words behind the name of its language.',
    ],
  ])('is refused where it would be lost: %j', async (source, expected) => {
    expect(await refusals(source)).toEqual([expected]);
  });

  it('is left alone in code', async () => {
    expect(
      await htmlOf(`\`\`\`\n${head}\n{% if x == "1" %}\n| 1 |\n{% endif %}\n\`\`\``, { x: '1' }),
    ).toContain('| 1 |');
  });
});

describe('Liquid over several lines', () => {
  it.each([
    ['{% if x == "2" %}a\n\nb{% endif %}\n\nc', '<p>a</p><p>b</p>', '<p>c</p>'],
    ['a {% if x == "2" %}\n\nb\n{% endif %}\nc', '<p>b</p>', '<p>c</p>'],
    ['{% if x == "2" %}\na\n\nb {% endif %}\n\nc', '<p>a</p><p>b</p>', '<p>c</p>'],
    ['a\n\n{% if x == "2" %}**b**{% endif %}\n\nc', '<strong>b</strong>', '<p>c</p>'],
    ['- {% if x == "2" %}a\n- b{% endif %}\n- c', '<li>a</li><li>b</li>', '<li>c</li>'],
    ['- a {% if x == "2" %}\n- b {% endif %}\n- c', '<li>b</li>', '<li>c</li>'],
    ['> {% if x == "2" %}a\n>\n> b{% endif %}\n\nc', '<p>a</p><p>b</p>', '<p>c</p>'],
    ['**{% if x == "2" %}a** b{% endif %} c', '<strong>a</strong> b', ' c</p>'],
    ['{% if\n  x == "2"\n%}\na\n{% endif %}\nc', '<p>a</p>', '<p>c</p>'],
    ['1. a\n   {% if x == "2" %}\n   b\n   {% endif %}\n2. c', 'ab', '<li>c</li>'],
    ['{% if x == "2" %}\n    {% if x %}\na\n    {% endif %}\n{% endif %}\nc', '<p>a</p>', '<p>c</p>'],
    ['{% for i in (1..2) %}{% if x == "2" %}\nb\n\n{% endif %}{% endfor %}c', '<p>b</p><p>b</p>', '<p>c</p>'],
  ])('leaves whole elements: %j', async (source, only, always) => {
    const [without, withIt] = [await htmlOf(source, { x: '1' }), await htmlOf(source, { x: '2' })];
    expect(withIt).toContain(only);
    expect(without).not.toContain(only);
    for (const html of [without, withIt]) {
      expect(html).toContain(always);
      const count = (tag: RegExp) => html.match(tag)?.length ?? 0;
      for (const name of ['p', 'ul', 'ol', 'li', 'strong', 'blockquote', 'h1'])
        expect([name, count(new RegExp(`<${name}\\b`, 'g'))]).toEqual([
          name,
          count(new RegExp(`</${name}>`, 'g')),
        ]);
    }
  });

  it.each([
    ['Hi\n\nHello {% if x %}you\n\nWorld{% endif %}', '3:7 {% if x %} and its {% endif %}'],
    ['**a {% if x %}b** c{% endif %}', '1:5 {% if x %} and its {% endif %}'],
    ['- a {% for i in (1..2) %} b\n- c {% endfor %} d', '1:5 {% for i in (1..2) %} and its {% endfor %}'],
    ['`{% if x %}` a {% endif %}', '1:2 {% if x %} and its {% endif %}'],
    ['[a](https://x.example/{% if x %}) {% endif %}', '1:23 {% if x %} and its {% endif %}'],
  ])('is refused among words, with its place: %j', async (source, expected) => {
    expect(await refusals(source)).toEqual([
      `${expected} stand in different paragraphs, items, cells or emphasis / Put each on a line of its own, with an empty line around it; or both into one paragraph.`,
    ]);
  });

  it('prints what is raw in a paragraph', async () => {
    expect(await htmlOf('{% raw %}{{ x }}{% endraw %}\n\n{% comment %}\n**{% if %}\n{% endcomment %}')).toBe(
      '<p>{{ x }}</p>',
    );
  });
});

describe('the page of a language', () => {
  it.each([
    ['ar', 'ar', 'rtl'],
    ['he-IL', 'he-IL', 'rtl'],
    ['az-Arab', 'az-Arab', 'rtl'],
    ['ur-PK', 'ur-PK', 'rtl'],
    ['ar-u-nu-latn', 'ar', 'rtl'],
    ['de-DE', 'de-DE', 'ltr'],
    ['az', 'az', 'ltr'],
  ])('says so, for Markdown and text: %s', async (locale, lang, dir) => {
    for (const path of ['m.md', 'm.txt']) {
      const source = `---\nlocale: ${locale}\n---\n- a\n\n> b`;
      const { compiled } = await compileTemplate({ path, source }, 'S');
      expect(compiled.html).toContain(`<html lang="${lang}" dir="${dir}">`);
      expect(compiled.html).toContain(`<div lang="${lang}" dir="${dir}" style="max-width`);
      if (path === 'm.md') expect(compiled.html).toContain(`border-${dir === 'rtl' ? 'right' : 'left'}:3px`);
    }
  });

  it('is not guessed', async () => {
    const { compiled } = await compileTemplate({ path: 'm.md', source: 'Hi' }, 'S');
    expect(compiled.html).toContain('<html>\n');
  });
});
