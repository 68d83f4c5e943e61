import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';

describe('a raw block', () => {
  const inMjml = (body: string) => `<mjml><mj-body>${body}</mj-body></mjml>`;
  const half = 'the beginning or the end of a comment stands in {% raw %}';
  const components = 'components of MJML stand in {% raw %}, where they are not compiled';

  it.each([
    ['m.html', '<!-- {% raw %} --><p>{{ x }}</p><!-- {% endraw %} -->', half, 6],
    ['m.html', '<p>a</p>{% raw %}<!-- {% endraw %}b --><p>c</p>', half, 9],
    ['m.md', 'Hi\n<!-- {% raw %} -->\ntext\n<!-- {% endraw %} -->\n', half, 6],
    ['m.html', '<p>{% raw %}<!-- a --><!-- b{% endraw %}</p>', half, 4],
    ['m.mjml', inMjml('{% raw %}<mj-section></mj-section>{% endraw %}'), components, 16],
  ])('with markup that others have to read is refused: %s %s', async (path, source, message, column) => {
    await expect(compileTemplate({ path, source }, 'S')).rejects.toMatchObject({
      code: 'template-syntax',
      message,
      where: { file: path, column },
      fix: 'Put {% raw %} and {% endraw %} around words alone.',
    });
  });

  it('may have a whole comment, and in text anything', async () => {
    const html = '<p>{% raw %}<!-- a -->{{ b }}{% endraw %}</p>';
    expect((await compileTemplate({ path: 'm.html', source: html }, 'S')).compiled.html).toContain('{{ b }}');
    const text = await compileTemplate({ path: 'm.txt', source: 'a {% raw %}--> {{ b }}{% endraw %}' }, 'S');
    expect(text.compiled.text).toContain('--> {{ b }}');
  });
});
