import { afterEach, describe, expect, it } from 'vitest';
import { compileTemplate } from '../../../src/merge/compile-template.js';
import { createEngines, parseLiquid, renderLiquid } from '../../../src/merge/liquid/liquid.js';
import { type Problem, Problems } from '../../../src/problem.js';

const sent = 'Mon, 23 Nov 2026 23:30:00 +0100';

function print(source: string, fields: Record<string, string> = {}, locale = 'en-GB', date = sent): string {
  const text = parseLiquid(
    'text',
    source,
    { place: { file: 'm.txt' }, lineOffset: 0 },
    createEngines({ locale, date }),
  );
  const rendered = renderLiquid(text, fields);
  if (rendered.ok) return rendered.text.replaceAll(/[\u00a0\u202f]/g, '_');
  if (rendered.missingField !== undefined) return `no ${rendered.missingField}`;
  return 'unreadable' in rendered ? rendered.unreadable.message : rendered.why;
}

const zone = process.env['TZ'];
afterEach(() => {
  if (zone === undefined) delete process.env['TZ'];
  else process.env['TZ'] = zone;
});

describe('local_date', () => {
  it.each([
    ['{{ d | local_date }}', '1 December 2026'],
    ['{{ d | local_date: "full", "en-US" }}', 'Tuesday, December 1, 2026'],
    ['{{ d | local_date: "short" }}', '01/12/2026'],
    ['{{ d | local_date: "long", "de-DE" }}', '1. Dezember 2026'],
    ['{{ d | local_date: "medium", "en-US" }}', 'Dec 1, 2026'],
    ['{{ d | local_date: "de-DE" }}', '1. Dezember 2026'],
    ['{{ "now" | local_date }}', '23 November 2026'],
  ])('prints a day as the language has it: %s', (source, expected) => {
    expect(print(source, { d: '2026-12-01' })).toBe(expected);
  });

  it.each([
    '2026-12-01',
    '2026-12-01T00:30',
    '2026-12-01 23:59:59',
    '2026-12-01T00:30:00+14:00',
    '2026-12-01T23:30:00.5Z',
  ])('prints the day that was written, wherever the machine is: %s', d => {
    for (const tz of ['Pacific/Kiritimati', 'America/Los_Angeles', 'Europe/Berlin']) {
      process.env['TZ'] = tz;
      expect(print('{{ d | local_date }}', { d })).toBe('1 December 2026');
    }
  });

  it.each(['01.12.2026', '12/01/2026', 'Dec 1, 2026', '2026-12', '20261201', 'soon'])('refuses %s', d => {
    expect(print('{{ d | local_date }}', { d })).toBe(
      `"${d}" is not a date. Write it like 2026-12-01, or 2026-12-01 10:00.`,
    );
  });

  it.each(['2026-02-29', '2026-13-01', '2026-12-01T24:00', '2026-12-01 10:61'])('refuses %s', d => {
    expect(print('{{ d | local_date }}', { d })).toBe(`"${d}" is not a date. There is no such day or time.`);
  });

  it('refuses a style or a locale there is not', () => {
    expect(print('{{ "now" | local_date: "longish" }}')).toBe(
      'local_date has no style "longish"; there are full, long, medium, short',
    );
    expect(print('{{ "now" | local_date: "long", "de_DE" }}')).toBe(
      '"de_DE" is not a locale; one is written like de-DE',
    );
  });
});

describe('money and number', () => {
  it.each([
    ['{{ n | money: "EUR" }}', '€1,234.50'],
    ['{{ n | money: "EUR", "de-DE" }}', '1.234,50_€'],
    ['{{ n | money: "JPY", "en-US" }}', '¥1,235'],
    ['{{ n | number }}', '1,234.5'],
    ['{{ n | number: 2 }}', '1,234.50'],
    ['{{ n | number: "de-DE" }}', '1.234,5'],
    ['{{ n | number: 0, "fr-FR" }}', '1_235'],
    ['{{ n | times: 2 | number: 1, "de-DE" }}', '2.469,0'],
    ['{{ big | money: "EUR" }}', '€12,345,678,901,234,567.89'],
    ['{{ minus | money: "USD", "en-US" }}', '-$0.10'],
  ])('print a number as the language has it: %s', (source, expected) => {
    expect(print(source, { n: '1234.5', big: '12345678901234567.89', minus: '-0.1' })).toBe(expected);
  });

  it.each([
    ['1.234,50', '1234.50'],
    ['1,234.50', '1234.50'],
    ["1'234.50", '1234.50'],
    ['1 234,5 €', '1234.5'],
    ['$12.50', '12.50'],
    ['1.234.567', '1234567'],
    ['12,5', '12.5'],
    ['1,234', 'it like 1234.50'],
    ['twelve', 'it like 1234.50'],
    [`1.234${'.567'.repeat(30)}`, 'it like 1234.50'],
    ['1e3', 'it like 1234.50'],
    ['0x10', 'it like 1234.50'],
  ])('refuse %s and say how it is written', (n, plain) => {
    expect(print('{{ n | money: "EUR" }}', { n })).toBe(`"${n}" is not a number. Write ${plain}.`);
  });

  it('refuse what is no currency and no number of decimals', () => {
    expect(print('{{ 1 | money }}')).toBe(
      'money takes a currency of three letters, such as EUR, and not undefined',
    );
    expect(print('{{ 1 | number: "x" }}')).toBe(
      'number takes how many decimals there are, 0 to 20, and not "x"',
    );
  });
});

describe('the date filter', () => {
  it('takes the date of the email for now, in its zone, on every machine and day', () => {
    for (const tz of ['Pacific/Kiritimati', 'America/New_York', 'UTC']) {
      process.env['TZ'] = tz;
      expect(print('{{ "now" | date: "%Y-%m-%d %H:%M %z" }}')).toBe('2026-11-23 23:30 +0100');
      expect(print('{{ "today" | date }}')).toBe('Monday, 23 November 2026');
      // An hour that New York skips, and one it has twice.
      expect(print('{{ "2026-03-08 02:30" | date: "%H:%M" }}')).toBe('02:30');
      expect(print('{{ "2026-11-01T01:30Z" | date: "%s %z" }}')).toBe('1793496600 +0000');
    }
  });

  it.each([
    ['%a %A %b %B %h', 'Fri Friday Jan January Jan'],
    ['%C %d %D %e %F', '20 02 01/02/26  2 2026-01-02'],
    ['%H %I %j %k %l %L', '07 07 002  7  7 080'],
    ['%m %M %N %p %P %q', '01 05 080000000 AM am nd'],
    ['%r | %R | %T | %S', '07:05:09 AM | 07:05 | 07:05:09 | 09'],
    ['%u %U %w %W %y %Y %%', '5 00 5 00 26 2026 %'],
    ['%z %:z %Z %Q', '+0530 +05:30 +0530 %Q'],
    ['%-d %_d %05Y %^b %#p %-H', '2  2 02026 JAN am 7'],
  ])('knows the letters of strftime: %s', (format, expected) => {
    expect(print(`{{ d | date: "${format}" }}`, { d: '2026-01-02T07:05:09.080+05:30' })).toBe(expected);
  });

  it('has the names of the locale, and its relatives too', () => {
    expect(print('{{ d | date: "%A, %-d. %B" }}', { d: '2026-12-01' }, 'de-DE')).toBe(
      'Dienstag, 1. Dezember',
    );
    expect(print('{{ d | date: "%A", "fr" }}', { d: '2026-12-01' })).toBe('mardi');
    const kin =
      '{{ d | date_to_xmlschema }} {{ d | date_to_rfc822 }} {{ d | date_to_long_string: "ordinal" }}';
    expect(print(kin, { d: '2026-12-01' }, 'en-GB')).toBe(
      '2026-12-01T00:00:00+01:00 Tue, 01 Dec 2026 00:00:00 +0100 1st December 2026',
    );
  });
});

async function problemsOf(source: string) {
  try {
    await compileTemplate({ path: 'm.txt', source }, 'S');
    return [];
  } catch (error) {
    return (error instanceof Problems ? error.problems : [error as Problem]).map(
      ({ message, where, fix }) => `${where?.file}:${where?.line} ${message} / ${fix}`,
    );
  }
}

it('refuses random picks', async () => {
  expect(await problemsOf('\n{{ "a,b" | split: "," | sample }}')).toEqual([
    'm.txt:2 the filter sample picks at random, and a copy made again has to be the same / Choose by a field of the list.',
  ]);
});

it('refuses a locale that is not known, which would mean that of the machine', async () => {
  for (const locale of ['de_DE', 'tlh', 'xx-XX', '']) {
    expect(await problemsOf(`---\nlocale: "${locale}"\n---\nx`)).toEqual([
      `m.txt:2 front matter: there is no locale "${locale}" / Write a language, or a language and a country: de, de-DE, en-GB.`,
    ]);
  }
  const { compiled } = await compileTemplate({ path: 'm.txt', source: '---\nlocale: de-DE\n---\nx' }, 'S');
  expect(compiled.locale).toBe('de-DE');
});
