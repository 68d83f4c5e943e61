import type { WrittenDate } from './written-values.js';

export interface DateNames {
  /** As the locale has it. */
  format(date: Date, options: Intl.DateTimeFormatOptions): string;
}

/**
 * What the `date` filter of Liquid prints for `%A, %-d %B %Y`. liquidjs has one too, which goes through the time zone of the
 * machine it runs on: an hour that this zone skips in spring cannot be printed there.
 */
export function strftime(date: WrittenDate, format: string, names: DateNames): string {
  return format.replaceAll(
    /%([-_0^#:]*)(\d{1,3})?([a-zA-Z%])/g,
    (written, flags: string, width: string | undefined, letter: string) => {
      const conversion = conversions[letter];
      if (conversion === undefined) return written;
      const [value, length = 0, pad = '0'] = conversion(date, names, flags);
      const cased = flags.includes('^') ? value.toUpperCase() : flags.includes('#') ? swapCase(value) : value;
      if (flags.includes('-')) return cased;
      const filler = flags.includes('_') ? ' ' : flags.includes('0') ? '0' : pad;
      return cased.padStart(Number(width ?? length), filler);
    },
  );
}

/** A value, the width it is filled up to, and with what. */
type Conversion = (date: WrittenDate, names: DateNames, flags: string) => readonly [string, number?, string?];

const text = (options: Intl.DateTimeFormatOptions): Conversion => {
  return ({ wallClock }, names) => [names.format(wallClock, options), 0, ' '];
};
const number = (field: (date: Date) => number, width: number, pad = '0'): Conversion => {
  return ({ wallClock }) => [String(field(wallClock)), width, pad];
};
const combined = (format: string): Conversion => {
  return (date, names) => [strftime(date, format, names)];
};
const hour12 = (date: Date) => date.getUTCHours() % 12 || 12;

const conversions: Readonly<Record<string, Conversion>> = {
  a: text({ weekday: 'short' }),
  A: text({ weekday: 'long' }),
  b: text({ month: 'short' }),
  B: text({ month: 'long' }),
  c: text({ dateStyle: 'short', timeStyle: 'medium' }),
  C: number(date => Math.floor(date.getUTCFullYear() / 100), 2),
  d: number(date => date.getUTCDate(), 2),
  D: combined('%m/%d/%y'),
  e: number(date => date.getUTCDate(), 2, ' '),
  F: combined('%Y-%m-%d'),
  h: text({ month: 'short' }),
  H: number(date => date.getUTCHours(), 2),
  I: number(hour12, 2),
  j: number(dayOfYear, 3),
  k: number(date => date.getUTCHours(), 2, ' '),
  l: number(hour12, 2, ' '),
  L: number(date => date.getUTCMilliseconds(), 3),
  m: number(date => date.getUTCMonth() + 1, 2),
  M: number(date => date.getUTCMinutes(), 2),
  n: () => ['\n'],
  N: ({ wallClock }) => [`${String(wallClock.getUTCMilliseconds()).padStart(3, '0')}000000`],
  p: ({ wallClock }) => [wallClock.getUTCHours() < 12 ? 'AM' : 'PM'],
  P: ({ wallClock }) => [wallClock.getUTCHours() < 12 ? 'am' : 'pm'],
  q: ({ wallClock }) => [ordinal(wallClock.getUTCDate())],
  r: combined('%I:%M:%S %p'),
  R: combined('%H:%M'),
  s: ({ wallClock, offsetMinutes = 0 }) => [
    String(Math.floor(wallClock.getTime() / 1000) - offsetMinutes * 60),
  ],
  S: number(date => date.getUTCSeconds(), 2),
  t: () => ['\t'],
  T: combined('%H:%M:%S'),
  u: number(date => date.getUTCDay() || 7, 1),
  U: number(date => weekOfYear(date, 0), 2),
  w: number(date => date.getUTCDay(), 1),
  W: number(date => weekOfYear(date, 1), 2),
  x: text({ dateStyle: 'short' }),
  X: text({ timeStyle: 'medium' }),
  y: number(date => date.getUTCFullYear() % 100, 2),
  Y: number(date => date.getUTCFullYear(), 4),
  z: ({ offsetMinutes = 0 }, _, flags) => [printZone(offsetMinutes, flags.includes(':') ? ':' : '')],
  Z: ({ offsetMinutes = 0 }) => [printZone(offsetMinutes, '')],
  '%': () => ['%'],
};

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1;
}

/** Days before the year's first `startDay` are in week 0. */
function weekOfYear(date: Date, startDay: number): number {
  return Math.floor((dayOfYear(date) - 1 - ((date.getUTCDay() - startDay + 7) % 7) + 7) / 7);
}

function ordinal(day: number): string {
  if (day > 10 && day < 14) return 'th';
  return ['th', 'st', 'nd', 'rd'][day % 10] ?? 'th';
}

function printZone(offsetMinutes: number, colon: string): string {
  const minutes = Math.abs(offsetMinutes);
  const twoDigits = (value: number) => String(value).padStart(2, '0');
  return `${offsetMinutes < 0 ? '-' : '+'}${twoDigits(Math.floor(minutes / 60))}${colon}${twoDigits(minutes % 60)}`;
}

/** All capitals become small, anything else becomes capitals. */
function swapCase(value: string): string {
  return /[a-z]/.test(value) ? value.toUpperCase() : value.toLowerCase();
}
