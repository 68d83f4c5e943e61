import { type Parsed, parsed, refused } from '../../problem.js';

const unitMs: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** How long something is kept: `720h`, `30d`, `4w` or `forever`. */
export function keepTime(value: unknown): Parsed<string> {
  if (typeof value === 'string' && (value === 'forever' || keepTimeMs(value) !== undefined))
    return parsed(value);
  return refused('has to be a number of hours, days or weeks, such as "30d", or "forever"');
}

/** @returns milliseconds; undefined for ever. */
export function keepTimeMs(text: string | undefined): number | undefined {
  const [, count, unit = ''] = /^([1-9]\d{0,4})\s*([hdw])$/.exec(text ?? '') ?? [];
  return count === undefined ? undefined : Number(count) * (unitMs[unit] ?? 0);
}
