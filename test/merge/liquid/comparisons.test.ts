import { describe, expect, it } from 'vitest';
import { fieldsOf, parseLiquid, renderLiquid } from '../../../src/merge/liquid/liquid.js';

const origin = { place: { file: 'm.txt' }, lineOffset: 0 };

function render(source: string, fields: Record<string, string>) {
  const rendered = renderLiquid(parseLiquid('text', source, origin), fields);
  if (rendered.ok) return rendered.text;
  return 'unreadable' in rendered ? rendered.unreadable.message : JSON.stringify(rendered);
}

const test = (condition: string, fields: Record<string, string>) =>
  render(`{% if ${condition} %}yes{% else %}no{% endif %}`, fields);

describe('a field whose text is a number is that number beside a number', () => {
  it.each([
    ['2', 'n == 2', 'yes'],
    ['2', '2 == n', 'yes'],
    ['2', 'n != 2', 'no'],
    ['2', 'n == 3', 'no'],
    ['2', 'n != 3', 'yes'],
    ['2', 'n > 1', 'yes'],
    ['2', 'n >= 2', 'yes'],
    ['2', 'n < 10', 'yes'],
    ['10', 'n < 9', 'no'],
    ['10', '9 < n', 'yes'],
    ['2.50', 'n == 2.5', 'yes'],
    [' 2 ', 'n == 2', 'yes'],
    ['-2', 'n == -2', 'yes'],
    ['+2', 'n == 2', 'yes'],
    ['007', 'n == 7', 'yes'],
    ['Bonn', 'n == 2', 'no'],
    ['Bonn', 'n != 2', 'yes'],
    ['Bonn', 'n > 1', 'no'],
    ['Bonn', 'n < 1', 'no'],
    ['1e3', 'n == 1000', 'no'],
    ['1e3', 'n > 5', 'no'],
    ['0x1f', 'n > 5', 'no'],
    ['1.2.3', 'n > 1', 'no'],
    ['2026-12-01', 'n > 1', 'no'],
    ['2', 'n == 2 and n > 1 or n == 3', 'yes'],
    ['1,2,3', 'n == 3', 'no'],
    ['', 'n < 10', 'no'],
    ['', 'n >= 0', 'no'],
    ['', '10 > n', 'no'],
    ['', 'other.part <= 0', 'no'],
  ])('%j: %s', (n, condition, answer) => {
    expect(test(condition, { n })).toBe(answer);
  });

  it.each([
    ['2', 'n == "2"', 'yes'],
    ['007', 'n == "7"', 'no'],
    ['2.0', 'n == "2"', 'no'],
    ['2', 'n contains "2"', 'yes'],
    ['12', 'n contains 2', 'yes'],
    ['12', 'n.size == 2', 'yes'],
    ['2', 'n == blank', 'no'],
    ['2', 'n == true', 'no'],
    ['2', 'n == nil', 'no'],
    ['b', 'n > "a"', 'yes'],
    ['2026-12-01', 'n < "2026-12-05"', 'yes'],
  ])('and is text beside text: %j: %s', (n, condition, answer) => {
    expect(test(condition, { n })).toBe(answer);
  });

  it('prints as it was written', () => {
    expect(render('{{ n }} {{ n | append: "x" }} {{ n | size }}', { n: '007' })).toBe('007 007x 3');
  });

  it('is ordered as a number beside another field too', () => {
    expect(test('paid < due', { paid: '9', due: '10' })).toBe('yes');
    expect(test('paid >= due', { paid: '9', due: '10' })).toBe('no');
    expect(test('paid < due', { paid: '9a', due: '10' })).toBe('no');
    expect(test('paid == due', { paid: '9', due: '9.0' })).toBe('no');
  });

  it('is found in a list of them', () => {
    const source = (what: string) =>
      `{% assign list = n | split: "," %}{% if list contains ${what} %}yes{% else %}no{% endif %}`;
    expect(render(source('2'), { n: '1,2' })).toBe('yes');
    expect(render(source('"2"'), { n: '1,2' })).toBe('yes');
    expect(render(source('3'), { n: '1,2' })).toBe('no');
  });

  it('is unequal to nothing, with unless and with what a filter made of it', () => {
    expect(render('{% unless n == 2 %}yes{% else %}no{% endunless %}', { n: '2' })).toBe('no');
    expect(render('{% assign m = n | plus: 1 %}{% if m == 3 %}yes{% endif %}', { n: '2' })).toBe('yes');
    expect(render('{% assign m = n | plus: 0 %}{% if m == n %}yes{% endif %}', { n: '2' })).toBe('yes');
    expect(test('nobody == 2', { n: '2' })).toBe('no');
  });
});

describe('{% case %}', () => {
  const source =
    '{% case n %}{% when 1 %}one{% when 2, 3 %}few{% when "Bonn" %}city{% when blank %}none{% else %}many{% endcase %}';
  it.each([
    ['1', 'one'],
    ['1.0', 'one'],
    ['2', 'few'],
    ['03', 'few'],
    ['Bonn', 'city'],
    ['', 'none'],
    ['17', 'many'],
    ['Köln', 'many'],
  ])('compares with numbers and with text: %j', (n, words) => {
    expect(render(source, { n })).toBe(words);
  });

  it('compares text as text, and numbers of filters with numbers', () => {
    expect(render('{% case n %}{% when "2" %}yes{% else %}no{% endcase %}', { n: '2' })).toBe('yes');
    expect(render('{% case n %}{% when "2" %}yes{% else %}no{% endcase %}', { n: '02' })).toBe('no');
    expect(render('{% case n.size %}{% when 2 %}yes{% endcase %}', { n: '02' })).toBe('yes');
  });

  it('still says which fields it asks for', () => {
    const parsed = parseLiquid('text', 'a {% case n | upcase %}{% when m %}x{% endcase %}', origin);
    expect([...fieldsOf(parsed, origin)].map(([name, { line, column }]) => [name, line, column])).toEqual([
      ['n', 1, 11],
      ['m', 1, 32],
    ]);
  });
});

describe('a number with a comma', () => {
  it.each([
    ['10,50', 'n > 10', '"10,50" is not a number. Write 10.50.'],
    ['1.234,50', 'n == 5', '"1.234,50" is not a number. Write 1234.50.'],
    ['1,234.50', 'n <= 5', '"1,234.50" is not a number. Write 1234.50.'],
    ['1 234,50', '5 < n', '"1 234,50" is not a number. Write 1234.50.'],
    ['1,234', 'n != 5', '"1,234" is not a number. Write it like 1234.50.'],
  ])('is named beside a number: %j', (n, condition, message) => {
    expect(test(condition, { n })).toBe(message);
    expect(test('n == "x"', { n })).toBe('no');
  });

  it('is named by case too', () => {
    expect(render('{% case n %}{% when 10 %}x{% endcase %}', { n: '10,00' })).toBe(
      '"10,00" is not a number. Write 10.00.',
    );
  });
});

it('refuses ids that are too long for numbers where they would be taken for one another', () => {
  expect(test('n == 12345678901234567891', { n: '12345678901234567890' })).toContain(
    '12345678901234567890 has too many digits for a number: in the template, put quotes around it',
  );
  expect(test('n == "12345678901234567891"', { n: '12345678901234567890' })).toBe('no');
});
