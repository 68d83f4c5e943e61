/** Dates and numbers as lists have them: text, in one spelling each, read the same on every machine. */
import { type Parsed, parsed, refused } from '../../problem.js';

export interface WrittenDate {
  /** Its UTC fields are what was written, whatever the zone. */
  readonly wallClock: Date;
  /** Minutes east of UTC, where that was written. */
  readonly offsetMinutes: number | undefined;
}

const isoDate =
  /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)? ?(Z|[+-]\d\d:?\d\d)?)?$/i;

/** A date of ISO 8601, `2026-12-01`, or a date-time, `2026-12-01T10:00+01:00`, with a blank instead of the T too. */
export function readDate(text: string): Parsed<WrittenDate> {
  const match = isoDate.exec(text.trim());
  if (match === null) return refused('Write it like 2026-12-01, or 2026-12-01 10:00.');
  const [, year, month, day, hour = 0, minute = 0, second = 0, fraction = '0', zone] = match;
  const fields = [year, month, day, hour, minute, second].map(Number);
  const [y = 0, m = 0, d = 0, h = 0, min = 0, s = 0] = fields;
  const wallClock = new Date(Date.UTC(y, m - 1, d, h, min, s, Math.floor(Number(`0.${fraction}`) * 1000)));
  wallClock.setUTCFullYear(y);
  const readBack = [
    wallClock.getUTCFullYear(),
    wallClock.getUTCMonth() + 1,
    wallClock.getUTCDate(),
    wallClock.getUTCHours(),
    wallClock.getUTCMinutes(),
    wallClock.getUTCSeconds(),
  ];
  if (readBack.some((field, index) => field !== fields[index]))
    return refused('There is no such day or time.');
  return parsed({ wallClock, offsetMinutes: zone === undefined ? undefined : readZone(zone) });
}

/** Of a Date field (RFC 5322 §3.3), as `printDateTime` writes it. */
export function readDateField(field: string): WrittenDate {
  const offsetMinutes = readZone(/[+-]\d{4}$/.exec(field)?.[0] ?? 'Z');
  return { wallClock: new Date(Date.parse(field) + offsetMinutes * 60_000), offsetMinutes };
}

function readZone(zone: string): number {
  if (/^z$/i.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/**
 * A decimal number with a point, and nothing between thousands.
 * @returns the digits as they were written: no floating point comes near an amount of money.
 */
export function readNumber(text: string): Parsed<string> {
  const trimmed = text.trim();
  if (/^-?\d+(?:\.\d+)?$/.test(trimmed)) return parsed(trimmed);
  const meant = plainNumber(trimmed);
  return refused(`Write ${meant ?? 'it like 1234.50'}.`);
}

/** An amount of money in any currency is shorter, and a text that is no number can be as long as a cell. */
const longestNumber = 100;

/** What `1.234,50`, `1,234.50` and `1 234,50 €` probably mean; undefined where it could be two things: `1,234`. */
function plainNumber(text: string): string | undefined {
  if (text.length > longestNumber) return undefined;
  // From the first digit or sign to the last digit.
  const digits = /[\d-](?:.*\d)?/s.exec(text.replaceAll(/[\s'’]/g, ''))?.[0] ?? '';
  const match = /^(-?\d{1,3}(?:([.,])\d{3})*|-?\d+)(?:([.,])(\d+))?$/.exec(digits);
  if (match === null) return undefined;
  const [, whole = '', separator, point, decimals] = match;
  if (point !== undefined && point === separator) return undefined;
  if (separator === undefined && decimals?.length === 3) return undefined;
  if (separator !== undefined && point === undefined && whole.split(separator).length < 3) return undefined;
  return whole.replaceAll(/[.,]/g, '') + (decimals === undefined ? '' : `.${decimals}`);
}
