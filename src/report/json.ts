import type { Report } from './summary.js';

/** The object of `report --json`, schema mailtrack.report/1. Fields are only ever added. */
export function reportJson(report: Report, withOpens: boolean): Readonly<Record<string, unknown>> {
  const { email, totals } = report;
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
    totals: { ...counts, not_tracked: notTracked },
    recipients: report.recipients.map(recipient => ({
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
    })),
    ...(withOpens
      ? {
          opens: report.opens.map(open => ({
            datetime_opened: open.openedAt.toISOString(),
            email_id: email.emailId,
            email_address: open.emailAddress,
            kind: open.kind,
            confidence: open.confidence,
            rule: open.rule,
            ...(open.times > 1 ? { times: open.times } : {}),
          })),
        }
      : {}),
  };
}
