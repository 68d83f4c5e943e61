/**
 * Text from outside (names, subjects, user agents, replies) as it may be shown: control characters, which could move the
 * cursor or rename the window, and characters that turn the direction of reading become visible escapes.
 */
export function visible(text: string): string {
  return text.replaceAll(
    /[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]/gu,
    character => {
      if (character === '\u200d') return character;
      const code = character.codePointAt(0) ?? 0;
      return code < 0x100
        ? `\\x${code.toString(16).padStart(2, '0')}`
        : `\\u${code.toString(16).padStart(4, '0')}`;
    },
  );
}
