import { describe, expect, it } from 'vitest';
import { bindWhere, parseWhere, type Where } from '../../src/recipients/where.js';
import { fc } from '../properties/fast-check.js';

function parse(text: string): Where {
  const where = parseWhere(text);
  if (!where.ok) throw new Error(where.why);
  return where.value;
}

/** Whether the row is kept, of a list with these columns. */
function keeps(text: string, row: Readonly<Record<string, string>>): boolean {
  const bound = bindWhere(parse(text), Object.keys(row), 'people.csv');
  if (typeof bound !== 'function') throw new Error(bound[0]?.message);
  return bound(Object.values(row));
}

describe('an expression', () => {
  it.each([
    ['city = Bonn', [{ column: 'city', test: '=', value: 'bonn' }]],
    ['city=Bonn', [{ column: 'city', test: '=', value: 'bonn' }]],
    ['  city   !=   Bonn  ', [{ column: 'city', test: '!=', value: 'bonn' }]],
    ['email ~ @example.com', [{ column: 'email', test: '~', value: '@example.com' }]],
    ['vip is empty', [{ column: 'vip', test: 'is empty', value: '' }]],
    ['vip IS  Not Empty', [{ column: 'vip', test: 'is not empty', value: '' }]],
    [
      '"First Name" = "Ann \'A\' or and Co"',
      [{ column: 'First Name', test: '=', value: "ann 'a' or and co" }],
    ],
    [`city = 'say "x"'`, [{ column: 'city', test: '=', value: 'say "x"' }]],
    ['city = ""', [{ column: 'city', test: '=', value: '' }]],
    ["name = O'Brien", [{ column: 'name', test: '=', value: "o'brien" }]],
    ['link = a=b', [{ column: 'link', test: '=', value: 'a=b' }]],
    ['is is empty', [{ column: 'is', test: 'is empty', value: '' }]],
    [
      'and = and and city ~ o AND vip is not empty',
      [
        { column: 'and', test: '=', value: 'and' },
        { column: 'city', test: '~', value: 'o' },
        { column: 'vip', test: 'is not empty', value: '' },
      ],
    ],
  ])('%j is read', (text, conditions) => {
    expect(parse(text)).toEqual(conditions);
  });

  it.each([
    ['', 'the name of a column is expected at the end'],
    ['= Bonn', 'the name of a column is expected before "= Bonn"'],
    ['"" = Bonn', 'the name of a column is expected before "= Bonn"'],
    ['city', '=, !=, ~, "is empty" or "is not empty" is expected at the end'],
    ['first name = Ann', '=, !=, ~, "is empty" or "is not empty" is expected before "name = Ann"'],
    ['vip is emptyish', '=, !=, ~, "is empty" or "is not empty" is expected before "is emptyish"'],
    ['age > 3', '=, !=, ~, "is empty" or "is not empty" is expected before "> 3"'],
    ['city =', 'what to compare "city" with is expected at the end'],
    ['city == Bonn', 'what to compare "city" with is expected before "= Bonn"'],
    ['city = "Bonn', 'what to compare "city" with is expected before "\\"Bonn"'],
    ['city = New York', '"and" or the end is expected before "York"'],
    ['city = Bonn or city = Köln', '"and" or the end is expected before "or city = Köln"'],
    ['city = "Bonn"x', '"and" or the end is expected before "x"'],
    ['city = Bonn and', 'the name of a column is expected at the end'],
    ['city = Bonn android is empty', '"and" or the end is expected before "android is empty"'],
    ['city ~ " "', 'everything contains nothing'],
  ])('%j is refused', (text, why) => {
    expect(parseWhere(text)).toEqual({ ok: false, why });
  });

  it('is read, or refused with a reason, and never throws', () => {
    const piece = fc.constantFrom('city', ' ', '=', '!=', '~', '"', "'", 'is', 'not', 'empty', 'and', 'ä');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), pieces => {
        const where = parseWhere(pieces.join(''));
        expect(where.ok ? where.value.length : where.why.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('a row', () => {
  it.each([
    ['city = Bonn', true],
    ['CITY = BONN', true],
    ['city = Bon', false],
    ['city != Bonn', false],
    ['city != Köln', true],
    ['city ~ ON', true],
    ['city ~ onn and city ~ bo', true],
    ['city ~ x', false],
    ['city = Bonn and vip is not empty', false],
    ['vip is empty', true],
    ['vip = ""', true],
    ['vip is not empty', false],
    // An accent of its own character, as some systems write it.
    ['"first name" = "rene\u0301"', true],
  ])('of Bonn is kept or not by %j', (text, kept) => {
    expect(keeps(text, { city: ' Bonn ', vip: ' \t', 'First Name': 'Ren\u00e9' })).toBe(kept);
  });

  it('whose cell is not known is kept, to be refused where it is read', () => {
    const bound = bindWhere(parse('city = Bonn'), ['city'], 'people.csv');
    expect(typeof bound === 'function' && bound([undefined])).toBe(true);
  });
});

describe('a column that is not there', () => {
  const problemsOf = (text: string, names: readonly string[]) => {
    const bound = bindWhere(parse(text), names, 'people.csv');
    if (typeof bound === 'function') return [];
    return bound.map(({ code, message, where, fix }) => [code, message, where?.file, fix]);
  };

  it('is named, with the nearest', () => {
    expect(problemsOf('citty = Bonn and age = 3 and email ~ x', ['email', 'City'])).toEqual([
      ['list-column', 'there is no column "citty" for --where', 'people.csv', 'Did you mean "City"?'],
      ['list-column', 'there is no column "age" for --where', 'people.csv', 'There are: "email", "City".'],
    ]);
  });

  it('is not looked for in what every object has', () => {
    expect(problemsOf('constructor = x', ['email'])).toHaveLength(1);
  });

  it('is told with some of very many others', () => {
    const names = Array.from({ length: 50 }, (_, index) => `column${index}`);
    expect(problemsOf('x = 1', names)[0]?.[3]).toMatch(/^There are: "column0", .*"column11" and 38 more\.$/);
  });
});
