/** Words of a user agent, which is in lower case. A word ends where no letter or digit follows: "spark" is none of "sparkpost". */

/** @returns whether one of the words is in the text, neither preceded nor followed by a letter or a digit. */
export function hasWord(text: string, words: readonly string[]): boolean {
  return words.some(word => isIn(text, word, at => !isAlphanumeric(text.charCodeAt(at))));
}

/** @returns whether one of the names is in the text as a product with its version: "evolution/3.46", "spark 3". */
export function hasProduct(text: string, names: readonly string[]): boolean {
  return names.some(name =>
    isIn(text, name, at => (text[at] === '/' || text[at] === ' ') && isDigit(text.charCodeAt(at + 1))),
  );
}

function isIn(text: string, word: string, endsAt: (index: number) => boolean): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1))
    if (!isAlphanumeric(text.charCodeAt(at - 1)) && endsAt(at + word.length)) return true;
  return false;
}

/** False for NaN, which stands before the first character and behind the last. */
function isAlphanumeric(code: number): boolean {
  return isDigit(code) || (code >= 0x61 && code <= 0x7a);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
