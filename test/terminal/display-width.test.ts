import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { displayWidth } from '../../src/terminal/display-width.js';

test('every character of the first planes is as wide as string-width says, alone and behind a letter', () => {
  const wrong = Array.from({ length: 0x3000 }, (_, index) => String.fromCharCode(index)).filter(
    character =>
      displayWidth(character) !== stringWidth(character) ||
      displayWidth(`a${character}`) !== stringWidth(`a${character}`),
  );
  expect(wrong).toEqual([]);
});

test('escape sequences take no column, wide characters and emoji take two', () => {
  expect(displayWidth('\u001B[1mbold\u001B[22m')).toBe(4);
  expect(displayWidth('日本')).toBe(4);
  expect(displayWidth('👩‍👩‍👧')).toBe(2);
  expect(displayWidth('“naïve” – “Zoë’s”…')).toBe(18);
});
