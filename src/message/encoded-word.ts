/** 45 octets are 60 characters of base64; with `=?UTF-8?B?` and `?=` 72 of the 75 a word may have. RFC 2047 §2 */
const wordOctets = 45;

/**
 * Text as encoded words: none is longer than 75 characters, none splits a character, and the blanks between them are no
 * part of the text. RFC 2047 §2, §5, §6.2
 */
export function encodeWords(text: string): string {
  const octets = Buffer.from(text);
  const words: string[] = [];
  for (let start = 0; start < octets.length || words.length === 0; ) {
    let end = Math.min(start + wordOctets, octets.length);
    while (end < octets.length && isWithinCharacter(octets[end] as number)) end -= 1;
    words.push(`=?UTF-8?B?${octets.toString('base64', start, end)}?=`);
    start = end;
  }
  return words.join(' ');
}

/** Every octet of UTF-8 behind the first of a character. RFC 3629 §3 */
function isWithinCharacter(octet: number): boolean {
  return (octet & 0xc0) === 0x80;
}

/**
 * Text that somebody wrote and that reads as an encoded word: unencoded, it would be shown as what it encodes, which
 * nobody has checked.
 */
export function readsAsEncodedWord(text: string): boolean {
  return text.includes('=?');
}
