import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';
import { type Problem, Problems } from '../../../src/problem.js';

const link = (href: string, more = '') => `<link rel="stylesheet" href="${href}"${more}>`;

function compile(source: string, files: Readonly<Record<string, string>> = {}) {
  const includes = new Map(Object.entries(files));
  const root = { path: 'parts', workingFolder: '/w' };
  return compileTemplate({ path: 'mails/m.html', source: `{{ pixel }}${source}`, includes, root }, 'S');
}

async function htmlOf(source: string, files?: Readonly<Record<string, string>>) {
  const { compiled } = await compile(source, files);
  return (compiled.html ?? '').replace('{{ pixel | raw }}{% assign pixel = "" %}', '');
}

async function problemsOf(source: string, files?: Readonly<Record<string, string>>) {
  try {
    await compile(source, files);
    return [];
  } catch (error) {
    const problems = error instanceof Problems ? error.problems : [error as Problem];
    return problems.map(
      ({ message, where, fix }) => `${where?.file}:${where?.line}:${where?.column} ${message} / ${fix}`,
    );
  }
}

describe('a style sheet beside the template', () => {
  it('is inlined as if it stood there', async () => {
    const html = `${link('css/mail.css?v=2')}<p class="b">x</p><style>p { top: 1px }</style>`;
    expect(await htmlOf(html, { 'mails/css/mail.css': '.b { color: red }\np { top: 0 }' })).toBe(
      '<style>.b { color: red }\np { top: 0 }</style><p class="b" style="top: 1px; color: red">x</p><style>p { top: 1px }</style>',
    );
  });

  it('keeps its medium, and that it is to be left alone', async () => {
    const files = { 'mails/a.css': 'p { top: 0 }' };
    expect(await htmlOf(`${link('a.css', ' media="print"')}<style>b { top: 0 }</style><p>x</p>`, files)).toBe(
      '<style media="print">p { top: 0 !important }</style><style>b { top: 0 }</style><p>x</p>',
    );
    expect(await htmlOf(`${link('a.css', ' data-embed')}<p>x</p>`, files)).toBe(
      '<style>p { top: 0 }</style><p>x</p>',
    );
  });

  it('names its images from its own folder', async () => {
    const css = `p { background: url("img/a.png") } b { background: url(../b.png) url(https://x.example/c.png) }`;
    const { images } = await compile(`${link('css/mail.css')}<p>x</p><b>y</b>`, {
      'mails/css/mail.css': css,
    });
    expect([...images.keys()]).toEqual(['mails/css/img/a.png', 'mails/b.png']);
    expect([...images.values()][1]).toEqual({ file: 'mails/css/mail.css', line: 1, column: 56 });
  });

  it('may be one of the folder that the user names', async () => {
    const { images, compiled } = await compile(`${link('../parts/mail.css')}<p>x</p>`, {
      'parts/mail.css': 'p { background: url(a.png) }',
    });
    expect([...images.keys()]).toEqual(['parts/a.png']);
    expect(compiled.html).toContain('<p style=');
  });

  it('tells of its faults in the file itself', async () => {
    const source = `${link('a.css')}<style>p { top: 0 }</style><p>x</p>`;
    expect(await problemsOf(source, { 'mails/a.css': 'b {}\n {% if x %}p { top: 0 }{% endif %}' })).toEqual([
      'mails/a.css:2:2 {% if x %} cannot stand in a <style> whose rules are inlined / Put such rules into a <style data-embed> of their own.',
    ]);
    expect(await problemsOf(source, { 'mails/a.css': 'b {}\n</style><script>' })).toEqual([
      'mails/a.css:2:1 the end tag of a style element cannot stand in a style sheet / A style sheet holds rules alone, without <style> around them.',
    ]);
  });

  it.each([
    ['a.css', 'a.css is not there', 'undefined', 'mails/'],
    [
      '../a.css',
      'the style sheet ../a.css cannot be read: it leads out of the folder of the template and of --root',
      'Copy it into the folder of the template, or name a folder that holds it with --root.',
    ],
    [
      '%2e%2e/a.css',
      'the style sheet %2e%2e/a.css cannot be read: it leads out of the folder of the template and of --root',
      'Copy it into the folder of the template, or name a folder that holds it with --root.',
    ],
    [
      '/etc/passwd',
      'the style sheet /etc/passwd cannot be read: it is not relative to the folder of the template',
      'Copy it into the folder of the template, or name a folder that holds it with --root.',
    ],
    [
      'https://x.example/mail.css',
      'the style sheet https://x.example/mail.css is not read: mail clients would not',
      'Save it beside the template and link to that file, or copy its rules into a <style>.',
    ],
    [
      '{{ theme }}.css',
      'the style sheet {{ theme }}.css is not read: mail clients would not',
      'Save it beside the template and link to that file, or copy its rules into a <style>.',
    ],
  ])('is refused when it is %s', async (href, what, fix, folder = '') => {
    expect(await problemsOf(`<p>x</p>\n${link(href)}`)).toEqual([
      `mails/m.html:2:1 ${folder}${what} / ${fix}`,
    ]);
  });

  it.each([
    'https://fonts.googleapis.com/css2?family=Inter:wght@400;700&display=swap',
    '//fonts.bunny.net/css?family=inter',
    'https://use.typekit.net/abc1234.css',
    'https://x.example/assets/fonts.css',
  ])('is left to mail clients when it brings fonts: %s', async href => {
    const html = `${link(href.replaceAll('&', '&amp;'))}<p>x</p>`;
    expect(await htmlOf(html)).toBe(html);
  });

  it.each([
    '<!-- <link rel="stylesheet" href="a.css"> -->',
    '<link rel="icon" href="https://x.example/a.png">',
  ])('is none of %s', async html => {
    expect(await htmlOf(html)).toBe(html);
  });
});
