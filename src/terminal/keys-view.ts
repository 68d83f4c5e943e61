import type { TimeFormat } from '../time-format.js';
import { tableLines } from './table.js';

export interface ListedKey {
  readonly id: number;
  readonly fingerprint: string;
  /** undefined: made before that was noted. */
  readonly madeAt: Date | undefined;
  /** Seals new tokens. */
  readonly signs: boolean;
  /** Emails of the database it sealed; undefined when there is no database. */
  readonly emails: number | undefined;
}

/** Keys, a row each; the secret part is never among them. */
export function keyLines(
  keys: readonly ListedKey[],
  { time, width }: { readonly time: TimeFormat; readonly width: number },
): readonly string[] {
  const rows = keys.map(key => [
    String(key.id),
    key.fingerprint,
    key.madeAt === undefined ? 'not noted' : time.full(key.madeAt),
    key.emails === undefined ? '' : String(key.emails),
    key.signs ? 'seals new mail' : 'verifies',
  ]);
  const columns = [
    { title: 'Key', align: 'right' as const },
    { title: 'Fingerprint' },
    { title: 'Made' },
    { title: 'Emails', align: 'right' as const },
    { title: '' },
  ];
  return tableLines(columns, rows, width);
}
