import { rulesDate } from '../tracking/rules-date.js';
import type { RecipientReturn } from './returned-summary.js';
import type { JudgedFetch, RecipientSummary, Report, ReportEmail } from './summary.js';

type Json = Readonly<Record<string, unknown>>;

/** What `report --json` begins with, schema mailtrack.report/1: `recipients` and `opens` follow. Fields are only ever added. */
export function reportJson({ email, totals, shared }: Pick<Report, 'email' | 'totals' | 'shared'>): Json {
  const { notTracked, autoReplied, ...counts } = totals;
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
    // Links are not rewritten, so that there are no clicks.
    totals: { ...counts, not_tracked: notTracked, auto_replied: autoReplied, clicked: 0 },
    ...(shared === undefined ? {} : { shared_pixel: shared }),
  };
}

/** One of `recipients`. */
export function recipientJson(recipient: RecipientSummary): Json {
  const { returned } = recipient;
  return {
    email_address: recipient.emailAddress,
    name: recipient.name,
    role: recipient.role,
    state: recipient.state,
    verdict: recipient.verdict,
    confidence: recipient.confidence,
    rule: recipient.rule ?? null,
    opens: recipient.opens,
    first_opened_at: recipient.firstOpenedAt?.toISOString() ?? null,
    last_opened_at: recipient.lastOpenedAt?.toISOString() ?? null,
    kinds: recipient.kinds,
    delivery: returned.delivery,
    bounce: returned.bounce === undefined ? null : bounceJson(returned.bounce),
    replied_at: returned.repliedAt?.toISOString() ?? null,
    auto_replied_at: returned.autoRepliedAt?.toISOString() ?? null,
    returns_on: returned.returnsOn ?? null,
    complained_at: returned.complainedAt?.toISOString() ?? null,
    clicks: 0,
    first_clicked_at: null,
  };
}

/** `proven`: only somebody who had the copy can have written the report. */
function bounceJson({ hardness, status, diagnostic, at, isProven, evidence }: RecipientReturn): Json {
  return { hardness, status, diagnostic, at: at.toISOString(), proven: isProven, evidence };
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
