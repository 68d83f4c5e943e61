const hidden =
  /[\x00-\x1f\x7f-\x9f\u061c\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu;

/** From here on escapes are written one by one: an expression makes garbage of each. */
const manyCharacters = 4_000;

/**
 * Text from outside (names, subjects, user agents, replies) as it may be shown: control characters, which could move the
 * cursor or rename the window, and characters that turn the direction of reading become visible escapes.
 */
export function visible(text: string): string {
  if (text.length < manyCharacters)
    return text.replaceAll(hidden, character => escapeOf(character.charCodeAt(0)));
  return text.search(hidden) !== -1 ? withEscapes(text) : text;
}

function escapeOf(code: number): string {
  return code < 0x100
    ? `\\x${code.toString(16).padStart(2, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`;
}

/** Six units are the longest escape. */
function withEscapes(text: string): string {
  const units = Buffer.allocUnsafe(2 * 6 * text.length);
  const escapes = new Map<number, string | undefined>();
  let length = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (isPair(code, text.charCodeAt(at + 1))) {
      length = units.writeUInt16LE(code, length);
      at += 1;
      length = units.writeUInt16LE(text.charCodeAt(at), length);
      continue;
    }
    if (!escapes.has(code))
      escapes.set(code, text.charAt(at).search(hidden) !== -1 ? escapeOf(code) : undefined);
    const escaped = escapes.get(code);
    if (escaped === undefined) length = units.writeUInt16LE(code, length);
    else
      for (let digit = 0; digit < escaped.length; digit += 1)
        length = units.writeUInt16LE(escaped.charCodeAt(digit), length);
  }
  return units.toString('utf16le', 0, length);
}

/** Of surrogates that are one character. */
function isPair(code: number, next: number): boolean {
  return code >= 0xd800 && code < 0xdc00 && next >= 0xdc00 && next < 0xe000;
}
