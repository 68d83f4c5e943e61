import { openReaderIfAny } from '../../store/open-reader.js';
import { printJson } from '../../terminal/json.js';
import { type ListedEmail, listLines } from '../../terminal/list-view.js';
import { createStyle } from '../../terminal/style.js';
import { createTimeFormat } from '../../time-format.js';
import type { EmailSummary } from '../../workflow/ports.js';
import { createContext } from '../context.js';
import type { GlobalOptions } from '../options.js';
import { terminalWidth } from '../output.js';

const defaultLimit = 20;

export async function runList(options: GlobalOptions & { limit?: number }): Promise<void> {
  const { output, json, storeUrl } = await createContext(options);
  const store = await openReaderIfAny(storeUrl);
  try {
    const emails = (await store?.reader.listEmails(options.limit ?? defaultLimit)) ?? [];
    if (json) {
      output.data(printJson({ schema: 'mailtrack.list/1', emails: emails.map(toJson) }));
    } else if (emails.length === 0) {
      output.say('No email has been sent yet.');
    } else {
      const style = createStyle({
        color: options.color,
        environment: process.env,
        isTerminal: output.stdout.isTTY === true,
      });
      const lines = listLines(emails.map(toListed), {
        width: terminalWidth(output.stdout),
        style,
        time: createTimeFormat(new Date()),
      });
      for (const line of lines) output.data(line);
    }
  } finally {
    store?.close();
  }
}

function toListed({
  emailId,
  sendId,
  subject,
  createdAt,
  cancelledAt,
  states,
  cameBack,
}: EmailSummary): ListedEmail {
  return {
    emailId,
    sendId,
    subject,
    createdAt,
    cancelled: cancelledAt !== undefined,
    recipients: Object.values(states).reduce((sum, count) => sum + count, 0),
    accepted: states.accepted,
    uncertain: states.uncertain,
    unfinished: states.pending + states.sending + states.deferred,
    ...cameBack,
  };
}

function toJson(email: EmailSummary): Readonly<Record<string, unknown>> {
  const { pending, sending, ...states } = email.states;
  return {
    email_id: email.emailId,
    send_id: email.sendId ?? null,
    subject: email.subject,
    mode: email.mode,
    message_id: email.messageId,
    created_at: email.createdAt.toISOString(),
    cancelled_at: email.cancelledAt?.toISOString() ?? null,
    recipients: toListed(email).recipients,
    ...states,
    pending: pending + sending,
    ...email.cameBack,
  };
}
