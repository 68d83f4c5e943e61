import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';

async function noticesOf(source: string, path = 'm.html') {
  const { notices } = await compileTemplate({ path, source }, 'S');
  return notices.map(
    ({ code, what, where, fix }) => `${where.file}:${where.line}:${where.column} ${what} [${code}] ${fix}`,
  );
}

const told = (place: string, tag: string, fix: string) =>
  `m.html:${place} <${tag}> is not an element of HTML: readers see only what stands in it [unknown-element] ${fix}`;

const inky = 'It is of Inky (Foundation for Emails): turn the template into HTML with Inky, and send that.';
const field = 'Write a merge field as {{ name }}, and a bracket that is to be read as &lt;.';

describe('elements that HTML does not know', () => {
  it('are told once, with the language that they are of', async () => {
    const source = '<container>\n<row class="{{ a }}"><columns>x</columns></row><row>y</row></container>';
    expect(await noticesOf(source)).toEqual([
      told('1:1', 'container', inky),
      told('2:1', 'row class="{{ a }}"', inky),
      told('2:22', 'columns', inky),
    ]);
  });

  it.each([
    ['mj-text', 'It is of MJML: give the file a name that ends in .mjml.'],
    ['heml', 'It is of HEML: turn the template into HTML with HEML, and send that.'],
    ['x-main', 'It is of Maizzle: build the template with Maizzle, and send the HTML that it writes.'],
    ['amp-img', 'It is of AMP, for which a message has a part of its own: write an element of HTML.'],
    [
      'unsubscribe',
      'It is of Campaign Monitor: write the text itself, and <a href="{{ unsubscribe_url }}"> for its link.',
    ],
    ['container', 'Write an element of HTML, such as <div> or <span>.'],
  ])('are told with what helps: %s', async (name, fix) => {
    expect(await noticesOf(`<p>Hi</p><${name}>x</${name}>`)).toEqual([told('1:10', name, fix)]);
  });

  it('are told as fields when nothing closes them', async () => {
    expect(await noticesOf('<p>Dear <FirstName>, <First Name/>!</p>')).toEqual([
      told('1:9', 'FirstName', field),
      told('1:22', 'First Name', field),
    ]);
    expect(await noticesOf(`<p>a</p><who ${'x'.repeat(50)}>`)).toEqual([
      told('1:9', `who ${'x'.repeat(35)}…`, field),
    ]);
  });

  it('are told as React where its attributes are', async () => {
    const fix = 'It is of React: render the template to HTML, and send that.';
    expect(await noticesOf('<Row className="a">x</Row>')).toEqual([told('1:1', 'Row className="a"', fix)]);
  });

  it('are told in MJML too, but for its own', async () => {
    const text = '<mj-text>Dear <name>, <b>hi</b></mj-text>';
    const source = `<mjml><mj-body><mj-section><mj-column>${text}</mj-column></mj-section></mj-body></mjml>`;
    expect(await noticesOf(source, 'm.mjml')).toEqual([
      told('1:53', 'name', field).replace('m.html', 'm.mjml'),
    ]);
  });

  it('are told beside attributes that other programs read', async () => {
    const source = '<p th:text="x">a</p>\n<p v-if="vip" data-th-if="y" class="th:a">b</p><p v-if="z">c</p>';
    const fix =
      'Write {{ name }} where a value stands, and {% if name %}…{% endif %} around what depends on it.';
    const of = (place: string, name: string) =>
      `m.html:${place} ${name} in <p> is an instruction to another program, and changes nothing here [unknown-element] ${fix}`;
    expect(await noticesOf(source)).toEqual([
      of('1:1', 'th:text'),
      of('2:1', 'v-if'),
      of('2:1', 'data-th-if'),
    ]);
  });

  it('are those of no other standard', async () => {
    const office = '<o:p></o:p><!--[if mso]><v:rect><w:anchorlock/></v:rect><row><![endif]--><!-- <name> -->';
    const svg = '<svg viewBox="0 0 1 1"><path d="M0 0"/><g></g></svg><math><mi>x</mi></math>';
    const old =
      '<center><nobr>x</nobr><BLINK>y</BLINK></center><xml></xml><style>a::before { content: "<x>" }</style>';
    expect(await noticesOf(`${office}${svg}${old}<p>a < b <3</p>`)).toEqual([]);
  });

  it('are twenty at most', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `<b${index}>`).join('');
    expect(await noticesOf(`<p>x</p>${many}`)).toHaveLength(20);
  });
});
