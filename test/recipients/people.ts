import { type Mailbox, parseMailbox } from '../../src/message/mailbox.js';
import type { Recipient, Role } from '../../src/recipients/recipient.js';

export function mailbox(text: string): Mailbox {
  const result = parseMailbox(text);
  if (!result.ok) throw new Error(`${text}: ${result.why}`);
  return result.value;
}

/** Somebody typed after a flag. */
export function typed(role: Role, text: string, tracked = true): Recipient {
  return { mailbox: mailbox(text), role, tracked, fields: new Map(), source: { flag: `--${role}` } };
}

/** Somebody in a row of people.csv. */
export function row(
  line: number,
  text: string,
  fields: Readonly<Record<string, string>> = {},
  more: Partial<Recipient> = {},
): Recipient {
  return {
    mailbox: mailbox(text),
    role: 'to',
    tracked: true,
    fields: new Map(Object.entries(fields)),
    addressing: new Set(Object.keys(fields).filter(name => /^(?:email|role|track)$/i.test(name))),
    source: { file: 'people.csv', line },
    ...more,
  };
}
