import { expect, it } from 'vitest';
import { verdictsTogether } from '../../src/tracking/fetches-together.js';
import { ruleSentence } from '../../src/tracking/rule-words.js';
import { rules, unrecognized } from '../../src/tracking/rules.js';

it('has a sentence for every rule that can judge a fetch', () => {
  const ids = [...rules.map(({ id }) => id), unrecognized.rule, ...verdictsTogether.map(({ rule }) => rule)];
  expect(ids.filter(id => !/^[A-Z].*\.$/.test(ruleSentence(id)))).toEqual([]);
});

it('says nothing of a rule that is no more', () => {
  expect(ruleSentence('of-an-earlier-version')).toBe('');
});
