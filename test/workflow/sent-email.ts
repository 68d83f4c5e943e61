import type { CopyPlan } from '../../src/merge/copy-plan.js';
import type { EmailRecord, RecipientRecord } from '../../src/workflow/ports.js';

/** An email as the ledger holds it, for tests to which its content does not matter. */
export function emailOf(emailId: string): EmailRecord {
  return {
    emailId,
    emailNumber: 1,
    mode: 'group',
    subject: 'S',
    from: 'a@example.com',
    messageId: '<m@example.com>',
    createdAt: new Date('2026-11-23T08:00:00Z'),
    tokenFormat: 'sealed',
    fingerprint: 'f',
    composition: '{}',
  };
}

export const copyOf: CopyPlan = {
  make: async recipient => {
    const message = Buffer.from(recipient.emailAddress);
    return { subject: 'S', messageId: '<m@example.com>', octets: [message], message };
  },
  header: async () => Buffer.from('Subject: S\r\n\r\n'),
};

/** `r3@example.com`, not sent to yet. */
export function recipientOf(position: number, domain = 'example.com'): RecipientRecord {
  return {
    position,
    recipientNumber: position,
    emailAddress: `r${position}@${domain}`,
    name: '',
    role: 'to',
    tracked: true,
    fields: new Map(),
    attachments: [],
    state: 'pending',
    stateAt: new Date('2026-11-23T08:00:00Z'),
    attempts: 0,
  };
}
