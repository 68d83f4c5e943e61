import type { FormatCallback } from 'html-to-text';
import type { ProtectedText } from './liquid/liquid-protection.js';
import type { PageLanguage } from './page-language.js';
import { layOut } from './page-layout.js';

/**
 * The text part from the HTML, with the Liquid still protected: links as `text <url>`, images as their `alt`, tables as
 * lines (so never the pixel), nothing that is hidden from readers of the HTML.
 */
export async function textFromHtml(html: string, source: ProtectedText): Promise<string> {
  const [{ convert }, { formatTable }] = await loadTextWriter();
  const heading = { options: { uppercase: false } };
  const text = convert(html, {
    wordwrap: false,
    formatters: { mailTable: formatTable, words: formatImage, numbers: formatNumbers },
    selectors: [
      { selector: 'ol', format: 'numbers' },
      { selector: 'ol[start]', format: 'orderedList' },
      { selector: 'img', format: 'words' },
      { selector: 'table', format: 'mailTable' },
      // MJML's paragraphs are divs; without this they would run into each other.
      { selector: 'div', options: { leadingLineBreaks: 2, trailingLineBreaks: 2 } },
      { selector: 'a', options: { linkBrackets: ['<', '>'], hideLinkHrefIfSameAsText: true } },
      ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6'].map(selector => ({ selector, ...heading })),
      ...['[hidden]', '[style*="display:none"]', '[style*="display: none"]'].map(selector => ({
        selector,
        format: 'skip',
      })),
    ],
  });
  return joinTagLines(text.trimEnd(), source);
}

/** Loaded for templates alone. */
export function loadTextWriter() {
  return Promise.all([import('html-to-text'), import('./text-tables.js')]);
}

/** What an image says to those who do not see it; decoration says nothing. */
const formatImage: FormatCallback = (image, _walk, builder) => {
  const alt = image.attribs?.['alt'] as string | undefined;
  if (alt) builder.addInline(alt);
};

/** A number is written once, and a loop would repeat it: such a list is one without numbers. */
const formatNumbers: FormatCallback = (list, walk, builder) => {
  const hasTags = list.children.some(({ type, data = '' }) => type === 'text' && data.trim() !== '');
  if (hasTags) list.name = 'ul';
  else list.attribs = { ...list.attribs, start: '1' };
  walk([list], builder);
};

/** Tags that say which text there is and are none themselves. */
const control =
  /^\{%-?\s*(?:if|elsif|else|endif|unless|endunless|case|when|endcase|for|endfor|break|continue|assign|capture|endcapture|comment|endcomment)\b/;

/** One empty line, however much the HTML has. */
const widestGap = 2;

/**
 * Lines of nothing but such tags leave no empty lines in a copy: they go to the start of the next line, and the gap that
 * they stood in is as wide as its wider half. A line at the end of a loop keeps its own gap, and what is wider follows.
 */
function joinTagLines(text: string, { tokens }: ProtectedText): string {
  const controls = new Map(
    // White space that `{%-` eats belongs to the HTML; here it would be the line ends between words.
    tokens
      .filter(({ liquid }) => control.test(liquid))
      .map(({ token, liquid }) => [token, liquid.replace(/^\{%-/, '{%').replace(/-%\}$/, '%}')]),
  );
  let joined = '';
  let tags = '';
  // Line ends since the last words or tags, the most of them so far, and those already written.
  let gap = 0;
  let widest = 0;
  let written = 0;
  const write = (words: string) => {
    widest = Math.min(widestGap, Math.max(widest, gap));
    const missing = joined === '' ? 0 : Math.max(0, widest - written);
    joined += '\n'.repeat(missing) + tags + words;
    written += missing;
    tags = '';
  };
  for (const line of text.split('\n')) {
    const found = tagsIn(line, controls);
    if (line.trim() === '') {
      gap += 1;
    } else if (found !== undefined) {
      widest = Math.max(widest, gap);
      tags += found;
      if (/\{%\s*endfor\b/.test(found)) write('');
      gap = 1;
    } else {
      write(line);
      gap = 1;
      widest = 0;
      written = 0;
    }
  }
  return `${joined}${written > 0 ? '' : '\n'}${tags}`;
}

/** The tags of a line that has nothing else; undefined when it has. */
function tagsIn(line: string, controls: ReadonlyMap<string, string>): string | undefined {
  // A token ends in a letter after its number, so the next one begins behind it.
  const words = line.trim().split(/\s+|(?<=\dq)(?=zq)/);
  return words.every(word => controls.has(word)) ? words.map(word => controls.get(word)).join('') : undefined;
}

/** The HTML part of a plain text template: the same words, so that the copy can carry a pixel. */
export function htmlFromText(source: ProtectedText, language?: PageLanguage): string {
  const escaped = source.text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .trimEnd();
  return layOut(`<div style="white-space:pre-wrap">${escaped}</div>\n`, language);
}
