/** No regular expression takes more than time in proportion to what comes from outside: docs/security.md. */
import { expect, it } from 'vitest';
import { bounded, made } from './bounded.js';
import { checkExpression, printExpression, readVerdicts } from './checker.mjs';
import { findRegularExpressions, regularExpressionsOfSources } from './find.mjs';

const found = regularExpressionsOfSources();
const verdicts = readVerdicts();
const checkTimeoutMs = 30_000;

function verdictOf(expression: { readonly source: string; readonly flags: string }): string {
  const known = verdicts.get(printExpression(expression));
  return known ?? checkExpression(expression, checkTimeoutMs).verdict;
}

it('every regular expression is linear, or listed with what bounds its text', { timeout: 600_000 }, () => {
  const isListed = (file: string, name: string) =>
    bounded.some(entry => entry.file === file && entry.expression === name);
  const faults = found.flatMap(({ file, line, source, flags }) => {
    if (source === undefined) return [];
    const name = printExpression({ source, flags });
    const verdict = verdictOf({ source, flags });
    return verdict === 'linear' || isListed(file, name) ? [] : [`${file}:${line}: ${name} is ${verdict}`];
  });
  expect(found.length).toBeGreaterThan(300);
  expect(faults).toEqual([]);
});

it('lists no expression that is not there any more', () => {
  const there = found.map(({ file, source = '', flags }) => `${file} ${printExpression({ source, flags })}`);
  expect(bounded.filter(({ file, expression }) => !there.includes(`${file} ${expression}`))).toEqual([]);
});

it('every expression that is put together while the program runs has an example, which is linear', () => {
  const unread = found.filter(({ source }) => source === undefined).map(({ file }) => file);
  expect(unread).toEqual(made.map(({ file }) => file));
  expect(made.map(verdictOf)).toEqual(made.map(() => 'linear'));
});

it('finds expressions in literals and in constants that are joined', () => {
  const source = `
    const one = 'a'; const list = [one, 'b+'];
    export function f(x: string): boolean {
      return /c"[/]/i.test(x) || new RegExp(\`^\${one}\`, 'u').test(x) || RegExp(list.join('|')).test(x) || new RegExp(x).test('');
    }`;
  const expressions = findRegularExpressions(source, 'a.ts').map(one => [one.source, one.flags, one.line]);
  expect(expressions).toEqual([
    ['c"[/]', 'i', 4],
    ['^a', 'u', 4],
    ['a|b+', '', 4],
    [undefined, '', 4],
  ]);
});

it.each([
  ['_+$', 'polynomial of degree 2'],
  ['^(?:a+)+$', 'exponential'],
  ['^_+', 'linear'],
])('the checker says that %s is %s', (source, verdict) => {
  expect(checkExpression({ source, flags: '' }, checkTimeoutMs).verdict).toBe(verdict);
});
