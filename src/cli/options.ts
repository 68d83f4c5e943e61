import { parseWhere, type Where, whereExample } from '../recipients/where.js';
import type { Rate } from '../smtp/pace.js';
import { autoWindow, widestWindow } from '../smtp/window.js';
import { InvalidArgumentError } from './commander.js';
import { type ListenAddress, parseListenAddress, parsePort } from './listen-address.js';
import type { Streams } from './streams.js';

/** What every command gets, wherever on the line it stood. */
export interface GlobalOptions {
  readonly config?: string;
  readonly profile?: string;
  readonly db?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
  readonly input: boolean;
  /** Not an option of the command line. */
  readonly streams: Streams;
}

/** Commander keeps only the last of a repeated option unless it is told to collect: recipients would be lost. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

export function wholeNumber(least: number): (value: string) => number {
  return value => {
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (!Number.isSafeInteger(number) || number < least) {
      throw new InvalidArgumentError(`It has to be a whole number, at least ${least}.`);
    }
    return number;
  };
}

/** A port to listen on; 0 takes any free one. */
export function listenPort(value: string): number {
  const port = parsePort(value);
  if (!port.ok) throw new InvalidArgumentError(`It ${port.why}; 0 takes any free one.`);
  return port.value;
}

/** `host:port` and what may be left out of it. */
export function listenAddress(value: string): ListenAddress {
  const address = parseListenAddress(value);
  if (!address.ok) throw new InvalidArgumentError(`It ${address.why}.`);
  return address.value;
}

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `90s`, `15m`, `2h`, `0s` → milliseconds. */
export function duration(value: string): number {
  const [, count, unit] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d)$/.exec(value.trim()) ?? [];
  const ms = unit === undefined ? undefined : unitMs[unit];
  if (count === undefined || ms === undefined) {
    throw new InvalidArgumentError('It has to be a duration such as 90s, 15m or 2h.');
  }
  return Number(count) * ms;
}

/** A day, an instant, or how long ago. A day begins where the user is. */
export function pastTime(value: string): Date {
  if (/^\d+(?:\.\d+)?\s*(?:ms|s|m|min|h|d)$/.test(value.trim()))
    return new Date(Date.now() - duration(value));
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(value);
  const time = /^\d{4}-\d{2}-\d{2}/.test(value) ? new Date(isDay ? `${value}T00:00` : value) : undefined;
  if (time === undefined || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError(
      'It has to be a time such as 2026-11-30 or 2026-11-30T09:00Z, or how long ago: 7d.',
    );
  }
  return time;
}

/** `10/s`, `300/h` → at most so many per unit. */
export function rate(value: string): Rate {
  const [, count, unit] = /^(\d+)\s*\/\s*(s|m|min|h|d)$/.exec(value.trim()) ?? [];
  const perMs = unit === undefined ? undefined : unitMs[unit];
  if (count === undefined || perMs === undefined || Number(count) === 0) {
    throw new InvalidArgumentError('It has to be a rate such as 10/s, 100/m or 300/h.');
  }
  return { count: Number(count), perMs };
}

/** Messages under way per session: a number, or `auto`. */
export function window(value: string): number {
  if (value === 'auto') return autoWindow;
  const number = wholeNumber(1)(value);
  if (number > widestWindow) throw new InvalidArgumentError(`It has to be at most ${widestWindow}, or auto.`);
  return number;
}

/** `name=value`. */
export function assignment(
  value: string,
  before: ReadonlyMap<string, string> | undefined,
): ReadonlyMap<string, string> {
  const equals = value.indexOf('=');
  if (equals <= 0) throw new InvalidArgumentError('It has to be key=value.');
  return new Map(before ?? []).set(value.slice(0, equals).trim(), value.slice(equals + 1));
}

const delimiterNames: ReadonlyMap<string, string> = new Map([
  ['tab', '\t'],
  ['\\t', '\t'],
  ['comma', ','],
  ['semicolon', ';'],
  ['pipe', '|'],
]);

/** The delimiter of CSV cells: one ASCII character, as it is or by its name. */
export function delimiter(value: string): string {
  const sign = delimiterNames.get(value.toLowerCase()) ?? value;
  // A character of addresses cannot separate them, and a quote has its own meaning.
  if (!/^[\t !#$%&'()*+,/:;<=>?[\\\]^`{|}~]$/.test(sign))
    throw new InvalidArgumentError('It has to be one sign, such as , ; or |, or tab.');
  return sign;
}

/** Conditions on the rows of lists; repeated, all of them hold. */
export function where(value: string, before: Where | undefined): Where {
  const conditions = parseWhere(value);
  if (!conditions.ok) throw new InvalidArgumentError(`${conditions.why}. ${whereExample}`);
  return [...(before ?? []), ...conditions.value];
}

/** Longer than any date, number and name somebody would put together. */
const longestSendId = 255;

/**
 * What the user calls an email. ASCII, since two ways to write one letter would be two ids, and the email be sent twice.
 * `latest` and `em_…` name emails in other ways already.
 */
export function sendId(value: string): string {
  if (value === '') throw new InvalidArgumentError('It is empty; a variable in it may not be set.');
  if (value.length > longestSendId)
    throw new InvalidArgumentError(`It has to be at most ${longestSendId} characters.`);
  if (!/^[\x21-\x7e]+$/.test(value))
    throw new InvalidArgumentError('It has to be of ASCII letters, digits and signs, without spaces.');
  if (value === 'latest' || value.startsWith('em_'))
    throw new InvalidArgumentError('It must not be latest or begin with em_, which name emails already.');
  return value;
}
