import { rulesDate } from '../tracking/rules-date.js';
import type { JudgedFetch, RecipientSummary, Report, ReportEmail } from './summary.js';

type Json = Readonly<Record<string, unknown>>;

/** What `report --json` begins with, schema mailtrack.report/1: `recipients` and `opens` follow. Fields are only ever added. */
export function reportJson({ email, totals }: Pick<Report, 'email' | 'totals'>): Json {
  const { notTracked, ...counts } = totals;
  return {
    schema: 'mailtrack.report/1',
    email: {
      email_id: email.emailId,
      send_id: email.sendId ?? null,
      subject: email.subject,
      from: email.from,
      mode: email.mode,
      message_id: email.messageId,
      created_at: email.createdAt.toISOString(),
    },
    rules: rulesDate,
    totals: { ...counts, not_tracked: notTracked },
  };
}

/** One of `recipients`. */
export function recipientJson(recipient: RecipientSummary): Json {
  return {
    email_address: recipient.emailAddress,
    name: recipient.name,
    role: recipient.role,
    state: recipient.state,
    verdict: recipient.verdict,
    confidence: recipient.confidence,
    opens: recipient.opens,
    first_opened_at: recipient.firstOpenedAt?.toISOString() ?? null,
    last_opened_at: recipient.lastOpenedAt?.toISOString() ?? null,
    kinds: recipient.kinds,
  };
}

/** One of `opens`. */
export function openJson(email: ReportEmail, open: JudgedFetch): Json {
  return {
    datetime_opened: open.openedAt.toISOString(),
    email_id: email.emailId,
    email_address: open.emailAddress,
    kind: open.kind,
    confidence: open.confidence,
    rule: open.rule,
    ...(open.times > 1 ? { times: open.times } : {}),
  };
}
