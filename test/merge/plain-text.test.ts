import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../src/merge/liquid/liquid.js';

/** The text part of a copy that is made from the HTML. */
async function textOf(source: string, fields: object = {}, path = 'm.html'): Promise<string> {
  const { compiled } = await compileTemplate({ path, source }, 'S');
  const liquid = parseLiquid('text', compiled.text, { place: { file: path }, lineOffset: 0 });
  const rendered = renderLiquid(liquid, fields as Record<string, string>);
  if (!rendered.ok) throw new Error('not rendered');
  return rendered.text;
}

const mjml = (body: string) => `<mjml><mj-body><mj-section>${body}</mj-section></mj-body></mjml>`;
const textOfMjml = (body: string, fields = {}) => textOf(mjml(body), fields, 'm.mjml');

describe('a link that shows a picture alone', () => {
  const link = (to: string) =>
    `<a href="https://x.example/${to}"><img src="https://x.example/${to}.png" alt=""></a>`;

  it.each([
    ['beside another', `<p>${link('1')}${link('2')}</p>`, 'https://x.example/1 https://x.example/2\n'],
    ['between words', `<p>Go:${link('1')}now</p>`, 'Go: https://x.example/1 now\n'],
  ])('does not run into what is beside it: %s', async (_, html, text) => {
    expect(await textOf(html)).toBe(text);
  });
});

describe('a table that lays out', () => {
  it.each([
    ['one cell beside another', '<table><tr><td>Left</td><td>Right</td></tr></table>', 'Left\nRight\n'],
    [
      'rows of one cell, as newsletters are made of',
      '<table width="600"><tr><td><h1>Title</h1></td></tr><tr><td>Words</td></tr></table>',
      'Title\n\nWords\n',
    ],
    [
      'a picture beside a text',
      '<table role="presentation"><tr><td><img src="https://x.example/a.png" alt="A boat"></td><td>It sails.</td></tr></table>',
      'A boat\nIt sails.\n',
    ],
    [
      'tables in tables',
      '<table><tr><td><table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table></td></tr></table>',
      'a | b\nc | d\n',
    ],
    [
      'what is called one by its role',
      '<table role="presentation"><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>',
      'a\nb\nc\nd\n',
    ],
    [
      'long texts',
      `<table><tr><td>${'word '.repeat(20)}</td><td>x</td></tr><tr><td>a</td><td>b</td></tr></table>`,
      `${'word '.repeat(20).trim()}\nx\na\nb\n`,
    ],
    [
      'a button',
      '<p>Go</p><table><tr><td><a href="https://x.example/go">Press here</a></td></tr></table><p>Bye</p>',
      'Go\n\nPress here <https://x.example/go>\n\nBye\n',
    ],
  ])('is read line by line: %s', async (_, html, text) => {
    expect(await textOf(html)).toBe(text);
  });
});

describe('a table of data', () => {
  const invoice = [
    '<table>',
    '<caption>Invoice 7</caption><colgroup><col><col></colgroup>',
    '<thead><tr><th>Item</th><th>Price</th></tr></thead>',
    '<tbody><tr><td>Paper,<br>white</td><td><p>4.00 €</p></td></tr></tbody>',
    '<tfoot><tr><td></td><td><b>4.00 €</b></td></tr></tfoot>',
    '</table>',
  ].join('\n');

  it('has a line for each row', async () => {
    expect(await textOf(invoice)).toBe('Invoice 7\nItem | Price\nPaper, white | 4.00 €\n| 4.00 €\n');
  });

  it('needs no header cells when its cells are short', async () => {
    const html =
      '<p>Hi</p><table><tr><td>When</td><td>Monday</td></tr><tr><td>Where</td><td>Pier 7</td></tr></table>';
    expect(await textOf(html)).toBe('Hi\n\nWhen | Monday\nWhere | Pier 7\n');
  });

  it('keeps the columns where a cell is empty', async () => {
    const html =
      '<table><tr><th>A</th><th>B</th><th>C</th></tr><tr><td>1</td><td></td><td>3</td></tr><tr><td></td><td>2</td><td>&nbsp;</td></tr><tr><td>{{ a }}</td><td>{{ b }}</td><td>{{ c }}</td></tr></table>';
    expect(await textOf(html, { a: '', b: '', c: '9' })).toBe('A | B | C\n1 | | 3\n| 2\n |  | 9\n');
  });

  it('keeps the loop around its rows, without empty lines', async () => {
    const html =
      '<table><tr><th>Item</th><th>Price</th></tr>{% for one in items %}<tr><td>{{ one.name }}</td><td>{{ one.price }}</td></tr>{% endfor %}</table><p>Bye</p>';
    const items = [
      { name: 'Paper', price: '4' },
      { name: 'Ink, black', price: '12' },
    ];
    expect(await textOf(html, { items })).toBe('Item | Price\nPaper | 4\nInk, black | 12\n\nBye\n');
    expect(await textOf(html.replace(/<tr><th>.*?<\/tr>/, ''), { items })).toBe(
      'Paper | 4\nInk, black | 12\n\nBye\n',
    );
  });

  it('keeps a condition around a cell', async () => {
    const html =
      '<table><tr><th>A</th><th>B</th></tr><tr><td>a</td>{% if x == "1" %}<td>b</td>{% endif %}</tr></table>';
    expect(await textOf(html, { x: '1' })).toBe('A | B\na | b\n');
    expect(await textOf(html, { x: '2' })).toMatch(/^A \| B\na\s*$/);
  });

  it('of MJML is one too', async () => {
    const table =
      '<mj-table><tr><th>Item</th><th>Price</th></tr><tr><td>Paper</td><td>{{ price }}</td></tr></mj-table>';
    expect(await textOfMjml(`<mj-column>${table}</mj-column>`, { price: '4.00 €' })).toBe(
      'Item | Price\nPaper | 4.00 €\n',
    );
  });
});

describe('MJML', () => {
  it('with two columns reads the first and then the second', async () => {
    const text = await textOfMjml(
      '<mj-column><mj-text>Left</mj-text><mj-button href="https://x.example/l">Go left</mj-button></mj-column>' +
        '<mj-column><mj-image src="https://x.example/a.png" alt="A boat" /><mj-divider /><mj-text>Right</mj-text></mj-column>',
    );
    expect(text.replaceAll(/\n{2,}/g, '\n')).toBe('Left\nGo left <https://x.example/l>\nA boat\nRight\n');
    expect(text).not.toMatch(/\n{3}/);
  });

  it('with a navigation and social links has each with its address', async () => {
    const text = await textOf(
      '<mjml><mj-body><mj-section><mj-column><mj-social><mj-social-element name="github" href="https://x.example/g">GitHub</mj-social-element>' +
        '<mj-social-element name="web" href="https://x.example/w">Web</mj-social-element></mj-social></mj-column></mj-section></mj-body></mjml>',
      {},
      'm.mjml',
    );
    expect(text).toContain('GitHub <https://x.example/g>\n');
    expect(text).toContain('Web <https://x.example/w>');
  });

  it('with a condition around a section leaves no hole where it is not met', async () => {
    const source =
      '<mjml><mj-body><mj-section><mj-column><mj-text>One</mj-text></mj-column></mj-section>{% if x == "1" %}<mj-section><mj-column><mj-text>Two</mj-text></mj-column></mj-section>{% endif %}<mj-section><mj-column><mj-text>Three</mj-text></mj-column></mj-section></mj-body></mjml>';
    expect(await textOf(source, { x: '1' }, 'm.mjml')).toBe('One\n\nTwo\n\nThree\n');
    expect(await textOf(source, { x: '2' }, 'm.mjml')).toBe('One\n\nThree\n');
  });
});

describe('what else stands in a mail', () => {
  it.each([
    [
      'lists',
      '<ul><li>a</li><li>b <a href="https://x.example/">c</a></li></ul>',
      ' * a\n * b c <https://x.example/>\n',
    ],
    ['numbers', '<ol><li>a</li><li>b</li></ol><ol start="3"><li>c</li></ol>', ' 1. a\n 2. b\n\n 3. c\n'],
    [
      'numbers that a loop would repeat',
      '<ol>{% for i in (1..2) %}<li>{{ i }}</li>{% endfor %}</ol>',
      ' * 1\n * 2\n',
    ],
    [
      'a link that shows its address',
      '<a href="https://x.example/">https://x.example/</a>',
      'https://x.example/\n',
    ],
    [
      'a link around a picture',
      '<a href="https://x.example/"><img src="a" alt="Shop"></a>',
      'Shop <https://x.example/>\n',
    ],
    ['a picture of nothing', '<p>a<img src="https://x.example/a.png" alt=""></p>', 'a\n'],
    ['a line across', '<p>a</p><hr><p>b</p>', `a\n\n${'-'.repeat(40)}\n\nb\n`],
    [
      'a preheader',
      '<body><div style="display: none; max-height:0">Look</div><span style="color:red;display:none">at</span><p hidden>this</p><p>Hi</p></body>',
      'Hi\n',
    ],
    [
      'elements of lines of their own',
      '<center>Line A</center><center>Line B</center><address>C</address><figure>D<figcaption>E</figcaption></figure>',
      'Line A\nLine B\nC\n\nD\nE\n',
    ],
    [
      'a list of terms',
      '<dl><dt>T</dt><dd>D</dd><dt>U</dt></dl>a<menu><li>m</li></menu>',
      'T\nD\nU\n\na\n * m\n',
    ],
    [
      'inline elements that are blocks by their style',
      '<span style="display:block">1200</span><b style="color:red; Display : Block">Projects</b><a href="https://x.example/" style="display:inline-block">Go</a> now',
      '1200\nProjects\nGo <https://x.example/> now\n',
    ],
    [
      'cells and items outside of tables and lists',
      '<tr><td>a</td><td>b</td></tr><li>c</li><li>d</li>',
      'a\nb\nc\nd\n',
    ],
    ['text behind the body', '<html><body><p>a</p></body></html>b', 'a\n\nb\n'],
    [
      'hidden elements of all kinds',
      '<p style="visibility:hidden; mso-hide:all">a</p><p style="DISPLAY : NONE !important">b</p><p style="max-height:0px;overflow:hidden">c</p><p style="opacity:0">d</p><p style="font-size:0">e</p><template>f</template><p>g</p>',
      'g\n',
    ],
    [
      'what is hidden and shown again',
      '<div style="visibility:hidden">a<p style="visibility:visible">b</p></div>',
      'b\n',
    ],
    [
      'what Outlook alone hides, and letters without size around others',
      '<p style="mso-hide:all">a</p><div style="font-size:0"><p style="font-size:16px">b</p></div>',
      'a\n\nb\n',
    ],
    [
      'spacers',
      '<p>&nbsp;</p><p>&#847;&zwnj;&nbsp;&#8199;&shy;&#65279;</p><td>&#8202;</td><p>a&nbsp;b می&zwnj;خواهم</p>',
      'a\u00a0b می\u200cخواهم\n',
    ],
    [
      'a link around a picture without words',
      '<a href="https://x.example/"><img src="a"></a>',
      'https://x.example/\n',
    ],
    [
      'a link around a picture without words, in a table',
      '<table><tr><td><a href="https://x.example/"><img src="a" alt=""></a></td></tr></table>',
      'https://x.example/\n',
    ],
    [
      'a link of nothing',
      '<a href="https://x.example/"></a><a href="https://x.example/"><span hidden>x</span></a><a name="top"></a>a',
      'a\n',
    ],
    [
      'parts of a picture',
      '<img src="a" usemap="#m"><map name="m"><area href="https://x.example/1" alt="One"><area href="https://x.example/2" alt="Two"></map>',
      'One <https://x.example/1>Two <https://x.example/2>\n',
    ],
    ['words for Outlook alone', '<!--[if mso]><p>Outlook</p><![endif]--><p>Hi</p>', 'Hi\n'],
    ['words for all others', '<!--[if !mso]><!--><p>Others</p><!--<![endif]--><p>Hi</p>', 'Others\n\nHi\n'],
  ])('reads well: %s', async (_, html, text) => {
    expect(await textOf(html)).toBe(text);
  });

  it('has as many empty lines as one branch of a condition leaves', async () => {
    const html =
      '<p>Hi</p>{%- if x == "1" -%}<p>One</p>{%- else -%}<p>Two</p>{%- endif -%}<ul>{% for i in (1..2) %}<li>{{ i }}</li>{% endfor %}</ul>';
    expect(await textOf(html, { x: '1' })).toBe('Hi\n\nOne\n\n * 1\n * 2\n');
    expect(await textOf(html, { x: '2' })).toBe('Hi\n\nTwo\n\n * 1\n * 2\n');
  });
});
