import type { TimeFormat } from '../time-format.js';
import type { SuppressedPerson } from '../workflow/ports.js';
import { visible } from './clean.js';
import { tableLines } from './table.js';

/** People who are never mailed, a row each. */
export function suppressionLines(
  people: readonly SuppressedPerson[],
  { time, width }: { readonly time: TimeFormat; readonly width: number },
): readonly string[] {
  const rows = people.map(({ emailAddress, kind, reason, since }) => [
    visible(emailAddress),
    time.day(since),
    kind === 'unsubscribed' ? 'unsubscribed' : visible(reason),
  ]);
  const columns = [
    { title: 'Address', elastic: true, whole: true },
    { title: 'Since' },
    { title: 'Why', elastic: true },
  ];
  return tableLines(columns, rows, width);
}

/** As `suppress list --json` has each of them. */
export function suppressionObject({ emailAddress, kind, reason, since }: SuppressedPerson): object {
  return { email_address: emailAddress, kind, reason, since: since.toISOString() };
}
