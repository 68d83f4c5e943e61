import type { TimeFormat } from '../time-format.js';
import { visible } from './clean.js';
import type { Style } from './style.js';
import { layOutTable } from './table.js';

export interface ListedEmail {
  readonly emailId: string;
  /** What the user called it with `--id`. */
  readonly sendId?: string | undefined;
  readonly subject: string;
  readonly createdAt: Date;
  readonly cancelled: boolean;
  readonly recipients: number;
  readonly accepted: number;
  readonly uncertain: number;
  readonly unfinished: number;
  /** Recipients whose copy failed, and those who answered. */
  readonly failed?: number;
  readonly replied?: number;
}

/** Emails, newest first, a row each. */
export function listLines(
  emails: readonly ListedEmail[],
  { width, style, time }: { width: number; style: Style; time: TimeFormat },
): readonly string[] {
  const hasIds = emails.some(({ sendId }) => sendId !== undefined);
  const rows = emails.map(email => [
    email.emailId,
    ...(hasIds ? [visible(email.sendId ?? '')] : []),
    time.short(email.createdAt),
    `${email.accepted}/${email.recipients}`,
    visible(email.subject),
    note(email),
  ]);
  const columns = [
    { title: 'Email' },
    ...(hasIds ? [{ title: 'Id', elastic: true, whole: true }] : []),
    { title: `Sent (${time.zone})` },
    { title: 'Accepted', align: 'right' as const },
    { title: 'Subject', elastic: true },
    { title: '' },
  ];
  const table = layOutTable(columns, rows, width);
  return [...table.title.map(style.dim), ...table.rows.flat()];
}

function note({ cancelled, uncertain, unfinished, failed = 0, replied = 0 }: ListedEmail): string {
  const standing =
    uncertain > 0
      ? `${uncertain} uncertain`
      : cancelled
        ? 'cancelled'
        : unfinished > 0
          ? `${unfinished} to go`
          : '';
  return [standing, failed > 0 ? `${failed} failed` : '', replied > 0 ? `${replied} replied` : '']
    .filter(word => word !== '')
    .join(', ');
}
