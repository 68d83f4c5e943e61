import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { showImages } from '../../src/merge/inline-images.js';
import { type Problem, Problems } from '../../src/problem.js';

async function imagesIn(path: string, source: string) {
  const { compiled, images } = await compileTemplate({ path, source }, 'S');
  const contentIds = new Map([...images.keys()].map((image, index) => [image, `${index}@x`]));
  return {
    found: [...images].map(([image, { line, column }]) => `${image} ${line}:${column}`),
    html: showImages(compiled, contentIds, { path }).html ?? '',
  };
}

async function problemsOf(path: string, source: string) {
  try {
    await compileTemplate({ path, source }, 'S');
    return [];
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    return error.problems.map(
      ({ message, where }: Problem) => `${where?.file}:${where?.line}:${where?.column} ${message}`,
    );
  }
}

describe('images of the template’s folder', () => {
  it.each([
    ['mails/m.html', '<p>\n<img alt="a > b, src=x.png" src="logo.png"></p>', 2, 34],
    ['mails/m.html', "<p>\n<IMG src = './logo.png' alt=''></p>", 2, 13],
    ['mails/m.html', '<p>\n<img src=logo.png></p>', 2, 10],
    ['mails/m.html', '<!--[if !mso]><!-->\n<img src="logo.png"><!--<![endif]-->', 2, 11],
    ['mails/m.md', 'logo.png\n\n![The logo](logo.png)', 3, 13],
    [
      'mails/m.mjml',
      '<mjml><mj-body><mj-section><mj-column>{{ a }}{{ b }}\n<mj-image src="logo.png" /></mj-column></mj-section></mj-body></mjml>',
      2,
      16,
    ],
    [
      'mails/m.mjml',
      '<mjml><mj-body><mj-section><mj-column><mj-text>\n<img src="logo.png" /></mj-text></mj-column></mj-section></mj-body></mjml>',
      2,
      11,
    ],
  ])('are found and shown by their content-id, in %s: %s', async (path, source, line, column) => {
    const { found, html } = await imagesIn(path, source);
    expect(found).toEqual([`mails/logo.png ${line}:${column}`]);
    expect(html.match(/src ?= ?"cid:0@x"/gi)).toHaveLength(1);
    expect(html).not.toMatch(/src ?= ?["'.]*logo/);
  });

  it.each([
    ['<img src="a%20b.png"><img src="a b.png">', ['mails/a b.png']],
    ['<img src="a&amp;b.png"><img src="d/../e.png">', ['mails/a&b.png', 'mails/e.png']],
    ['<img src="100%.png">', ['mails/100%.png']],
  ])('are named as URLs or as files: %s', async (source, paths) => {
    const { images } = await compileTemplate({ path: 'mails/m.html', source }, 'S');
    expect([...images.keys()]).toEqual(paths);
  });

  it.each([
    '<img src="https://example.com/a.png">',
    '<img src="//example.com/a.png">',
    '<img src="data:image/png;base64,AA==">',
    '<img src="cid:a@example.com">',
    '<img src="{{ url }}">',
    '<img src="{% if x %}https://example.com/a.png{% else %}{{ url }}{% endif %}">',
    '<img src="">',
    '<img data-src="a.png">',
    '<!-- <img src="a.png"> -->',
    '<style>/* <img src="a.png"> */</style>',
    '<p>a.png</p>',
  ])('are none of %s', async source => {
    const { found, html } = await imagesIn('m.html', source);
    expect(found).toEqual([]);
    expect(html?.replace('{{ pixel | raw }}', '')).toBe(source);
  });

  it('keep the Liquid around them and beside them', async () => {
    const source = `<p>{% if vip == "yes" %}<img src="a.png" alt="{{ name | default: "you" }}">{% endif %}</p>`;
    expect((await imagesIn('m.html', source)).html).toBe(
      `{{ pixel | raw }}${source.replace('a.png', 'cid:0@x')}`,
    );
  });

  it.each([
    ['../logo.png', 'it leads out of the folder of the template'],
    ['%2e%2e/logo.png', 'it leads out of the folder of the template', '../logo.png'],
    ['/logo.png', 'it is not relative to the folder of the template'],
    ['file:///logo.png', 'it is not relative to the folder of the template'],
    ['C:\\logo.png', 'it is not relative to the folder of the template'],
    ['logo-{{ n }}.png', 'which file is attached is the same for everybody'],
    ['{% if x %}a.png{% else %}b.png{% endif %}', 'which file is attached is the same for everybody'],
  ])('are refused when they are %s', async (path, why, name = path) => {
    expect(await problemsOf('mails/m.html', `<p>\n<img src="${path}"><img src="/b.png"></p>`)).toEqual([
      `mails/m.html:2:11 the image ${name} cannot be attached: ${why}`,
      `mails/m.html:2:${23 + path.length} the image /b.png cannot be attached: it is not relative to the folder of the template`,
    ]);
  });

  it('leave a style as it is', async () => {
    const style = '<style>\n@media (max-width: 600px) { .a > b { color: red !important } }\n</style>';
    expect((await imagesIn('m.html', `<html><head>${style}</head><body></body></html>`)).html).toContain(
      style,
    );
  });

  it.each([
    ['<td background="a.png">x</td>', '<td background="cid:0@x">x</td>'],
    [`<p style='background: red url( "a.png" )'>x</p>`, `<p style='background: red url( "cid:0@x" )'>x</p>`],
    [
      '<p style="background: url(&quot;a.png&quot;)">x</p>',
      '<p style="background: url(&quot;cid:0@x&quot;)">x</p>',
    ],
    ['<p style=background:url(a.png)>x</p>', '<p style="background:url(cid:0@x)">x</p>'],
    [
      '<img src="a.png" srcset="a.png, b.png 2x, https://example.com/c.png 3x">',
      '<img src="cid:0@x" srcset="cid:0@x, cid:1@x 2x, https://example.com/c.png 3x">',
    ],
    [
      '<!--[if mso]><v:fill type="frame" src="a.png" /><![endif]-->',
      '<!--[if mso]><v:fill type="frame" src="cid:0@x" /><![endif]-->',
    ],
    [
      `<style data-embed>/* url(x.png) */ @media screen { p { background: url('a.png') } }</style>`,
      `<style>/* url(x.png) */ @media screen { p { background: url('cid:0@x') } }</style>`,
    ],
    [
      '<style>p { background: url(a.png) }</style><p>x</p>',
      '<style>p { background: url(cid:0@x) }</style><p style="background: url(cid:0@x)">x</p>',
    ],
    [
      '<video poster="a.png" src="https://example.com/f.mp4"></video>',
      '<video poster="cid:0@x" src="https://example.com/f.mp4"></video>',
    ],
  ])('are found wherever they are named: %s', async (source, expected) => {
    const { html } = await imagesIn('m.html', source);
    expect(html.replace('{{ pixel | raw }}', '')).toBe(expected);
  });

  it('are the backgrounds of MJML too, for Outlook and for the rest', async () => {
    const source =
      '<mjml><mj-body><mj-section background-url="bg.png"><mj-column><mj-text>x</mj-text></mj-column></mj-section></mj-body></mjml>';
    const { found, html } = await imagesIn('m.mjml', source);
    expect(found).toEqual(['bg.png 1:44']);
    expect(html).not.toContain('bg.png');
    expect(html.match(/cid:0@x/g)?.length).toBeGreaterThan(2);
  });

  it.each([
    '<p style="background: url(https://example.com/a.png) url(#b)">x</p>',
    '<style data-embed>@font-face { src: url(https://example.com/f.woff2) } @import "https://example.com/a.css";</style>',
    '<a href="a.png" data-background="b.png">x</a>',
    '<td background="{{ url }}" style="background: url({{ url }})">x</td>',
  ])('are none of what is elsewhere: %s', async source => {
    const { found, html } = await imagesIn('m.html', source);
    expect(found).toEqual([]);
    expect(html.replace('{{ pixel | raw }}', '')).toBe(source.replace(' data-embed', ''));
  });

  it('are told from what cannot be attached, which is refused', async () => {
    const source = `<style>
@import "a.css";
@import url(b.css);
@font-face { font-family: F; src: url("f.woff2") }
</style>
<iframe src="p.html"></iframe><td background="../x.png" style="background: url(../x.png)">`;
    expect(await problemsOf('m.html', source)).toEqual([
      'm.html:3:13 b.css cannot be attached: it is no image',
      'm.html:4:40 f.woff2 cannot be attached: it is no image',
      'm.html:2:10 a.css cannot be attached: it is no image',
      'm.html:6:14 p.html cannot be attached: it is no image',
      'm.html:6:47 the image ../x.png cannot be attached: it leads out of the folder of the template',
    ]);
  });
});
