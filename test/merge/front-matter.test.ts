import { describe, expect, it } from 'vitest';
import { splitFrontMatter } from '../../src/merge/front-matter.js';
import type { Problem } from '../../src/problem.js';

async function read(...lines: readonly string[]) {
  return (await splitFrontMatter('m.md', `---\n${lines.join('\n')}\n---\nx`)).frontMatter;
}

async function refusal(...lines: readonly string[]): Promise<string> {
  try {
    await read(...lines);
    return 'taken';
  } catch (error) {
    const { where, message, fix = '' } = error as Problem;
    return `${where?.line}:${where?.column} ${message} / ${fix}`;
  }
}

describe('a value is the text that stands there', () => {
  it.each([
    ['01234'],
    ['10.00'],
    ['+4930123456'],
    ['+49 30 123456'],
    ['1e3'],
    ['12345678901234567890'],
    ['0x1f'],
    ['0o17'],
    ['0b11'],
    ['017'],
    ['1_000'],
    ['-0'],
    ['.5'],
    ['5.'],
    ['.inf'],
    ['.NaN'],
    ['12:30:45'],
    ['2026-12-01'],
    ['2026-12-01T10:00:00Z'],
    ['yes'],
    ['no'],
    ['on'],
    ['True'],
    ['FALSE'],
    ['null'],
    ['~'],
    ['1,234.50'],
    ['50 %'],
    ['a#b'],
    ['https://example.com/#top'],
    ['C#'],
    ["it's"],
    ['a "b" c'],
    ['-5'],
    ['=1+1'],
  ])('%s', async text => {
    expect((await read(`x: ${text}`)).defaults.get('x')).toBe(text);
    expect((await read(`subject: ${text}`)).subject).toBe(text);
    expect((await read(`attachments: [${text.replaceAll(/[,#'"]/g, '')}, b]`)).attachments[0]).toBe(
      text.replaceAll(/[,#'"]/g, ''),
    );
    expect((await read('attachment_column:', `  - ${text}`)).attachmentColumns).toEqual([text]);
  });

  it.each([
    ['"01234"', '01234'],
    ["'it''s # {{ x }}'", 'it’s # {{ x }}'.replace('’', "'")],
    ['"a\\tb"', 'a\tb'],
    ['!!str 01', '01'],
    ['""', ''],
    ['>-\n  two\n  lines', 'two lines'],
    ['|\n  two\n  lines', 'two\nlines\n'],
    ['two\n  lines', 'two lines'],
    ['a # a note for who reads this file', 'a'],
    ['a #', 'a'],
    ['&a 01\ny: *a', '01'],
  ])('and quotes, folds and notes are YAML’s: %j', async (yaml, text) => {
    expect((await read(`x: ${yaml}`)).defaults.get('x')).toBe(text);
  });

  it('has keys that look like numbers, and defaults for fields in any order', async () => {
    const { defaults, subject } = await read('2024: a', 'subject: S', '# a note', '', 'true: b');
    expect([[...defaults], subject]).toEqual([
      [
        ['2024', 'a'],
        ['true', 'b'],
      ],
      'S',
    ]);
  });
});

describe('what YAML would take away is refused with its line', () => {
  it.each([
    [
      'subject: We are #1 in Bonn',
      `3:10 front matter: " #" begins a comment, and all that is left of "subject" is "We are" / Put the value in quotes: subject: 'We are #1 in Bonn'`,
    ],
    [
      'subject: Deal # 1',
      `3:10 front matter: " #" begins a comment, and all that is left of "subject" is "Deal" / Put the value in quotes: subject: 'Deal # 1'`,
    ],
    [
      'greeting: Hi #team',
      `3:11 front matter: " #" begins a comment, and all that is left of "greeting" is "Hi" / Put the value in quotes: greeting: 'Hi #team'`,
    ],
    [
      'subject: Re: the plan',
      `3:1 front matter: the value of "subject" is not plain text: to YAML ": " in it begins another value / Put the value in quotes: subject: 'Re: the plan'`,
    ],
    [
      'subject: @anna has news',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps "@" at the beginning for itself / Put the value in quotes: subject: '@anna has news'`,
    ],
    [
      'subject: `code`',
      '3:1 front matter: the value of "subject" is not plain text: YAML keeps "`" at the beginning for itself / Put the value in quotes: subject: \'`code`\'',
    ],
    [
      'subject: %FNAME%',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps "%" at the beginning for itself / Put the value in quotes: subject: '%FNAME%'`,
    ],
    [
      'subject: {{ name }}, hello',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps "{" at the beginning for itself / Put the value in quotes: subject: '{{ name }}, hello'`,
    ],
    [
      'greeting: {{ name }}',
      `3:11 front matter: "greeting" has to be one line of text / Put the value in quotes: greeting: '{{ name }}'`,
    ],
    [
      'subject: {% if x %}a{% endif %}',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps "{" at the beginning for itself / Put the value in quotes: subject: '{% if x %}a{% endif %}'`,
    ],
    [
      'subject: [News] Hello',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps "[" at the beginning for itself / Put the value in quotes: subject: '[News] Hello'`,
    ],
    [
      'subject: "Hi" she said',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps '"' at the beginning for itself / Put the value in quotes: subject: '"Hi" she said'`,
    ],
    [
      "subject: 'Tis it's",
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps "'" at the beginning for itself / Put the value in quotes: subject: "'Tis it's"`,
    ],
    [
      'subject: &Co KG',
      `3:14 front matter: "subject" begins with "&", and YAML takes the word for an anchor / Put the value in quotes: subject: '&Co KG'`,
    ],
    [
      'subject: &Co',
      `3:13 front matter: "subject" begins with "&", and YAML takes the word for an anchor / Put the value in quotes: subject: '&Co'`,
    ],
    [
      'subject: !new menu',
      `3:15 front matter: "subject" begins with "!", and YAML takes the word for a tag / Put the value in quotes: subject: '!new menu'`,
    ],
    [
      'subject: *|FNAME|*',
      `3:10 front matter: "subject" begins with "*", and YAML takes the word for an alias / Put the value in quotes: subject: '*|FNAME|*'`,
    ],
    [
      'subject: *news* today',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps "*" at the beginning for itself / Put the value in quotes: subject: '*news* today'`,
    ],
    [
      'subject: | Sale',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps "|" at the beginning for itself / Put the value in quotes: subject: '| Sale'`,
    ],
    [
      'subject: > Sale',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps ">" at the beginning for itself / Put the value in quotes: subject: '> Sale'`,
    ],
    [
      'subject: - a',
      `3:1 front matter: the value of "subject" is not plain text: YAML keeps "-" at the beginning for itself / Put the value in quotes: subject: '- a'`,
    ],
    [
      'subject: ? a',
      `3:1 front matter: the value of "subject" is not plain text: to YAML ": " in it begins another value / Put the value in quotes: subject: '? a'`,
    ],
    [
      'subject:',
      '3:9 front matter: "subject" has no value / Write one behind the colon, "" for an empty one, or take the line out.',
    ],
    ['tags: [a, b]', '3:1 front matter: "tags" has to be one line of text / Put the value in quotes.'],
    [
      'person:\n  name: Ann',
      '4:3 front matter: "person" has to be one line of text / Put the value in quotes.',
    ],
    ['a: 1', '3:1 front matter: Map keys must be unique / '],
  ])('%s', async (line, expected) => {
    expect(await refusal('a: 0', line)).toBe(expected);
  });

  it('names a list that is no list of lines', async () => {
    expect(await refusal('just words')).toBe(
      '2:undefined the front matter is not a list of `key: value` lines / ',
    );
    expect(await refusal('[a, b]: c')).toBe('2:1 the front matter is not a list of `key: value` lines / ');
    expect(await refusal('# a note')).toBe('taken');
    expect(await refusal('a: b', '...', 'c: d')).toContain('4:1 front matter: ');
  });
});
