import { describe, expect, it } from 'vitest';
import { partsOf } from './rendered-parts.js';

const icon = '<img src="https://x.example/i.png" alt="">';
const link = (words: string, href = 'https://x.example/a') => `<a href="${href}">${words}</a>`;
const row = (...cells: readonly string[]) =>
  `<table><tr>${cells.map(cell => `<td>${cell}</td>`).join('')}</tr></table>`;

describe('the link of an icon', () => {
  it.each([
    ['is not told twice beside its name', row(link(icon), link('Name')), 'Name <https://x.example/a>\n'],
    [
      'is not told twice behind its name',
      `<p>${link('Name')} ${link(icon)}</p>`,
      'Name <https://x.example/a>\n',
    ],
    [
      'is told where the name leads elsewhere',
      row(link(icon), link('Name', 'https://x.example/b')),
      'https://x.example/a\nName <https://x.example/b>\n',
    ],
    [
      'is told where words stand between',
      `<p>${link(icon)} or ${link('Name')}</p>`,
      'https://x.example/a or Name <https://x.example/a>\n',
    ],
    [
      'is told where a condition stands between',
      `<p>{% if n %}${link(icon)}{% endif %}${link('Name')}</p>`,
      'https://x.example/a Name <https://x.example/a>\n',
    ],
    [
      'is told when it has a name of its own',
      row(link(icon.replace('alt=""', 'alt="A"')), link('Name')),
      'A <https://x.example/a>\nName <https://x.example/a>\n',
    ],
    [
      'may have Liquid',
      row(link(icon, 'https://x.example/{{ n }}'), link('Name', 'https://x.example/{{ n }}')),
      'Name <https://x.example/1>\n',
    ],
  ])('%s', async (_, source, text) => {
    expect((await partsOf(source, { n: '1' })).text.trimStart()).toBe(text);
  });
});

it('a carousel shows all its pictures with their links, and nothing to press', async () => {
  const images = [1, 2, 3].map(
    n =>
      `<mj-carousel-image src="https://x.example/${n}.png" alt="Picture ${n}" href="https://x.example/${n}" />`,
  );
  const source = `<mjml><mj-body><mj-section><mj-column><mj-carousel left-icon="https://x.example/l.png" right-icon="https://x.example/r.png">${images.join('')}</mj-carousel></mj-column></mj-section></mj-body></mjml>`;
  expect((await partsOf(source, {}, 'm.mjml')).text).toBe(
    'Picture 1 <https://x.example/1>\n\nPicture 2 <https://x.example/2>\n\nPicture 3 <https://x.example/3>\n',
  );
});

it('an element of mj-social has its link once', async () => {
  const source =
    '<mjml><mj-body><mj-section><mj-column><mj-social><mj-social-element name="github" href="https://x.example/">Our code</mj-social-element></mj-social></mj-column></mj-section></mj-body></mjml>';
  expect((await partsOf(source, {}, 'm.mjml')).text).toBe('Our code <https://x.example/>\n');
});
