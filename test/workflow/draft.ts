import type { EmailDraft } from '../../src/workflow/read-draft.js';

/** What the plainest command line says: `send msg.txt --to alice@example.com --no-track`. A test names what it has beside. */
export function draftWith(changes: Partial<EmailDraft> = {}): EmailDraft {
  return {
    templatePath: 'msg.txt',
    folder: '/home/anthony',
    textPath: undefined,
    subject: 'Hello',
    from: 'anthony@example.com',
    replyTo: undefined,
    envelopeFrom: undefined,
    inReplyTo: undefined,
    headers: [],
    attachments: [],
    attachmentColumns: [],
    set: new Map(),
    named: { to: ['alice@example.com'], cc: [], bcc: [], each: [] },
    where: [],
    sample: undefined,
    seed: undefined,
    encoding: undefined,
    sheet: undefined,
    maxVisible: 20,
    expose: undefined,
    duplicates: undefined,
    skipInvalid: false,
    allowPlaceholders: false,
    consentNeeded: false,
    tokenFormat: 'sealed',
    trackingUrl: undefined,
    server: undefined,
    connections: 1,
    window: 1,
    ...changes,
  };
}
