import { displayWidth } from './display-width.js';

/**
 * Words in lines of at most `width` columns. A longer word has a line of its own, and is not broken: half an address or half a
 * path is of use to nobody. Chinese, Japanese and Korean have no blanks, so their lines end between two characters. A text of more than
 * 4,000 characters is cut: nobody reads fifty lines of one, and --json has all.
 */
export function wrap(whole: string, width: number): readonly string[] {
  const text = whole.length > mostCharacters ? `${whole.slice(0, mostCharacters)}…` : whole;
  const lines: string[] = [];
  let line = '';
  let taken = 0;
  for (const word of text.split(' ')) {
    for (const [index, piece] of pieces(word, width).entries()) {
      const wide = displayWidth(piece);
      const blank = index === 0 && line !== '' ? 1 : 0;
      if (line !== '' && taken + blank + wide > width) {
        lines.push(line);
        line = '';
        taken = 0;
      }
      line = line === '' ? piece : line + ' '.repeat(blank) + piece;
      taken = line === piece ? wide : taken + blank + wide;
    }
  }
  return [...lines, line];
}

/** As many are measured within a tenth of a second, whatever their script. */
const mostCharacters = 4_000;

/**
 * A command in lines that can be copied into a shell together: all but the last end with a backslash. What is in quotes stays on one line.
 */
export function wrapCommand(command: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of withTheirValues(shellWords(command), width)) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width - 2) {
      lines.push(`${line} \\`);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/** `--each people.csv` stays on one line. */
function withTheirValues(words: readonly string[], width: number): readonly string[] {
  const found: string[] = [];
  for (const word of words) {
    const before = found.at(-1) ?? '';
    const isValue = /^--?[a-z][a-z-]*$/.test(before) && !word.startsWith('-');
    if (isValue && displayWidth(before) + displayWidth(word) < width - 2)
      found.push(`${found.pop() ?? ''} ${word}`);
    else found.push(word);
  }
  return found;
}

/** Split at blanks outside quotes. */
function shellWords(command: string): readonly string[] {
  const words: string[] = [];
  let open = '';
  for (const part of command.split(' ')) {
    if (open === '') words.push(part);
    else words.push(`${words.pop() ?? ''} ${part}`);
    for (const character of part) {
      if (open === '' && (character === '"' || character === "'")) open = character;
      else if (character === open) open = '';
    }
  }
  return words;
}

/** Characters of two columns that a line may end before and behind. */
const ideographs = /[\u2E80-\u9FFF\uAC00-\uD7A3\uF900-\uFAFF\uFF00-\uFFEF\u{20000}-\u{3FFFF}]/u;

/** A word that is too long, cut where its script allows it. */
function pieces(word: string, width: number): readonly string[] {
  if (!ideographs.test(word) || displayWidth(word) <= width) return [word];
  const found: string[] = [];
  let isOpen = false;
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    const isWide = ideographs.test(segment);
    if (isOpen && !isWide) found.push(`${found.pop() ?? ''}${segment}`);
    else found.push(segment);
    isOpen = !isWide;
  }
  return found;
}
