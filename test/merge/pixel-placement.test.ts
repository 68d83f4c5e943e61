import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../src/merge/liquid/liquid.js';
import { pixelElement, placePixelSlot } from '../../src/merge/pixel-placement.js';

/** `@` stands where the pixel has to go; each place was compared with the tree that a parser of the standard builds. */
const places: readonly (readonly [what: string, html: string])[] = [
  ['a page', '<!doctype html><html><head><title>T</title></head><body>@<p>Hi</p></body></html>'],
  ['capitals', '<HTML><HEAD></HEAD><BODY BGCOLOR=#ffffff>@<P>Hi</P></BODY></HTML>'],
  ['a ">" in an attribute of the body', '<body title="a > b" class=\'c>d\'>@<p>Hi</p></body>'],
  ['an attribute without quotes, with one in it', "<meta content=it's><body>@<p>it's</p>"],
  ['lines in the tag', '<body\n  class="a"\n>@<p>Hi</p>'],
  ['an empty comment', '<!--><body>@<p>Hi</p><!-- --></body>'],
  ['another empty comment', '<!---><body>@<p>Hi</p><!-- --></body>'],
  ['a comment that ends in a bang', '<!-- a --!><body>@<p>Hi</p><!-- --></body>'],
  ['a body in a comment', '<!-- <body> --><body>@<p>Hi</p></body>'],
  ['a body in a script', '<head><script>"<body>"</script></head><body>@<p>Hi</p></body>'],
  ['a body in a style', '<head><style>/* <body> */</style></head><body>@<p>Hi</p></body>'],
  ['a body in the title', '<head><title>How <body> is written</title></head><body>@<p>Hi</p></body>'],
  ['a body in an attribute', '<head><meta content="<body>"></head><body>@<p>Hi</p></body>'],
  ['a tag that only begins alike', '<head></head><bodyguard>x</bodyguard><body>@<p>Hi</p>'],
  ['a body for Outlook alone', '<!--[if mso]><body class="o"><![endif]--><body>@<p>Hi</p></body>'],
  ['a body for all but Outlook', '<!--[if !mso]><!--><body>@<!--<![endif]--><p>Hi</p></body>'],
  ['a table for Outlook', '<body>@<!--[if mso]><table><tr><td><![endif]--><p>Hi</p></body>'],
  ['a table', '<body>@<table><tr><td>Hi</td></tr></table></body>'],
  ['a fragment', '@<p>Hi</p>'],
  ['words alone', '@Hi'],
  ['a fragment that begins with a condition', '@{% if x %}<p>Hi</p>{% endif %}'],
  ['a page without a body tag', '<!doctype html><title>T</title><meta charset="utf-8">@\n<p>Hi</p>'],
  ['a page with a head only', '<html><head><style>p{}</style></head>@\n<p>Hi</p></html>'],
  ['a head with a condition', '<head>{% if x %}<style></style>{% endif %}</head>@<p>Hi</p>'],
  ['a preheader', '<body><div style="display:none">Look <b>in</b>side</div>@<p>Hi</p></body>'],
  ['a preheader in a span', "<body>\n<span style='color:red; display : none'>Look</span>@<p>Hi</p></body>"],
  ['a preheader behind a comment', '<body><!-- preheader --><div hidden>Look<div>in</div></div>@<p>Hi</p>'],
  ['a preheader with a merge field', '<body><div style="display:none">{{ line }}</div>@<p>Hi</p></body>'],
  ['hidden words further down', '<body>@<p>Hi</p><div style="display:none">x</div></body>'],
  ['a preheader that does not end', '<body>@<div style="display:none">Look<p>Hi</p>'],
  ['Liquid with quotes in the tag', '<body class="{{ x | default: "a>b" }}">@<p>Hi</p></body>'],
  ['Liquid with a ">" in the tag', '<body {% if n > 3 %}class="a"{% endif %}>@<p>Hi</p></body>'],
  ['a fragment that begins raw', '@{% raw %}Write {{ name }}{% endraw %} Hi'],
  ['a body in a comment of Liquid', '{% comment %}<body>{% endcomment %}<body>@<p>Hi</p></body>'],
  ['a body in each branch', '{% if x %}<body class="a">@{% else %}<body>@{% endif %}<p>Hi</p></body>'],
  [
    'a page in each branch',
    '{% case l %}{% when "de" %}<html><body>@<p>Hallo</p></body></html>{% else %}<html><body>@<p>Hi</p></body></html>{% endcase %}',
  ],
  ['a body in one branch of two', '{% if x %}<body class="a">{% else %}{% endif %}@<p>Hi</p>'],
  ['a body in a branch that may not be', '{% if x %}<body class="a">{% endif %}@<p>Hi</p>'],
];

describe('the pixel', () => {
  it.each(places)('has its place in %s', (_, marked) => {
    expect(placePixelSlot(marked.replaceAll('@', ''), '@')).toBe(marked);
  });

  it('is once in every copy, whichever branch it takes', async () => {
    const source =
      '{% if l == "de" %}<html><body><p>Hallo</p></body></html>{% elsif l == "fr" %}<html><body><p>Salut</p></body></html>{% else %}<html><body><p>Hi</p></body></html>{% endif %}';
    const { compiled } = await compileTemplate({ path: 'm.html', source }, 'S');
    const liquid = parseLiquid('html', compiled.html ?? '', { place: { file: 'm.html' }, lineOffset: 0 });
    for (const l of ['de', 'fr', 'en']) {
      const rendered = renderLiquid(liquid, { l, pixel: '<img>' });
      expect(rendered.ok && rendered.text).toMatch(/^<html><body><img><p>\w+<\/p><\/body><\/html>$/);
    }
  });

  it('is near the top however large the message is', () => {
    const html = `<html><head><style>${'p{color:red}'.repeat(500)}</style></head><body><p>${'word '.repeat(30_000)}</p></body></html>`;
    expect(placePixelSlot(html, '@').indexOf('@')).toBeLessThan(10 * 1024);
  });

  it('comes to an end in markup that does not', () => {
    for (const part of ['<', '<a ', '<!--', '<a b="', '</', '<style>', '{% if x %}'])
      placePixelSlot(part.repeat(20_000), '@');
  });

  it('is of one size, has no words and is not hidden', () => {
    expect(pixelElement('https://t.example.com/a')).toBe(
      '<img src="https://t.example.com/a" width="1" height="1" alt="" style="display:block;width:1px;height:1px;border:0">',
    );
  });
});

it('goes behind the preheader of each branch, however many there are', () => {
  const branch = '<body><div hidden>a<div></div></div>b';
  const html = `{% if a %}${branch}${`{% elsif b %}${branch}`.repeat(200)}{% else %}${branch}{% endif %}`;
  const placed = placePixelSlot(html, '@');
  expect(placed.split('</div></div>@b').length - 1).toBe(202);
  expect(placed.replaceAll('@', '')).toBe(html);
});
