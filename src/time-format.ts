/** Instants as people read them: where the reader is, with the zone. In data they are ISO 8601 in UTC. */
export interface TimeFormat {
  /** `23 Nov 2026, 09:05 UTC+1`: with the zone of that instant. */
  full(at: Date): string;
  /** `23 Nov 2026, 09:05:07 UTC+1`. */
  exact(at: Date): string;
  /** `23 Nov 2026`. */
  day(at: Date): string;
  /** For a table whose heading has the zone: `09:05` on the day of `now`, else `23 Nov 09:05`. */
  short(at: Date): string;
  /** `09:05:07`. */
  clock(at: Date): string;
  /** `UTC+1`: that of `now`, and so of `short`. */
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
  const shift = (at: Date, minutes: number) => new Date(at.getTime() + minutes * 60_000);
  const local = (at: Date) => shift(at, offsetMinutes(at));
  // In summer a time of last winter is told in the zone of the heading, not of the instant.
  const zoneMinutes = offsetMinutes(now);
  const inZone = (at: Date) => shift(at, zoneMinutes);
  const day = (at: Date) => `${dayOf(local(at))} ${local(at).getUTCFullYear()}`;
  const clock = (at: Date) => `${timeOf(local(at))}:${twoDigits(local(at).getUTCSeconds())}`;
  const today = dayNumber(inZone(now));
  const short = (at: Date) => (dayNumber(at) === today ? timeOf(at) : `${dayOf(at)} ${timeOf(at)}`);
  return {
    full: at => `${day(at)}, ${timeOf(local(at))} ${zoneOf(offsetMinutes(at))}`,
    exact: at => `${day(at)}, ${clock(at)} ${zoneOf(offsetMinutes(at))}`,
    day,
    short: at => short(inZone(at)),
    clock,
    zone: zoneOf(zoneMinutes),
  };
}

/** Days since 1970 of a time that was shifted to its zone. */
function dayNumber(local: Date): number {
  return Math.floor(local.getTime() / 86_400_000);
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
