import type { TextWords } from './liquid/text-words.js';

/** One empty line, however much the HTML has. */
const widestGap = 2;

/** As each token does (`liquid/liquid-protection.ts`), and hardly any line of words. */
const tokenBegins = 'zq';

/**
 * Lines of nothing but tags that print nothing leave no empty lines in a copy: the tags go to the start of the next line, and the
 * gap that they stood in is as wide as its wider half. A line at the end of a loop keeps its own gap, and what is wider follows.
 */
export function joinTagLines(text: string, words: TextWords): string {
  let joined = '';
  let tags = '';
  // Line ends since the last words or tags, the most of them so far, and those already written.
  let gap = 0;
  let widest = 0;
  let written = 0;
  const write = (line: string) => {
    widest = Math.min(widestGap, Math.max(widest, gap));
    const missing = joined === '' ? 0 : Math.max(0, widest - written);
    joined += '\n'.repeat(missing) + tags + line;
    written += missing;
    tags = '';
  };
  for (const line of text.split('\n')) {
    const found = tagsIn(line, words);
    if (line.trim() === '') {
      gap += 1;
    } else if (found !== undefined) {
      widest = Math.max(widest, gap);
      tags += found.join('');
      if (found.some(word => /^\{%\s*endfor\b/.test(words.liquidOf(word)))) write('');
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
function tagsIn(line: string, words: TextWords): readonly string[] | undefined {
  const trimmed = line.trim();
  if (!trimmed.startsWith(tokenBegins)) return undefined;
  // A token ends in a letter after its number, so the next one begins behind it.
  const found = trimmed.split(/\s+|(?<=\dq)(?=zq)/);
  return found.every(word => words.isSilent(word)) ? found : undefined;
}
