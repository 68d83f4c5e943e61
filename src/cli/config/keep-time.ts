import { type Parsed, parsed, refused } from '../../problem.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const yearMs = 365.25 * dayMs;

const unitMs: Readonly<Record<string, number>> = {
  h: hourMs,
  d: dayMs,
  w: 7 * dayMs,
  month: yearMs / 12,
  months: yearMs / 12,
  year: yearMs,
  years: yearMs,
};

/** How long something is kept: `720h`, `30d`, `4w`, `13 months`, `2 years` or `forever`. */
export function keepTime(value: unknown): Parsed<string> {
  if (typeof value === 'string' && (value === 'forever' || keepTimeMs(value) !== undefined))
    return parsed(value);
  return refused(
    'has to be a number of hours, days, weeks, months or years, such as "30d" or "13 months", or "forever"',
  );
}

/** @returns milliseconds, a month being the twelfth part of a year; undefined for ever. */
export function keepTimeMs(text: string | undefined): number | undefined {
  const [, count, unit = ''] = /^([1-9]\d{0,4})\s*(h|d|w|months?|years?)$/.exec(text ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * (unitMs[unit] ?? 0);
}
