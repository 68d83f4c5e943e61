/** Instants as people read them: local, with the zone once in the heading. */
export interface TimeFormat {
  /** `23 Nov 2026, 09:05`. */
  full(at: Date): string;
  /** `09:05` on the day of `now`, else `23 Nov 09:05`. */
  short(at: Date): string;
  /** `UTC+1`. */
  readonly zone: string;
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * Without Intl, which takes longer to load its calendars than a report takes for all else.
 * @param offsetMinutes east of UTC at an instant; default: the machine's.
 */
export function createTimeFormat(
  now: Date,
  offsetMinutes: (at: Date) => number = at => -at.getTimezoneOffset(),
): TimeFormat {
  const local = (at: Date) => new Date(at.getTime() + offsetMinutes(at) * 60_000);
  const full = (at: Date) => `${dayOf(local(at))} ${local(at).getUTCFullYear()}`;
  return {
    full: at => `${full(at)}, ${timeOf(local(at))}`,
    short: at => (full(at) === full(now) ? timeOf(local(at)) : `${dayOf(local(at))} ${timeOf(local(at))}`),
    zone: zoneOf(offsetMinutes(now)),
  };
}

function dayOf(local: Date): string {
  return `${local.getUTCDate()} ${months[local.getUTCMonth()]}`;
}

function timeOf(local: Date): string {
  return `${twoDigits(local.getUTCHours())}:${twoDigits(local.getUTCMinutes())}`;
}

function zoneOf(offsetMinutes: number): string {
  if (offsetMinutes === 0) return 'UTC';
  const minutes = Math.abs(offsetMinutes);
  const part = minutes % 60 === 0 ? '' : `:${twoDigits(minutes % 60)}`;
  return `UTC${offsetMinutes < 0 ? '-' : '+'}${Math.floor(minutes / 60)}${part}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
