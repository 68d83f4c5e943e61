/**
 * What a text has to say: the beginning of words (`disab` is in "disabled", and `list` is not in "blacklist"; a blank at the end asks for
 * whole words), or one of some words with one of others behind it, at most so many characters apart.
 */
export type Wording = string | readonly [readonly string[], number, readonly string[]];

/** Wordings as a table writes them: with bars between them, and `$` where a word ends. */
export function listed(text: string): readonly string[] {
  return text.split('|').map(one => one.trim().replaceAll(/\s+/g, ' ').replaceAll('$', ' '));
}

/**
 * A text as `says` asks for it: letters and digits in lower case, one blank between words and at both ends. Addresses are left out, since
 * their words are somebody's name; `couldn't` is `could not`.
 */
export function plainWords(text: string): string {
  if (!/[\p{L}\p{N}]/u.test(text)) return '  ';
  const words = text
    .toLowerCase()
    .split(/\s/)
    .map(withoutAddress)
    .join(' ')
    .replaceAll(/can(?:no|['’])t\b/g, 'can not')
    .replaceAll(/n['’]t\b/g, ' not')
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ');
  return ` ${words.trim()} `;
}

/** `FROM:` of `FROM:<a@b.example>`. */
function withoutAddress(word: string): string {
  const at = word.indexOf('@');
  return at === -1 ? word : word.slice(0, Math.max(word.lastIndexOf('<', at), 0));
}

/** Whether a text begins with one of these. @param words as `plainWords` makes them. */
export function beginsWith(words: string, phrases: readonly string[]): boolean {
  return phrases.some(phrase => words.startsWith(` ${phrase}`));
}

/** Whether a text ends with one of these, as whole words. */
export function endsWith(words: string, phrases: readonly string[]): boolean {
  return phrases.some(phrase => words.endsWith(` ${phrase} `));
}

/** Whether a text says one of these. @param words as `plainWords` makes them. */
export function says(words: string, wordings: readonly Wording[]): boolean {
  return wordings.some(wording =>
    typeof wording === 'string' ? words.includes(` ${wording}`) : saysBoth(words, wording),
  );
}

function saysBoth(
  words: string,
  [first, within, second]: readonly [readonly string[], number, readonly string[]],
): boolean {
  return first.some(one => {
    for (let at = words.indexOf(` ${one}`); at !== -1; at = words.indexOf(` ${one}`, at + 1)) {
      const end = at + one.length;
      const behind = words.slice(end, end + within + longest + 2);
      if (second.some(other => isWithin(behind.indexOf(` ${other}`), within))) return true;
    }
    return false;
  });
}

/** Characters of the longest word that is asked for. */
const longest = 40;

function isWithin(place: number, within: number): boolean {
  return place !== -1 && place <= within + 1;
}
