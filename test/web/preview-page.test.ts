import { describe, expect, it } from 'vitest';
import { previewPage } from '../../src/web/preview-page.js';
import { fc } from '../properties/fast-check.js';

const copy = {
  row: 1,
  emailAddress: 'ann@example.com',
  header: [
    ['From', 'Me <me@example.com>'],
    ['To', 'ann@example.com'],
  ] as const,
  text: 'Hello Ann\n',
  html: '<p class="x">Hello Ann</p><img src="cid:logo@x">',
  page: '<p class="x">Hello Ann</p><img src="data:image/png;base64,aGk=">',
  attachments: [{ filename: 'plan.pdf', bytes: 12_288 }],
};

/** As a browser reads the value of an attribute. */
const unescapeHtml = (text: string) =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
const frames = (page: string) => [...page.matchAll(/<iframe\b[^>]*>/g)].map(([tag]) => tag);

describe('the preview page', () => {
  it('shows the HTML wide and narrow, in frames in which nothing runs', () => {
    const tags = frames(previewPage('Lunch', [copy], 3));
    expect(tags.map(tag => /\bwidth="(\d+)"/.exec(tag)?.[1])).toEqual(['768', '375']);
    for (const tag of tags) {
      expect(tag).toContain(' sandbox="" ');
      expect(unescapeHtml(/srcdoc="([^"]*)"/.exec(tag)?.[1] ?? '')).toBe(
        `${copy.page}<style>html{scrollbar-width:none}</style>`,
      );
    }
  });

  it('allows itself and the frames no script, no form, no frame and no style from elsewhere', () => {
    const page = previewPage('Lunch', [copy], 3);
    const policy = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(page)?.[1] ?? '';
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "style-src 'unsafe-inline'",
      'img-src https: data:',
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    expect(page.indexOf('Content-Security-Policy')).toBeLessThan(page.indexOf('<style>'));
    expect(page).not.toMatch(/<script|<link\b|@import|\son\w+=/i);
  });

  it('has a tab for HTML, text and source, each with its own radio button', () => {
    const page = previewPage('Lunch', [copy, { ...copy, row: 17 }], 20);
    expect(
      [...page.matchAll(/<label for="([^"]*)">([^<]*)/g)].map(([, id, title]) => `${id} ${title}`),
    ).toEqual([
      'tab-1-html HTML',
      'tab-1-text Text',
      'tab-1-source Source',
      'tab-17-html HTML',
      'tab-17-text Text',
      'tab-17-source Source',
    ]);
    expect(page.match(/ checked>/g)).toHaveLength(2);
    expect(page).toContain('2 of 20 copies');
    expect(page).toContain('<dt>Files</dt><dd><bdi>plan.pdf (12 KB)</bdi></dd>');
  });

  it('has the text alone where there is no HTML', () => {
    const page = previewPage('Lunch', [{ ...copy, html: undefined, page: undefined }], 1);
    expect(frames(page)).toEqual([]);
    expect(page.match(/<label/g)).toHaveLength(1);
  });

  it('lets nothing out of the place it was put into', () => {
    const hostile = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom(
        '"><script>alert(1)</script>',
        "' onload='x",
        '</pre></style><script>',
        '</iframe><b>',
        '&quot;>',
      ),
    );
    const shape = (page: string) =>
      page.match(/<[a-z/!][^>]*>/gi)?.map(tag => tag.replace(/srcdoc="[^"]*"/, '').slice(0, 8));
    const plain = {
      ...copy,
      emailAddress: 'x',
      header: [['Subject', 'x'] as const],
      text: 'x',
      html: 'x',
      page: 'x',
      attachments: [{ filename: 'x', bytes: 1 }],
    };
    const expected = shape(previewPage('x', [plain], 1));
    fc.assert(
      fc.property(hostile, text => {
        const filled = {
          ...plain,
          emailAddress: text,
          header: [['Subject', text] as const],
          text,
          html: text,
          page: text,
          attachments: [{ filename: text, bytes: 1 }],
        };
        const page = previewPage(text, [filled], 1);
        expect(shape(page)).toEqual(expected);
        for (const tag of frames(page))
          expect(unescapeHtml(/srcdoc="([^"]*)"/.exec(tag)?.[1] ?? '')).toContain(text);
      }),
    );
  });
});
