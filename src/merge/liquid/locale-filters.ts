/**
 * Filters that print dates and numbers as a language has them: `local_date`, `money`, `number`; and Liquid's own `date`, which
 * here means the date of the email by `now`. Neither the clock nor the zone nor the language of the machine has a say, so that a
 * copy made again on another day has the same octets.
 */

import { type DateNames, strftime } from './strftime.js';
import { readDate, readDateField, readNumber, type WrittenDate } from './written-values.js';

export interface LocaleSettings {
  /** Of BCP 47; one that `isKnownLocale`. */
  readonly locale: string;
  /** The Date field of the email. */
  readonly date: string;
}

/** Days before months, and months in words unless asked for otherwise: the English that is least often misread. */
export const defaultLocale = 'en-GB';

/** A value of a list that is no date or no number. Its recipient is named by whoever knows them. */
export class UnreadableValue extends Error {
  constructor(
    readonly value: string,
    readonly wanted: 'date' | 'number',
    readonly fix: string,
  ) {
    super(`${JSON.stringify(value)} is not a ${wanted}. ${fix}`);
  }
}

/** Intl takes any well-formed tag, and falls back to the machine's language for one it does not know. */
export function isKnownLocale(locale: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf([locale]).length === 1;
  } catch {
    return false;
  }
}

export type LocaleFilter = (value: unknown, ...values: readonly unknown[]) => unknown;

export function createLocaleFilters(settings: LocaleSettings): Readonly<Record<string, LocaleFilter>> {
  const sentAt = readDateField(settings.date);
  const dateFormats = new Map<string, Intl.DateTimeFormat>();
  const numberFormats = new Map<string, Intl.NumberFormat>();

  const localeOf = (given: unknown): string => {
    if (given === undefined) return settings.locale;
    if (isLocale(given)) return given;
    throw new Error(`${JSON.stringify(given)} is not a locale; one is written like de-DE`);
  };
  const namesOf = (locale: string): DateNames => ({
    format: (date, options) =>
      remember(
        dateFormats,
        `${locale} ${JSON.stringify(options)}`,
        () => new Intl.DateTimeFormat(locale, { ...options, timeZone: 'UTC' }),
      ).format(date),
  });
  const printNumber = (locale: string, options: Intl.NumberFormatOptions, digits: string): string =>
    // As text, which Intl reads digit by digit.
    remember(
      numberFormats,
      `${locale} ${JSON.stringify(options)}`,
      () => new Intl.NumberFormat(locale, options),
    ).format(digits as unknown as number);

  const dateOf = (value: unknown): WrittenDate => {
    if (value === 'now' || value === 'today') return sentAt;
    const date = readDate(String(value));
    if (!date.ok) throw new UnreadableValue(String(value), 'date', date.why);
    return { ...date.value, offsetMinutes: date.value.offsetMinutes ?? sentAt.offsetMinutes };
  };
  const printDate = (value: unknown, format: string, locale: string): unknown =>
    isNothing(value) ? value : strftime(dateOf(value), format, namesOf(locale));

  return {
    local_date: (value, style = 'long', locale = undefined) => {
      if (isNothing(value)) return value;
      // The locale alone: `local_date: "de-DE"`.
      if (locale === undefined && isLocale(style))
        return namesOf(style).format(dateOf(value).wallClock, { dateStyle: 'long' });
      const dateStyle = dateStyles.find(known => known === style);
      if (dateStyle === undefined)
        throw new Error(
          `local_date has no style ${JSON.stringify(style)}; there are ${dateStyles.join(', ')}`,
        );
      return namesOf(localeOf(locale)).format(dateOf(value).wallClock, { dateStyle });
    },
    money: (value, currency, locale = undefined) => {
      if (isNothing(value)) return value;
      if (typeof currency !== 'string' || !/^[A-Z]{3}$/.test(currency))
        throw new Error(
          `money takes a currency of three letters, such as EUR, and not ${JSON.stringify(currency)}`,
        );
      return printNumber(localeOf(locale), { style: 'currency', currency }, numberOf(value));
    },
    number: (value, digits = undefined, locale = undefined) => {
      if (isNothing(value)) return value;
      if (locale === undefined && isLocale(digits))
        return printNumber(digits, { maximumFractionDigits: 20 }, numberOf(value));
      const number = numberOf(value);
      const places = digits === undefined ? (number.split('.')[1]?.length ?? 0) : Number(digits);
      if (!Number.isInteger(places) || places < 0 || places > 20)
        throw new Error(
          `number takes how many decimals there are, 0 to 20, and not ${JSON.stringify(digits)}`,
        );
      const options = { minimumFractionDigits: places, maximumFractionDigits: places };
      return printNumber(localeOf(locale), options, number);
    },
    date: (value, format = '%A, %-d %B %Y', locale = undefined) =>
      printDate(value, String(format), localeOf(locale)),
    date_to_xmlschema: value => printDate(value, '%Y-%m-%dT%H:%M:%S%:z', 'en-US'),
    date_to_rfc822: value => printDate(value, '%a, %d %b %Y %H:%M:%S %z', 'en-US'),
    date_to_string: (value, type, style) =>
      printDate(value, jekyllFormat('%b', type, style), settings.locale),
    date_to_long_string: (value, type, style) =>
      printDate(value, jekyllFormat('%B', type, style), settings.locale),
  };
}

const dateStyles = ['full', 'long', 'medium', 'short'] as const;

function isLocale(value: unknown): value is string {
  return typeof value === 'string' && isKnownLocale(value);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function numberOf(value: unknown): string {
  const number = readNumber(String(value));
  if (!number.ok) throw new UnreadableValue(String(value), 'number', number.why);
  return number.value;
}

function jekyllFormat(month: string, type: unknown, style: unknown): string {
  if (type !== 'ordinal') return `%d ${month} %Y`;
  return style === 'US' ? `${month} %-d%q, %Y` : `%-d%q ${month} %Y`;
}

function remember<T>(known: Map<string, T>, key: string, make: () => T): T {
  const found = known.get(key);
  if (found !== undefined) return found;
  const made = make();
  known.set(key, made);
  return made;
}
