/**
 * Comparisons of fields with numbers. A list has nothing but text, and Liquid says that the text "2" is not the number 2, though it
 * is greater than 1: here text that is a number is that number wherever it is compared with one. As text it stays what it is.
 */
import type { Context, Liquid as Engine, Operators } from 'liquidjs';
import { CaseTag, Drop, defaultOperators } from './liquidjs.js';
import { UnreadableValue } from './locale-filters.js';
import { readNumber } from './written-values.js';

type Compare = (
  left: unknown,
  right: unknown,
  context: Context,
) => boolean | Promise<boolean> | Generator<unknown, boolean, unknown>;

const decimal = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)$/;
/** `1.234,50`, `10,50`, `1,234.50`: a number, but which? */
const withComma = /^[+-]?(?:(?:\d+|\d{1,3}(?:[.'’ \u00a0\u202f]\d{3})+),\d+|\d{1,3}(?:,\d{3})+(?:\.\d+)?)$/;

/** In place of those of the engine, for its option `operators`. */
export const operators: Operators = {
  ...defaultOperators,
  '==': isEqual,
  '!=': (left: unknown, right: unknown, context: Context) => {
    const same = isSame(left, right);
    return same === undefined ? standard('!=')(primitive(left), primitive(right), context) : !same;
  },
  '>': ordered('>', (left, right) => left > right),
  '<': ordered('<', (left, right) => left < right),
  '>=': ordered('>=', (left, right) => left >= right),
  '<=': ordered('<=', (left, right) => left <= right),
  contains: (left: unknown, right: unknown, context: Context) =>
    Array.isArray(left) && left.some(item => isSame(item, right) === true)
      ? true
      : standard('contains')(left, right, context),
};

/** `{% case %}` compares in a way of its own. */
export function compareCases(engine: Engine): void {
  engine.registerTag(
    'case',
    class extends CaseTag {
      constructor(...args: ConstructorParameters<typeof CaseTag>) {
        super(...args);
        const written = this.value;
        // Whoever reads the template for its fields finds the value as it was.
        this.value = Object.assign(Object.create(written) as typeof written, {
          *value(context: Context, lenient?: boolean): Generator<unknown, unknown, unknown> {
            const value = primitive(yield written.value(context, lenient));
            return typeof value === 'string' || typeof value === 'number'
              ? new Comparand(value, context)
              : value;
          },
        });
      }
    },
  );
}

/** A value that is asked itself whether another equals it. */
class Comparand {
  constructor(
    private readonly value: string | number,
    private readonly context: Context,
  ) {}

  equals(other: unknown): ReturnType<Compare> {
    return isEqual(this.value, other, this.context);
  }

  gt(): boolean {
    return false;
  }
  geq(): boolean {
    return false;
  }
  lt(): boolean {
    return false;
  }
  leq(): boolean {
    return false;
  }
}

function isEqual(left: unknown, right: unknown, context: Context): ReturnType<Compare> {
  return isSame(left, right) ?? standard('==')(primitive(left), primitive(right), context);
}

function standard(operator: string): Compare {
  return defaultOperators[operator] as Compare;
}

/** Of an object that stands for a text or a number; `empty`, `blank` and `nil` compare themselves. */
function primitive(value: unknown): unknown {
  return value instanceof Drop && !('equals' in value) ? value.valueOf() : value;
}

/** @returns undefined when it is not text beside a number. */
function isSame(one: unknown, other: unknown): boolean | undefined {
  const [left, right] = [primitive(one), primitive(other)];
  if (typeof left === 'number' && typeof right === 'string') return isSame(right, left);
  if (typeof left !== 'string' || typeof right !== 'number') return undefined;
  const number = numberOf(left);
  if (number !== right) return false;
  // Two ids of so many digits are one number to a computer.
  if (Number.isInteger(right) && !Number.isSafeInteger(right))
    throw new Error(`${left} has too many digits for a number: in the template, put quotes around it`);
  return true;
}

/** Two texts that are numbers are ordered as numbers too: "9" comes before "10". */
function ordered(operator: string, isTrue: (left: number, right: number) => boolean): Compare {
  return (one, other, context) => {
    const [left, right] = [primitive(one), primitive(other)];
    // An empty cell is no number, least of all zero.
    if (isNothing(left) || isNothing(right)) return false;
    const isMixed = (typeof left === 'number') !== (typeof right === 'number');
    const areBothText = typeof left === 'string' && typeof right === 'string';
    if (areBothText && !(decimal.test(left.trim()) && decimal.test(right.trim())))
      return standard(operator)(left, right, context);
    if (!areBothText && !(isMixed && (typeof left === 'string' || typeof right === 'string')))
      return standard(operator)(left, right, context);
    const [a, b] = [left, right].map(value => (typeof value === 'number' ? value : numberOf(String(value))));
    return a !== undefined && b !== undefined && isTrue(a, b);
  };
}

const isNothing = (value: unknown) => value === undefined || value === null;

/**
 * @returns undefined for text that is no number.
 * @throws UnreadableValue for a number with a comma, which would be none without a word.
 */
function numberOf(text: string): number | undefined {
  const trimmed = text.trim();
  if (decimal.test(trimmed)) return Number(trimmed);
  if (!withComma.test(trimmed)) return undefined;
  const read = readNumber(trimmed);
  throw new UnreadableValue(text, 'number', read.ok ? '' : read.why);
}
