import { expect, it } from 'vitest';
import { unusedWord } from '../../src/merge/unused-word.js';

it('is the word itself, or the word with letters that nowhere follow it', () => {
  expect(unusedWord('a b', 'word')).toBe('word');
  expect(unusedWord('words wordaaaa', 'word')).toBe('wordbaaa');
});

it('is never in the text, whatever a long one has', () => {
  const first = Array.from({ length: 26 }, (_, at) => `word${String.fromCharCode(97 + at)}aaa`);
  const text = `word${'z'.repeat(100_000)} ${first.join()}`;
  const word = unusedWord(text, 'word');
  expect([text.includes(word), word.length]).toEqual([false, 8]);
});
