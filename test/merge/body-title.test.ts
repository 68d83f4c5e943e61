import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { parseLiquid, renderLiquid } from '../../src/merge/liquid/liquid.js';

async function subjectOf(path: string, source: string, fields: Record<string, string> = {}) {
  const { compiled } = await compileTemplate({ path, source }, undefined);
  const subject = parseLiquid('text', compiled.subject, { place: { file: path }, lineOffset: 0 });
  const rendered = renderLiquid(subject, fields);
  return rendered.ok ? rendered.text.trim() : rendered;
}

describe('the first heading of Markdown', () => {
  it.each([
    ['# News', 'News'],
    ['text\n\n## News ##\n# Other', 'News'],
    ['#\tNews \t##\t', 'News'],
    ['# C#', 'C#'],
    ['#\t\t\n\n# #\r\n# News\r\n', 'News'],
    ['News\n====\n\n# Other', 'News'],
    ['Two\nlines\n---\n\ntext', 'Two lines'],
    ['  ## News', 'News'],
    ['# The *autumn* [menu](https://x.example/m) in `Bonn`', 'The autumn menu in Bonn'],
    ['# Caf&eacute; \\*new\\* &mdash; ![Logo](https://x.example/i.png)', 'Café *new* — Logo'],
    ['# A<br>B <b>C</b>', 'A B C'],
    ['```sh\n# install\n```\n\n# News', 'News'],
    ['    # code\n\n# News', 'News'],
    ['~~~\n# a\n~~~\n\nNews\n===', 'News'],
    ['<!-- # Old -->\n\n# News', 'News'],
    ['> # Quoted\n\n- # Item\n\n# News', 'News'],
    ['{% comment %}\n# Old\n{% endcomment %}\n# News', 'News'],
    ['# {% raw %}{{ name }}{% endraw %}', '{{ name }}'],
    ['# &#123;&#123; name }}', '{{ name }}'],
  ])('of %j', async (source, title) => {
    expect(await subjectOf('m.md', source)).toBe(title);
  });

  it.each(['#News\n\n####### News', '```\n# News\n```', '    # News', 'text'])(
    'is not there: %j',
    async source => {
      await expect(subjectOf('m.md', source)).rejects.toThrow('the message has no subject');
    },
  );

  it('has the fields of the reader', async () => {
    const source = '# {{ name }}’s *{{ what | default: "a &amp; b" }}*';
    expect(await subjectOf('m.md', source, { name: 'O*Neil*' })).toBe('O*Neil*’s a &amp; b');
  });
});

describe('a title in a branch', () => {
  const markdown =
    '{% if vip == "y" %}\n# For you\n{% elsif vip == "m" %}\n# Maybe\n{% else %}\nNews\n====\n{% endif %}\n\n# Below';
  const html =
    '<head>{% if vip == "y" %}<title>For you</title>{% elsif vip == "m" %}<title>Maybe</title>{% else %}<title>News</title>{% endif %}</head><title>Below</title><p>x';
  it.each([
    ['m.md', markdown],
    ['m.html', html],
  ])('is that of the people the branch is for: %s', async (path, source) => {
    expect(await subjectOf(path, source, { vip: 'y' })).toBe('For you');
    expect(await subjectOf(path, source, { vip: 'm' })).toBe('Maybe');
    expect(await subjectOf(path, source, { vip: 'n' })).toBe('News');
  });

  it.each([
    ['m.md', '{% if vip == "y" %}\n# For you\n{% endif %}\n\n# News'],
    ['m.md', '# {% if vip == "y" %}For you{% else %}News{% endif %}'],
    ['m.html', '{% if vip == "y" %}<title>For you</title>{% else %}<title>News</title>{% endif %}<p>x</p>'],
    [
      'm.html',
      '{% case vip %}{% when "y" %}<title>For you</title>{% else %}<title>News</title>{% endcase %}',
    ],
    ['m.html', '{% unless vip == "y" %}{% else %}<title>For you</title>{% endunless %}<title>News</title>'],
    ['m.html', '{% case vip %}{% when "y" %}<title>For you</title>{% endcase %}<title>News</title>'],
    [
      'm.html',
      '{% for i in (1..3) %}{% if vip == "y" %}<title>For you</title>{% endif %}{% endfor %}<title>News</title>',
    ],
  ])('gives way to the next where it is not shown: %s %s', async (path, source) => {
    expect(await subjectOf(path, source, { vip: 'y' })).toBe('For you');
    expect(await subjectOf(path, source, { vip: 'n' })).toBe('News');
  });
});

/** Every character reference of HTML that has a name, as Python's library has them. HTML §13.5 */
const named = spawnSync('python3', [
  '-c',
  'import html.entities, json; print(json.dumps(html.entities.html5))',
]);
const references: [string, string][] =
  named.status === 0 ? Object.entries(JSON.parse(String(named.stdout))) : [];

describe('the title of HTML', () => {
  it.skipIf(references.length === 0)('has all 2,125 named references of HTML decoded', async () => {
    const closed = references.filter(([name]) => name.endsWith(';'));
    expect(closed).toHaveLength(2125);
    const title = closed.map(([name]) => `&${name}`).join(' x ');
    const words = closed.map(([, characters]) => characters).join(' x ');
    const source = `<title>${title}</title><p>x`;
    expect(await subjectOf('m.html', source)).toBe(words.replaceAll(/\s+/g, ' ').trim());
    expect(await subjectOf('m.md', `# x ${title.replaceAll('&grave;', '')}`)).toContain('¬');
  });

  it.each([
    ['<head><TITLE lang="en">A\nB</title >', 'A B'],
    ['<titles>a</titles><title>b</title>', 'b'],
    ['<!-- <title>Old</title> --><title>New</title>', 'New'],
    ['<!--[if mso]><title>Old</title><![endif]--><title>New</title\n>', 'New'],
    ['<script>"<title>Old</title>"</script><title>New</title>', 'New'],
    ['<p>{% comment %}<title>Old</title>{% if %}{% endcomment %}</p><title>New</title>', 'New'],
    ['<svg><title>A drawing</title></svg><title>New</title>', 'New'],
    ['<template><title>Old</title></template><title>New</title>', 'New'],
    ['<svg><template><title>Old</title></template></svg><title>New</title>', 'New'],
    ['<title> </title><title>New</title>', 'New'],
    ['{% if x %}<style>p{}</style>{% endif %}<title>New</title>', 'New'],
    ['{% assign g = "Hello" %}<title>{{ g }} you</title>', 'Hello you'],
    ['{% capture g %}Caf&eacute; {{ x }}{% endcapture %}<title>{{ g }}</title>', 'Café 1'],
    [
      '{% capture g %}<p><img></p>{% endcapture %}<title>{% if g == "" %}none{% else %}one{% endif %}</title>',
      'one',
    ],
    [
      '{% capture g %}a &amp; {{ x }}{% endcapture %}<title>{% if g == "a & 1" %}{{ g }}{% endif %}</title>',
      'a & 1',
    ],
    ['<title>Caf&eacute; News &mdash; &euro;5</title>', 'Café News — €5'],
    ['<title>a &lt;b&gt; &amp;amp; &#8364; &#x20ac; &#128;</title>', 'a <b> &amp; € € €'],
    ['<title>{{ x | append: "&amp;" }} &notit; &amp</title>', '1&amp; ¬it; &'],
    ['<title>&#123;% if %} &lcub;&lcub; x }}</title>', '{% if %} {{ x }}'],
  ])('of %s', async (source, title) => {
    expect(await subjectOf('m.html', `${source}<p>x</p>`, { x: '1' })).toBe(title);
  });

  it('is that of MJML, but none in a comment', async () => {
    const source =
      '<mjml><mj-head><!-- <mj-title>Old</mj-title> --><mj-title>Caf&eacute;</mj-title><mj-title>B</mj-title></mj-head><mj-body></mj-body></mjml>';
    expect(await subjectOf('m.mjml', source)).toBe('Café');
  });
});
