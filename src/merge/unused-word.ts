const letters = 'abcdefghijklmnopqrstuvwxyz';
/** Letters behind the word: more combinations than a template of 2 MB has room for. */
const codeLength = 4;

/** The word if the text does not have it, else the word and some letters that nowhere follow it in the text. */
export function unusedWord(text: string, word: string): string {
  if (!text.includes(word)) return word;
  const taken = new Set<string>();
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    taken.add(text.slice(end, end + codeLength));
  }
  for (let number = 0; ; number += 1) {
    const code = codeOf(number);
    if (!taken.has(code)) return word + code;
  }
}

function codeOf(number: number): string {
  let code = '';
  for (let rest = number; code.length < codeLength; rest = Math.floor(rest / letters.length)) {
    code += letters[rest % letters.length];
  }
  return code;
}
