import { describe, expect, it } from 'vitest';
import { Tokenizer } from '../../../src/merge/liquid/liquidjs.js';

describe('places of Liquid tokens', () => {
  it('count lines and columns from 1', () => {
    const tokens = new Tokenizer('{{ a }}\n\n  b{{ c }}\n{% d %}').readTopLevelTokens();
    expect(tokens.map(token => token.getPosition())).toEqual([
      [1, 1],
      [1, 8],
      [3, 4],
      [3, 11],
      [4, 1],
    ]);
  });
});
