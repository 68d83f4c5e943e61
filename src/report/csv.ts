import type { Report } from './summary.js';

const columns = [
  'email_address',
  'name',
  'role',
  'state',
  'verdict',
  'confidence',
  'opens',
  'first_opened_at',
  'last_opened_at',
];

/** One row per recipient, every cell quoted, CRLF line ends. RFC 4180 */
export function reportCsv(report: Report): string {
  const rows = report.recipients.map(recipient => [
    recipient.emailAddress,
    recipient.name,
    recipient.role,
    recipient.state,
    recipient.verdict,
    String(recipient.confidence),
    String(recipient.opens),
    recipient.firstOpenedAt?.toISOString() ?? '',
    recipient.lastOpenedAt?.toISOString() ?? '',
  ]);
  return [columns, ...rows].map(row => `${row.map(cell).join(',')}\r\n`).join('');
}

/** A cell that a spreadsheet would run as a formula begins with an apostrophe instead; names come from outside. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r＝＋－＠]/.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}
