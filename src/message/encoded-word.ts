/** 45 octets are 60 characters of base64; with `=?UTF-8?B?` and `?=` 72 of the 75 a word may have. RFC 2047 §2 */
const wordOctets = 45;

/**
 * Text as encoded words: none is longer than 75 characters, none splits a character, and the blanks between them are no
 * part of the text. RFC 2047 §2, §5, §6.2
 */
export function encodeWords(text: string): string {
  const words: string[] = [];
  let word = '';
  for (const character of text) {
    if (word !== '' && Buffer.byteLength(word + character) > wordOctets) {
      words.push(word);
      word = '';
    }
    word += character;
  }
  return [...words, word].map(one => `=?UTF-8?B?${Buffer.from(one).toString('base64')}?=`).join(' ');
}

/**
 * Text that somebody wrote and that reads as an encoded word: unencoded, it would be shown as what it encodes, which
 * nobody has checked.
 */
export function readsAsEncodedWord(text: string): boolean {
  return text.includes('=?');
}
