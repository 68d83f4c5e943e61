/**
 * Numbers that stand for times the reader tells wrongly: durations of a day and more, days before March 1900, times of day
 * where days count from 1904. ECMA-376 part 1 §18.8.30, §18.17.4
 */
import { attributesOf } from './xlsx-xml.js';

/** What a format shows of a number; undefined where the reader is right. */
export type TimeFormat =
  /** `[h]:mm`: the unit in brackets goes beyond what a clock shows. */
  | {
      readonly kind: 'duration';
      readonly unit: 'h' | 'm' | 's';
      readonly digits: number;
      readonly seconds: boolean;
    }
  | { readonly kind: 'date' }
  | { readonly kind: 'time' };

/** By the number that cells have as their style. */
export function readTimeFormats(styles: string | undefined): ReadonlyMap<number, TimeFormat> {
  const formats = new Map<number, TimeFormat>();
  if (styles === undefined) return formats;
  const codes = new Map<string, string>();
  for (const [, text = ''] of styles.matchAll(/<(?:[\w.-]+:)?numFmt\s([^<>]*)>/g)) {
    const attributes = attributesOf(text);
    codes.set(attributes.get('numFmtId') ?? '', attributes.get('formatCode') ?? '');
  }
  const begin = styles.search(/<(?:[\w.-]+:)?cellXfs\b/);
  const end = styles.slice(begin).search(/<\/(?:[\w.-]+:)?cellXfs\s*>/);
  if (begin === -1 || end === -1) return formats;
  const cells = styles.slice(begin, begin + end).matchAll(/<(?:[\w.-]+:)?xf\b([^<>]*)>/g);
  for (const [style, [, text = '']] of [...cells].entries()) {
    const id = attributesOf(text).get('numFmtId') ?? '0';
    const code = codes.get(id);
    const format = code === undefined ? builtIn(Number(id)) : readFormatCode(code);
    if (format !== undefined) formats.set(style, format);
  }
  return formats;
}

function builtIn(id: number): TimeFormat | undefined {
  if (id === 46) return { kind: 'duration', unit: 'h', digits: 1, seconds: true };
  if ((id >= 18 && id <= 21) || id === 45 || id === 47) return { kind: 'time' };
  const isDate = (id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58);
  return isDate ? { kind: 'date' } : undefined;
}

/** @param code such as `[hh]:mm;@` or `d. mmmm yyyy`. */
export function readFormatCode(code: string): TimeFormat | undefined {
  const bare = code.toLowerCase().replaceAll(/"[^"]*"|[\\_*]./g, '');
  const [first = ''] = bare.split(';');
  const unit = /\[(h+|m+|s+)\]/.exec(first)?.[1];
  const letters = first.replaceAll(/\[[^[\]]*\]|am\/pm|a\/p/g, '');
  if (unit !== undefined) {
    const seconds = unit.startsWith('s') || letters.includes('s');
    return { kind: 'duration', unit: unit[0] as 'h' | 'm' | 's', digits: unit.length, seconds };
  }
  // Of letters nothing but these: a number may have words beside it.
  if (/[^ymdhs0-9\s:.,/年月日时時分秒-]/.test(letters) || !/[ymdhs]/.test(letters)) return undefined;
  return /[yd]|mmm/.test(letters) || !/[hs]/.test(letters) ? { kind: 'date' } : { kind: 'time' };
}

const daySeconds = 86_400;

/**
 * What a spreadsheet program shows of a number, with seconds where there are any.
 * @param serial days, counted from the epoch of the workbook.
 * @returns undefined where the reader's own date is right.
 */
export function printTime(serial: number, format: TimeFormat, from1904: boolean): string | undefined {
  if (!Number.isFinite(serial)) return undefined;
  const seconds = Math.round(Math.abs(serial) * daySeconds);
  if (format.kind === 'duration')
    return (serial < 0 && seconds > 0 ? '-' : '') + printDuration(seconds, format);
  if (serial < 0) return undefined;
  if (format.kind === 'time' && serial < (from1904 ? 1 : firstRightDay))
    return printClock(seconds % daySeconds);
  if (format.kind === 'time' || from1904 || seconds < daySeconds || serial >= firstRightDay) return undefined;
  const day = Math.floor(seconds / daySeconds);
  const clock = seconds % daySeconds;
  return clock === 0 ? printEarlyDay(day) : `${printEarlyDay(day)} ${printClock(clock)}`;
}

/** 1 March 1900. Days before it are numbered as if there had been a 29 February. */
const firstRightDay = 61;

function printEarlyDay(day: number): string {
  if (day === firstRightDay - 1) return '1900-02-29';
  return new Date(Date.UTC(1900, 0, day)).toISOString().slice(0, 10);
}

function printClock(seconds: number): string {
  const clock = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60].map(twoDigits);
  return clock.slice(0, seconds % 60 === 0 ? 2 : 3).join(':');
}

function printDuration(
  seconds: number,
  { unit, digits, seconds: showsSeconds }: Extract<TimeFormat, { kind: 'duration' }>,
): string {
  const first = (value: number) => String(value).padStart(digits, '0');
  const rest = twoDigits(seconds % 60);
  const withSeconds = showsSeconds || seconds % 60 !== 0;
  if (unit === 's') return first(seconds);
  if (unit === 'm') return first(Math.floor(seconds / 60)) + (withSeconds ? `:${rest}` : '');
  const minutes = twoDigits(Math.floor(seconds / 60) % 60);
  return `${first(Math.floor(seconds / 3_600))}:${minutes}${withSeconds ? `:${rest}` : ''}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
