import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';
import { type Problem, Problems } from '../../../src/problem.js';

async function compile(source: string) {
  const { compiled } = await compileTemplate({ path: 'm.html', source: `{{ pixel }}${source}` }, 'S');
  return (compiled.html ?? '').replace('{{ pixel | raw }}{% assign pixel = "" %}', '');
}

/** The body alone, of a page with these rules. */
async function body(css: string, html: string) {
  const page = await compile(`<html><head><style>${css}</style></head><body>${html}</body></html>`);
  return /<body>([\s\S]*)<\/body>/.exec(page)?.[1];
}

async function sheet(css: string, html = '<p class="a">x</p>') {
  return /<style[^>]*>([\s\S]*?)<\/style>/.exec(await compile(`<style>${css}</style>${html}`))?.[1];
}

async function problemsOf(source: string) {
  try {
    await compile(source);
    return [];
  } catch (error) {
    if (!(error instanceof Problems)) throw error;
    return error.problems.map(
      ({ message, where, fix }: Problem) =>
        `${where?.file}:${where?.line}:${where?.column} ${message} / ${fix}`,
    );
  }
}

describe('rules of a style element', () => {
  it.each([
    ['p { color: red }', '<p>x</p>', '<p style="color: red">x</p>'],
    ['p, .b { color: red; margin: 0 auto }', '<P>x</P>', '<P style="color: red; margin: 0 auto">x</P>'],
  ])('are written onto the elements they mean: %s', async (css, html, expected) => {
    expect(await body(css, html)).toBe(expected);
  });

  it('win by specificity, then by order, and important ones over the rest', async () => {
    expect(await body('p.a { color: red } p { color: blue }', '<p class="a">x</p>')).toContain('color: red');
    expect(await body('p { color: red } p { color: blue }', '<p>x</p>')).toContain('style="color: blue"');
    expect(await body('p { color: red !important } p.a { color: blue }', '<p class="a">x</p>')).toMatch(
      /color: red"/,
    );
    expect(await body('p { padding: 1px } p { padding-top: 2px }', '<p>x</p>')).toContain(
      'padding: 1px; padding-top: 2px',
    );
  });

  it('leave an element’s own style as it is: it wins, unless they are important', async () => {
    const own = `<p style='font: 1em "A"; color:red;'>x</p>`;
    expect(await body('p { color: blue; margin: 0 !important }', own)).toBe(
      '<p style="color: blue; font: 1em &quot;A&quot;; color:red; margin: 0">x</p>',
    );
  });

  it('are quoted for the attribute they go into', async () => {
    expect(await body('p { background: url("https://example.com/?a&b") }', '<p>x</p>')).toBe(
      `<p style="background: url('https://example.com/?a&amp;b')">x</p>`,
    );
    expect(await body('p { font-family: "Segoe UI", Arial }', '<p>x</p>')).toBe(
      `<p style="font-family: 'Segoe UI', Arial">x</p>`,
    );
  });

  it('resolve variables', async () => {
    expect(await body(':root { --ink: #123 } p { color: var(--ink) }', '<p>x</p>')).toContain('color: #123');
  });

  it('stay in the style element too, for what it alone reaches', async () => {
    const css = '\n/* notes */ .a { color: red }\n#MessageViewBody a { color: inherit !important }\n';
    expect(await sheet(css)).toBe(css);
  });
});

describe('rules under a condition', () => {
  it('become important, so that they win over what is inlined', async () => {
    const css = `.a { color: red; width: 300px }
@media (max-width: 600px) { .a { width: 100%; color: blue /* why */; } @supports (x: y) { .a { margin: 0 !important } } }
.a:hover { color: green }
@font-face { font-family: F; src: url(https://example.com/f.woff2) }
@import url("https://example.com/x.css");
@keyframes k { from { top: 0 } }`;
    expect(await sheet(css)).toBe(
      css
        .replace('100%', '100% !important')
        .replace('blue', 'blue !important')
        .replace('green', 'green !important'),
    );
    expect(await compile(`<style>${css}</style><p class="a">x</p>`)).toContain(
      '<p class="a" style="color: red; width: 300px">',
    );
  });

  it('are told apart from those beside them in one list of selectors', async () => {
    expect(await sheet('.a, .b:hover { color: red }')).toBe(
      '.a { color: red }\n.b:hover { color: red !important }',
    );
  });

  it('are those about an order that Liquid decides', async () => {
    const css = 'li:nth-child(odd) { color: red }';
    expect(await body(css, '<ul><li>1<li>2</ul>')).toContain('<li style="color: red">1');
    const loop = '<style>li:nth-child(odd) { color: red }</style>{% for i in (1..9) %}<li>1{% endfor %}';
    expect(await compile(loop)).toContain('color: red !important }</style>{% for i in (1..9) %}<li>1{%');
  });

  it('are those about a class that Liquid decides', async () => {
    const html = `<p class="x {% if vip == "yes" %}a{% endif %}">x</p><p class="a b">y</p>`;
    expect(await compile(`<style>.a{color:red}.b{top:0}</style>${html}`)).toBe(
      `<style>.a{color:red !important}.b{top:0}</style>${html.replace('"a b"', '"a b" style="top: 0"')}`,
    );
    const tag = `<p {% if vip %}class="a"{% endif %}>x</p>`;
    expect(await compile(`<style>.a{color:red}</style>${tag}`)).toBe(
      `<style>.a{color:red !important}</style>${tag}`,
    );
  });
});

describe('rules for links', () => {
  const link = '<a href="https://x.example">x</a>';

  it('are inlined, and an own style wins', async () => {
    const css = 'a:link, a:visited { color: blue; margin: 0 }';
    expect(await body(css, link)).toBe(link.replace('>x', ' style="color: blue; margin: 0">x'));
    const button = link.replace('>x', ' style="color: white">x');
    expect(await body(css, button)).toBe(
      link.replace('>x', ' style="color: blue; margin: 0; color: white">x'),
    );
    expect(await sheet(css, button)).toBe(css);
  });

  it.each([
    ['win over those for elements', 'A:LINK { color: red } a { color: blue }', 'color: red'],
    ['lose to those for ids', '#i a { color: red } a:link { color: blue }', 'color: red'],
    ['mean any link', '.c a:any-link { color: red }', 'color: red'],
    ['are read in others', 'a:not(:link) { color: blue } .c > a:link { color: red }', 'color: red'],
  ])('%s', async (_, css, style) => {
    const html = `<p id="i" class="c">${link}</p>`;
    expect(await body(css, html)).toBe(html.replace('>x', ` style="${style}">x`));
  });

  it('that were visited stay as they are', async () => {
    const css = 'a:link { color: blue } a:visited { color: purple }';
    expect(await sheet(css, link)).toBe(css);
    expect(await sheet('a:visited, a:hover { color: purple }', link)).toBe(
      'a:visited { color: purple }\na:hover { color: purple !important }',
    );
  });

  it('that wait for a state become important', async () => {
    expect(await sheet('a:link:hover { color: red }', link)).toBe('a:link:hover { color: red !important }');
    expect(await sheet('a:visited:hover { color: red }', link)).toContain('!important');
  });
});

describe('rules that name a state in order to leave it out', () => {
  const link = (more = '') => `<a href="https://x.example"${more}>x</a>`;
  const own = ' style="color: white"';

  it.each([
    'a:not(:hover)',
    'a:not(:focus)',
    'a:not(:visited):not(:active)',
    'a:not(:hover, :focus-visible)',
    'a:not( .b:hover , .b )',
    'a:where(:not(:hover))',
    'a:is(:link, :visited)',
    'a:is(:not(:hover), .b)',
  ])('are inlined, and an own style wins: %s', async selector => {
    const css = `${selector} { color: blue }`;
    expect(await body(css, link())).toBe(link(' style="color: blue"'));
    expect(await body(css, link(own))).toBe(link(' style="color: blue; color: white"'));
    expect(await sheet(css, link(own))).toBe(css);
  });

  it.each(['a:is(:hover)', 'a:where(:focus, :hover)', 'a:not(:not(:hover))', 'a:not(:checked)'])(
    'wait for it otherwise: %s',
    async selector => {
      expect(await sheet(`${selector} { color: blue }`, link())).toBe(
        `${selector} { color: blue !important }`,
      );
    },
  );

  it('weigh as much as before', async () => {
    const css = 'a:not(:hover) { color: blue } a { color: red } #i a { top: 0 } a:not(:hover) { top: 1px }';
    expect(await body(css, `<p id="i">${link()}</p>`)).toContain('style="color: blue; top: 0"');
  });

  it('are told apart from the states beside them in one list', async () => {
    expect(await sheet('a:is(.b, :hover) { color: blue }', link())).toBe(
      'a:is(.b) { color: blue }\na:is(:hover) { color: blue !important }',
    );
  });
});

describe('lists in selectors', () => {
  it.each([
    [':is(.a, .b) > i', '<p class="b"><i>x</i></p>', true],
    ['p:where(.a, .b) :is(b, i)', '<p class="b"><i>x</i></p>', true],
    ['p:not(.a, .b) i', '<p class="c"><i>x</i></p>', true],
    ['p:not(.a, .b) i', '<p class="b"><i>x</i></p>', false],
  ])('are read: %s %s', async (selector, html, isMeant) => {
    const styled = html.replace('<i>', isMeant ? '<i style="color: red">' : '<i>');
    expect(await body(`${selector} { color: red }`, html)).toBe(styled);
  });
});

describe('pseudo-classes', () => {
  it.each([
    ['p:first-child { color: red } .a { color: blue }', 'red'],
    ['p:first-child { color: red } p.a { color: blue }', 'blue'],
    ['p.a { color: blue } p:first-child { color: red }', 'red'],
    ['.a.b { color: blue } p:first-child { color: red }', 'blue'],
    ['p:is(.a) { color: red } .a { color: blue }', 'red'],
    ['p:is(#i) { color: red } .a.b { color: blue }', 'red'],
    ['p:where(.a) { color: red } .a { color: blue }', 'blue'],
    ['p:where(.a) { color: red } p { color: blue }', 'blue'],
    ['p:nth-child(1):last-child { color: red } .a { color: blue }', 'red'],
    ['p:nth-child(1):last-child { color: red } .a.b { color: blue }', 'red'],
  ])('weigh as much as classes: %s', async (css, color) => {
    expect(await body(css, '<p id="i" class="a b">x</p>')).toContain(`style="color: ${color}"`);
  });
});

describe('rules for languages and directions', () => {
  const page =
    '<div lang="en-GB"><p>a</p><p style="color: black">b</p><p lang="de">c</p></div><p dir="rtl"><b>d</b></p>';
  it.each([
    [
      'p:lang(en) { color: red }',
      '<p style="color: red">a',
      '<p style="color: red; color: black">b',
      '<p lang="de">c',
    ],
    ['p:lang("de") { color: red }', '<p>a', '<p lang="de" style="color: red">c'],
    ['b:dir(rtl) { color: red }', '<p>a', '<b style="color: red">d'],
    ['p:dir(ltr) { color: red }', '<p style="color: red">a', '<p dir="rtl"><b>d'],
    ['p:lang(en) { color: red } div p { color: blue }', '<p style="color: red">a'],
  ])('are no states, and are inlined: %s', async (css, ...parts) => {
    const html = await body(css, page);
    for (const part of parts) expect(html).toContain(part);
    expect(html).not.toContain('data-zq');
    expect(await sheet(css, page)).toBe(css);
  });

  it('wait for each copy where Liquid says the language', async () => {
    const css = 'p:lang(en) { color: red }';
    const varying = '<p lang="{{ language }}">a</p>';
    expect(await body(css, varying)).toBe(varying);
    expect(await sheet(`${css} i { color: red }`, varying)).toContain('p:lang(en) { color: red !important }');
  });
});

describe('a style element with a medium', () => {
  const page = (media: string) =>
    compile(`<style>p { top: 0 }</style><style media="${media}">p { top: 1px }</style><p>x</p>`);

  it.each(['all', '', 'screen', 'Only Screen', 'print, screen'])(
    'is inlined when it is for all: %j',
    async media => {
      expect(await page(media)).toContain('<p style="top: 1px">');
      expect(await page(media)).not.toContain('important');
    },
  );

  it.each(['(max-width: 600px)', 'only screen and (max-width: 600px)', 'print', 'not all', '{{ m }}'])(
    'applies under its condition: %j',
    async media => {
      expect(await page(media)).toBe(
        `<style>p { top: 0 }</style><style media="${media}">p { top: 1px !important }</style><p style="top: 0">x</p>`,
      );
    },
  );

  it('is refused with Liquid around rules that have to win', async () => {
    const source = `<style>p { top: 0 }</style>\n<style media="print">{% if x %}p { top: 1px }{% endif %}</style><p>x</p>`;
    expect(await problemsOf(source)).toEqual([
      'm.html:2:22 {% if x %} cannot stand in a <style> whose rules are inlined / Put such rules into a <style data-embed> of their own.',
    ]);
  });
});

it('a style element in a condition is one of the copies that have it', async () => {
  const sheet = (css: string) => `{% if x == "y" %}<style>${css}</style>{% endif %}`;
  const all = '<style>p { top: 0 }</style>';
  expect(await compile(`${sheet('p { top: 1px }')}${all}<p>x</p>`)).toBe(
    `${sheet('p { top: 1px !important }')}${all}<p style="top: 0">x</p>`,
  );
  const comment = '{% comment %}<style>p { top: 1px }</style>{% endcomment %}';
  expect(await compile(`${comment}${all}<p>x</p>`)).toContain('<p style="top: 0">');
});

describe('everything else', () => {
  it('survives to the octet', async () => {
    const html = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o='urn:schemas-microsoft-com:office:office'>
<head><meta charset="utf-8"/><title>A &amp; B &copy;</title>
<!--[if mso]><xml><o:OfficeDocumentSettings><o:PixelsPerInch>96</o:PixelsPerInch></o:OfficeDocumentSettings></xml><![endif]-->
<!--[if mso]><style>td, p { font-family: Arial }</style><![endif]-->
<!--[if !mso]><!--><link href="https://example.com/font.css" rel="stylesheet"><style>p { top: 1px }</style><!--<![endif]-->
<style type="text/css">p { color: red }</style></head>
<body bgcolor=#ffffff>
<!-- <p>a comment</p> --><![CDATA[ x ]]>
<!--[if mso | IE]><table role="presentation"><tr><td class="a" width="600"><p>o</p><![endif]-->
<!--[if (gte mso 9)|(IE)]>
<v:rect fill="true" stroked="false" style="width:600px;"><v:fill type="frame" src="https://example.com/a.png" /><v:textbox inset="0,0,0,0"><p>v</p></v:textbox></v:rect>
<![endif]-->
<P
  align=center
>Caf&eacute; &nbsp;&lt;b&gt; &#8212; 1 < 2 & 3<br/><br /><img src='https://example.com/a"b' alt="x > y" hidden/></P><hr>
<!--[if !mso]><!-- --><p>for others</p><!--<![endif]-->
<TD CLASS=x>no table</td></p>
<script type="application/ld+json">{"a": "<p>"}</script>
<!--[if mso]></td></tr></table><![endif]-->
</body>
</html>
`;
    expect(await compile(html)).toBe(
      html
        .replace('align=center\n>', 'align=center style="color: red"\n>')
        .replace('<p>for others', '<p style="color: red">for others'),
    );
  });

  it('survives without a style element', async () => {
    const html = '<p class="{{ x }}" style="{{ z }}">x</p>';
    expect(await compile(html)).toBe(html);
  });

  it('keeps Liquid in values, attributes and between elements', async () => {
    const html = `{% if vip == "yes" %}<p style="{% if x == "1" %}top: {{ y | default: "0" }}{% endif %}">{{ name }}</p>{% else %}<p title="{{ t }}">x</p>{% endif %}`;
    expect(await compile(`<style>p { color: {{ ink | default: "red" }} }</style>${html}`)).toBe(
      `<style>p { color: {{ ink | default: "red" }} }</style>${html
        .replace('style="', 'style="color: {{ ink | default: "red" }}; ')
        .replace('"{{ t }}"', '"{{ t }}" style="color: {{ ink | default: "red" }}"')}`,
    );
  });

  it('leaves a sheet with data-embed, for print or in a comment alone', async () => {
    const rest = '<style media="print">p { top: 0 }</style><p>x</p>';
    expect(await compile(`<style data-embed>{% if x %}p { top: 0 }{% endif %}</style>${rest}`)).toBe(
      `<style>{% if x %}p { top: 0 }{% endif %}</style>${rest}`,
    );
  });

  it('leaves out of the text part what a rule hides', async () => {
    const source = '<style>.pre { display: none }</style><div class="pre">hidden</div><p>shown</p>';
    const { compiled } = await compileTemplate({ path: 'm.html', source }, 'S');
    expect(compiled.text).toBe('shown\n');
  });

  it('is not confused by what is not closed', async () => {
    for (const html of ['<p title="x', '<p', '<!-- <p>x', '<style>p { color: red', '<p title=\'"><p>']) {
      expect(await compile(`<style>b { color: red }</style>${html}`)).toBe(
        `<style>b { color: red }</style>${html}`,
      );
    }
  });
});

it.each([
  [
    '<style>\np { top: 0 }\n{% if x %}p { color: red }{% endif %}</style><p>x</p>',
    [
      'm.html:3:1 {% if x %} cannot stand in a <style> whose rules are inlined / Put such rules into a <style data-embed> of their own.',
    ],
  ],
  [
    '<style>p { top: 0 }</style>\n<p class="{{ tier }}">x</p>',
    [
      'm.html:2:11 where CSS is inlined, {{ tier }} cannot be a class / Write the names out, with {% if %} around each; or write <style data-embed>.',
    ],
  ],
  [
    '<style>p { top: 0 }</style>\n<p {% if x %}style="top: 1px"{% endif %}>x</p>',
    [
      'm.html:2:4 Liquid beside a style attribute cannot be kept where CSS is inlined / Move the Liquid into the value, or write <style data-embed>.',
    ],
  ],
  [
    '<style>p { color: var(--ink) }\n@media (x) { p { --ink: white } }</style><p>x</p>',
    [
      'm.html:2:14 --ink is set under a condition, and rules that use it are inlined / Write the values themselves under the condition, or write <style data-embed>.',
    ],
  ],
])('refuses what cannot be inlined, with its place: %j', async (source, problems) => {
  expect(await problemsOf(source)).toEqual(problems);
});
