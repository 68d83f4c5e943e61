import type { PlanOrigins, SendEvent } from '../workflow/events.js';
import type { StateCounts } from '../workflow/ports.js';
import { printJson } from './json.js';

/** `send --json`: one object per line; undefined for events that have none. Fields are only ever added. */
export function eventJson(event: SendEvent): string | undefined {
  const object = toObject(event);
  return object === undefined ? undefined : printJson(object);
}

/** `null`: not configured, or not used. */
function originsJson({ server, tracking, database, dkim }: PlanOrigins): Readonly<Record<string, unknown>> {
  return {
    server: server ?? null,
    tracking_url: tracking ?? null,
    database: database.origin,
    dkim: dkim?.origin ?? null,
  };
}

function toObject(event: SendEvent): Readonly<Record<string, unknown>> | undefined {
  switch (event.kind) {
    case 'send-planned': {
      const { plan } = event;
      return {
        type: 'plan',
        schema: 'mailtrack.send/1',
        email_id: plan.emailId,
        ...(plan.sendId === undefined ? {} : { send_id: plan.sendId }),
        mode: plan.mode,
        subject: plan.subject,
        message_id: plan.messageId,
        recipients: plan.recipients,
        visible: plan.visible,
        ...(plan.origins === undefined ? {} : { origins: originsJson(plan.origins) }),
        suppressed: plan.suppressed,
        notices: plan.notices,
        warnings: plan.warnings,
      };
    }
    case 'send-resumed': {
      const recipients = Object.values(event.counts).reduce((sum, count) => sum + count, 0);
      return {
        type: 'plan',
        schema: 'mailtrack.send/1',
        email_id: event.emailId,
        subject: event.subject,
        recipients,
        resumed: true,
      };
    }
    case 'recipient-settled':
      return {
        type: 'recipient',
        email_id: event.emailId,
        email_address: event.emailAddress,
        role: event.role,
        state: event.state,
        code: event.replyCode,
        enhanced_code: event.enhancedStatusCode,
        reply: event.replyText,
        attempt: event.attempt,
        at: event.at.toISOString(),
      };
    case 'send-finished':
      return {
        type: 'result',
        email_id: event.emailId,
        recipients: event.recipients,
        ...countsJson(event.counts),
        seconds: Math.round(event.seconds * 1_000) / 1_000,
      };
    case 'sent-earlier': {
      const { compared } = event;
      return {
        type: 'result',
        email_id: event.emailId,
        recipients: event.recipients,
        ...countsJson(event.counts),
        seconds: 0,
        sent_earlier: true,
        send_id: event.sendId,
        created_at: event.createdAt.toISOString(),
        cancelled_at: event.cancelledAt?.toISOString() ?? null,
        being_sent: event.beingSent,
        differs: compared.kind === 'other' ? compared.parts : compared.kind === 'same' ? [] : null,
      };
    }
    case 'session-opened':
    case 'session-lost':
    case 'server-silent':
    case 'session-refused':
    case 'slowed-down':
    case 'retry-scheduled':
    case 'interrupted':
      return undefined;
  }
}

function countsJson({ accepted, deferred, rejected, uncertain, pending, sending, skipped }: StateCounts) {
  return { accepted, deferred, rejected, uncertain, pending: pending + sending, skipped };
}
