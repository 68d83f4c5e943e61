import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';
import { Problems } from '../../src/problem.js';

async function problemsOf(path: string, source: string): Promise<readonly string[]> {
  const error = await compileTemplate({ path, source }, 'Hi').catch((thrown: unknown) => thrown);
  if (!(error instanceof Problems)) return [];
  return error.problems.map(
    ({ where, message, fix }) => `${where?.file}:${where?.line}:${where?.column}: ${message}\n  ${fix}`,
  );
}

describe('Liquid in a tag', () => {
  it('is refused outside quotes, with its place', async () => {
    expect(await problemsOf('m.html', '<p>\n<td width={{ w }} {{ a }}>x</td>')).toEqual([
      [
        'm.html:2:11: {{ w }} stands in a tag without quotes around it',
        '  Put it into quotes: name="{{ w }}". A value with a blank in it would be read as another attribute.',
      ].join('\n'),
      [
        'm.html:2:19: {{ a }} stands in a tag without quotes around it',
        '  Put it into quotes: name="{{ a }}". A value with a blank in it would be read as another attribute.',
      ].join('\n'),
    ]);
  });

  it.each([
    '<td width="{{ w }}">x</td>',
    "<td width='{{ w }}'>x</td>",
    '<td {% if w %}width="{{ w }}"{% endif %}>x</td>',
    '<p>a < {{ w }} > b</p>',
    '<p>{{ w }}</p>',
    '<!-- <td width={{ w }}> -->',
    '<style>p > a { width: {{ w }} }</style>',
    '<title>a <b {{ w }}></title>',
    '{{ w }}<br>',
  ])('is held by quotes, or is in no tag: %s', async source => {
    expect(await problemsOf('m.html', source)).toEqual([]);
  });

  it('is found in the HTML inside of MJML and of Markdown', async () => {
    const mjml = '<mjml><mj-body><mj-raw><p class={{ w }}>x</p></mj-raw></mj-body></mjml>';
    expect(await problemsOf('m.mjml', mjml)).toHaveLength(1);
    expect(await problemsOf('m.md', '# Hi\n\n<p class={{ w }}>x</p>\n')).toHaveLength(1);
    expect(await problemsOf('m.md', '# Hi\n\n`<p class={{ w }}>x</p>`\n')).toEqual([]);
  });
});
