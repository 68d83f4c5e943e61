import { columnKey } from '../recipients/column-key.js';
import { forgottenAddress } from '../recipients/forgotten.js';
import { guardedRow, renamedColumn, reportColumns, returnedColumns } from '../recipients/report-list.js';
import type { ReturnedSummary } from './returned-summary.js';
import type { RecipientSummary, Report } from './summary.js';

/**
 * A row of names, then one row per recipient, one after the other; every cell quoted, CRLF line ends. RFC 4180. Behind the report's own columns stand the merge fields
 * of the recipients, so that it can be mailed to as it is. Where the list has a column named as one of the report's, that
 * one is named `report_…`.
 */
export function* reportRows(report: Report): Generator<string, void, void> {
  const isPartlyTracked = someLackTracking(report);
  const fields = fieldColumns(report, isPartlyTracked);
  const taken = new Set(fields.map(columnKey));
  const header = [
    ...[...reportColumns, ...returnedColumns].map(name =>
      taken.has(columnKey(name)) ? renamedColumn(name) : name,
    ),
    ...fields,
  ];
  yield guardedRow(header);
  for (const recipient of report.recipients) {
    // Nobody can be mailed in the place of somebody who was forgotten.
    if (recipient.emailAddress === forgottenAddress) continue;
    const cells = fields.map(name => fieldOf(recipient, name, isPartlyTracked));
    yield guardedRow([...ownCells(recipient), ...cells]);
  }
}

function ownCells(recipient: RecipientSummary): readonly string[] {
  const { returned } = recipient;
  return [
    recipient.emailAddress,
    recipient.name,
    recipient.role,
    recipient.state,
    recipient.verdict,
    String(recipient.confidence),
    String(recipient.opens),
    recipient.firstOpenedAt?.toISOString() ?? '',
    recipient.lastOpenedAt?.toISOString() ?? '',
    returned.delivery,
    bounceCell(returned),
    returned.repliedAt?.toISOString() ?? '',
    returned.autoRepliedAt?.toISOString() ?? '',
    returned.complainedAt?.toISOString() ?? '',
  ];
}

/** `hard 5.1.1` */
function bounceCell({ bounce }: ReturnedSummary): string {
  return bounce === undefined ? '' : `${bounce.hardness ?? 'soft'} ${bounce.status}`.trim();
}

/** Of all lists, each once; without those that say what a column of the report says. */
function fieldColumns(report: Report, isPartlyTracked: boolean): readonly string[] {
  const said = new Set(['email', 'email_address', 'email address', 'name', ...sameRole(report)]);
  const columns = new Map<string, string>();
  for (const { fields } of report.recipients) {
    for (const name of fields.keys()) {
      const lower = name.toLowerCase();
      if (!said.has(lower) && !columns.has(lower)) columns.set(lower, name);
    }
  }
  if (isPartlyTracked && !columns.has('track')) columns.set('track', 'track');
  return [...columns.values()];
}

/** Of group mail the column says who is in To, Cc or Bcc; of mail to one each it is a merge field. */
function sameRole({ email }: Report): readonly string[] {
  return email.mode === 'group' ? ['role'] : [];
}

/** Not when nobody was tracked: that was said of the email, and not of its recipients. */
function someLackTracking({ recipients }: Report): boolean {
  const untracked = recipients.filter(({ verdict }) => verdict === 'not-tracked').length;
  return untracked > 0 && untracked < recipients.length;
}

/** Somebody who was not tracked is not tracked when the report is mailed to. */
function fieldOf(recipient: RecipientSummary, name: string, isPartlyTracked: boolean): string {
  if (isPartlyTracked && recipient.verdict === 'not-tracked' && columnKey(name) === 'track') return 'no';
  const value = recipient.fields.get(name);
  if (value !== undefined) return value;
  const lower = name.toLowerCase();
  return [...recipient.fields].find(([other]) => other.toLowerCase() === lower)?.[1] ?? '';
}
