/** Instants as people read them: local, with the zone once in the heading. */
export interface TimeFormat {
  /** `23 Nov 2026, 09:05`. */
  full(at: Date): string;
  /** `09:05` on the day of `now`, else `23 Nov 09:05`. */
  short(at: Date): string;
  /** `GMT+1`. */
  readonly zone: string;
}

/** @param timeZone IANA name; undefined: the machine's. */
export function createTimeFormat(now: Date, timeZone?: string): TimeFormat {
  const zoned = timeZone === undefined ? {} : { timeZone };
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat('en-GB', { ...options, ...zoned });
  const day = format({ day: 'numeric', month: 'short', year: 'numeric' });
  const time = format({ hour: '2-digit', minute: '2-digit' });
  const dayAndMonth = format({ day: 'numeric', month: 'short' });
  const zone = format({ timeZoneName: 'short' })
    .formatToParts(now)
    .find(({ type }) => type === 'timeZoneName');
  return {
    full: at => `${day.format(at)}, ${time.format(at)}`,
    short: at =>
      day.format(at) === day.format(now) ? time.format(at) : `${dayAndMonth.format(at)} ${time.format(at)}`,
    zone: zone?.value ?? 'UTC',
  };
}
