import type { ProtectedText } from './liquid-protection.js';
import { layOut } from './page-layout.js';

/**
 * The text part from the HTML, with the Liquid still protected: links as `text <url>`, no images (so never the
 * pixel), nothing that is hidden from readers of the HTML.
 */
export async function textFromHtml(html: string): Promise<string> {
  const { convert } = await import('html-to-text');
  const heading = { options: { uppercase: false } };
  const text = convert(html, {
    wordwrap: false,
    selectors: [
      { selector: 'img', format: 'skip' },
      { selector: '[style*="display:none"]', format: 'skip' },
      { selector: '[style*="display: none"]', format: 'skip' },
      // MJML's paragraphs are divs; without this they would run into each other.
      { selector: 'div', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } },
      { selector: 'a', options: { linkBrackets: ['<', '>'], hideLinkHrefIfSameAsText: true } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map(selector => ({ selector, ...heading })),
    ],
  });
  return `${text.trim()}\n`;
}

/** The HTML part of a plain text template: the same words, so that the copy can carry a pixel. */
export function htmlFromText(source: ProtectedText): string {
  const escaped = source.text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .trimEnd();
  return layOut(`<div style="white-space:pre-wrap">${escaped}</div>\n`);
}
