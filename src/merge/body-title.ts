/** What a template's body says its title is, for a message whose subject nobody gave. Each reads the text once. */
import { trimBlanks } from '../message/blanks.js';
import { withoutTrailing } from '../text-scan.js';

/** @returns as it is written there, not decoded; undefined when there is none. */
export function titleInBody(kind: 'mjml' | 'html' | 'md' | 'txt', text: string): string | undefined {
  if (kind === 'mjml') return contentOf(text, /<mj-title\b/i, /<\/mj-title>/gi);
  if (kind === 'html') return contentOf(text, /<title\b/i, /<\/title>/gi);
  return kind === 'md' ? firstHeading(text) : undefined;
}

/** Of the first element, since what does not end there ends nowhere. */
function contentOf(text: string, opening: RegExp, closing: RegExp): string | undefined {
  const begins = opening.exec(text)?.index;
  const from = begins === undefined ? -1 : text.indexOf('>', begins) + 1;
  if (from <= 0) return undefined;
  closing.lastIndex = from;
  const end = closing.exec(text)?.index;
  return end === undefined ? undefined : text.slice(from, end);
}

const heading = /^#{1,6}[ \t](.*)/gm;

/** The first ATX heading that has words. CommonMark §4.2 */
function firstHeading(text: string): string | undefined {
  for (const [, written = ''] of text.matchAll(heading)) {
    const words = withoutClosingMarks(trimBlanks(written));
    if (words !== '') return words;
  }
  return undefined;
}

/** `## Title ##`: the marks at the end stand behind a blank, or they are words, as in `# C#`. */
function withoutClosingMarks(words: string): string {
  const rest = withoutTrailing(words, '#');
  if (rest === '') return '';
  return /[ \t]$/.test(rest) ? trimBlanks(rest) : words;
}
