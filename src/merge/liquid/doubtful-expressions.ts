/**
 * Expressions that liquidjs takes and reads in another way than whoever wrote them: it stops at a word that it does not expect.
 * `{% if plan eq "gold" %}` is true for everybody with a plan, `{% if town == "Rome" or "Oslo" %}` for everybody, and
 * `{{ name or "you" }}` prints "true".
 */
import { Problem, Problems } from '../../problem.js';
import type { PlaceOf } from '../source-text.js';
import { type ExpressionWord, expressionWords } from './expression-words.js';
import type { ProtectedText } from './liquid-protection.js';

/** Nobody mends more one by one. */
const mostTold = 100;

/** Words in all expressions of a template: they are read in less than a tenth of a second. */
const mostWords = 40_000;

/** @throws Problem, Problems `template-syntax`. */
export function refuseDoubtfulExpressions(source: ProtectedText, placeOf: PlaceOf): void {
  const problems: Problem[] = [];
  const reader = new WordReader();
  for (const { liquid, offset } of source.tokens) {
    if (problems.length === mostTold) break;
    for (const { what, fix } of faultsOf(liquid, reader))
      problems.push(new Problem('template-syntax', what, { where: placeOf(offset), fix }));
    if (reader.isExhausted) throw tooManyWords(placeOf, offset);
  }
  if (problems.length > 0) throw new Problems(problems);
}

/** Reads the words of all expressions, up to a limit; those beyond it are missing. */
class WordReader {
  #left = mostWords;

  get isExhausted(): boolean {
    return this.#left < 0;
  }

  words(expression: string): readonly ExpressionWord[] {
    const words: ExpressionWord[] = [];
    for (const word of expressionWords(expression)) {
      this.#left -= 1;
      if (this.isExhausted) break;
      words.push(word);
    }
    return words;
  }

  /** Each counts as a word. */
  lines(text: string): readonly string[] {
    const lines = text.split('\n', Math.max(0, this.#left) + 1);
    this.#left -= lines.length;
    return lines;
  }
}

function tooManyWords(placeOf: PlaceOf, offset: number): Problem {
  return new Problem(
    'template-syntax',
    `the conditions and values of the template have more than ${mostWords.toLocaleString('en')} words`,
    { where: placeOf(offset), fix: 'Make the template smaller, or write what repeats as a loop.' },
  );
}

interface Fault {
  readonly what: string;
  readonly fix: string;
}

function faultsOf(liquid: string, reader: WordReader): readonly Fault[] {
  const [, inner = ''] = /^\{[{%]-?([\s\S]*?)-?[%}]\}$/.exec(liquid) ?? [];
  if (liquid.startsWith('{{')) return only(faultOfOutput(liquid, reader.words(inner), true));
  const [, name = '', rest = ''] = /^\s*(\w+)([\s\S]*)$/.exec(inner) ?? [];
  if (name !== 'liquid') return only(faultOfTag(liquid, name, rest, reader));
  return reader.lines(rest).flatMap(line => {
    const written = line.trim();
    const tag = /^\w+/.exec(written)?.[0] ?? '';
    return only(faultOfTag(written, tag, written.slice(tag.length), reader));
  });
}

function only(fault: Fault | undefined): readonly Fault[] {
  return fault === undefined ? [] : [fault];
}

function faultOfTag(shown: string, name: string, rest: string, reader: WordReader): Fault | undefined {
  switch (name) {
    case 'if':
    case 'elsif':
    case 'unless':
      return faultOfCondition(shown, reader.words(rest));
    case 'case':
      return faultOfOutput(shown, reader.words(rest), false);
    case 'when':
      return faultOfChoices(shown, reader.words(rest));
    case 'echo':
      return faultOfOutput(shown, reader.words(rest), true);
    case 'assign':
      return faultOfAssigned(shown, reader.words(rest.slice(rest.indexOf('=') + 1)));
    case 'for':
    case 'tablerow':
      return faultOfLoop(shown, rest, reader);
    default:
      return undefined;
  }
}

/** `a == 1 or not b`: operands with one comparison at most, joined by `and` and `or`. */
function faultOfCondition(shown: string, words: readonly ExpressionWord[]): Fault | undefined {
  let state: 'operand' | 'left' | 'right' | 'complete' = 'operand';
  let lone: ExpressionWord | undefined;
  const alone: ExpressionWord[] = [];
  for (const word of words) {
    const { kind } = word;
    if (kind === 'not' && state === 'operand') continue;
    if (kind === 'operand' && state === 'operand') {
      state = 'left';
      lone = word;
    } else if (kind === 'comparison' && state === 'left') {
      state = 'right';
      lone = undefined;
    } else if (kind === 'operand' && state === 'right') state = 'complete';
    else if (kind === 'logic' && (state === 'left' || state === 'complete')) {
      if (lone !== undefined) alone.push(lone);
      lone = undefined;
      state = 'operand';
    } else return unexpected(shown, word);
  }
  if (state === 'operand' || state === 'right')
    return { what: `${shown} ends where a value should stand`, fix: 'Write the value that is compared.' };
  if (lone !== undefined) alone.push(lone);
  const text = alone.find(({ text: written }) => /^["']/.test(written));
  return text === undefined
    ? undefined
    : {
        what: `${text.text} in ${shown} is true for everybody`,
        fix: `Compare it: ${comparedBefore(words) ?? 'name'} == ${text.text}.`,
      };
}

/** What the others are compared with. */
function comparedBefore(words: readonly ExpressionWord[]): string | undefined {
  const at = words.findIndex(({ kind }) => kind === 'comparison');
  return at > 0 ? words[at - 1]?.text : undefined;
}

/** What other languages write, and Liquid. */
const instead: Readonly<Record<string, string>> = {
  '=': '==',
  '===': '==',
  eq: '==',
  is: '==',
  equals: '==',
  '<>': '!=',
  '!==': '!=',
  ne: '!=',
  neq: '!=',
  isnt: '!=',
  gt: '>',
  gte: '>=',
  ge: '>=',
  lt: '<',
  lte: '<=',
  le: '<=',
  includes: 'contains',
  has: 'contains',
  '&&': 'and',
  '||': 'or',
  '!': 'not',
};

function beyond(shown: string, { text }: ExpressionWord): string {
  return `${shown} cannot be read beyond ${/^["']/.test(text) ? text : `"${text}"`}`;
}

function unexpected(shown: string, word: ExpressionWord): Fault {
  const { text, kind } = word;
  const written = Object.hasOwn(instead, text.toLowerCase()) ? instead[text.toLowerCase()] : undefined;
  const what = beyond(shown, word);
  if (written !== undefined) return { what, fix: `Write ${written} in its place.` };
  if (text === 'in') return { what, fix: 'Turn it round: "Rome, Oslo" contains town.' };
  if (kind === 'comparison') return { what, fix: 'Join two comparisons with and.' };
  return {
    what,
    fix: 'Between two values stands ==, !=, <, >, <=, >= or contains; between conditions and, or.',
  };
}

/** One value. */
function faultOfOutput(
  shown: string,
  words: readonly ExpressionWord[],
  isPrinted: boolean,
): Fault | undefined {
  const [first, second, third] = words;
  const isCompared = words.some(({ kind }) => kind === 'comparison');
  if (isPrinted && (isCompared || second?.kind === 'logic')) {
    const what = `${shown} gives true or false`;
    if (isCompared || second?.text !== 'or' || words.length !== 3)
      return {
        what,
        fix: 'Write {% if … %} with the condition, and the words that it chooses between {% else %} and {% endif %}.',
      };
    return { what, fix: `Write ${first?.text} | default: ${third?.text} in its place.` };
  }
  if (first?.kind !== 'operand') return undefined;
  if (second !== undefined && /^(?:\?\?|\|\|)$/.test(second.text) && third !== undefined)
    return { what: beyond(shown, second), fix: `Write ${first.text} | default: ${third.text} in its place.` };
  // Two words without quotes: a column with a blank in its name, which is told with the columns there are.
  if (second === undefined || isCompared || words.slice(1).every(isPlainName)) return undefined;
  return {
    what: beyond(shown, second),
    fix: 'Write one value, and filters behind "|": {{ first_name | append: " " | append: last_name }}.',
  };
}

function isPlainName({ kind, text }: ExpressionWord): boolean {
  return kind === 'operand' && /^[\p{L}_]/u.test(text);
}

/** What is assigned may be a condition, which another asks for; a text is no condition. */
function faultOfAssigned(shown: string, words: readonly ExpressionWord[]): Fault | undefined {
  const isCompared = words.some(({ kind }) => kind === 'comparison');
  const isChoice = !isCompared && words[1]?.text === 'or' && /^["']/.test(words[2]?.text ?? '');
  if (isChoice) return faultOfOutput(shown, words, true);
  return words.length > 1 ? faultOfCondition(shown, words) : undefined;
}

function faultOfChoices(shown: string, words: readonly ExpressionWord[]): Fault | undefined {
  let isValue = true;
  for (const word of words) {
    const isSeparator = word.kind === 'comma' || word.text === 'or';
    if (isValue ? word.kind !== 'operand' : !isSeparator)
      return {
        what: beyond(shown, word),
        fix: 'Write values alone, with commas between them: {% when "gold", "silver" %}.',
      };
    isValue = !isValue;
  }
  return undefined;
}

const loopWords = new Set(['limit', 'offset', 'reversed', 'cols', 'continue']);

/** `for item in items limit:2 reversed`. */
function faultOfLoop(shown: string, rest: string, reader: WordReader): Fault | undefined {
  const [, list] = /^\s*[\w-]+\s+in\s([\s\S]*)$/.exec(rest) ?? [];
  const options = list === undefined ? [] : reader.words(list).slice(1);
  const other = options.find(
    (word, index) => isPlainName(word) && options[index - 1]?.text !== ':' && !loopWords.has(word.text),
  );
  if (other === undefined) return undefined;
  return {
    what: `${shown} cannot be read beyond "${other.text}"`,
    fix: 'Behind the list stand limit:2, offset:1 and reversed.',
  };
}
