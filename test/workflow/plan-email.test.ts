import { describe, expect, it } from 'vitest';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { findResumeProblems } from '../../src/workflow/check-resume.js';
import { planEmail } from '../../src/workflow/plan-email.js';
import type { Ledger } from '../../src/workflow/ports.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { MemoryFiles } from './memory-files.js';
import { PatientClock } from './world.js';

function plan(files: MemoryFiles, templatePath: string) {
  const draft: EmailDraft = {
    templatePath,
    folder: '/home/anthony',
    textPath: undefined,
    subject: 'S',
    from: 'anthony@example.com',
    replyTo: undefined,
    envelopeFrom: undefined,
    inReplyTo: undefined,
    headers: [],
    attachments: [],
    set: new Map(),
    named: { to: ['alice@example.com', 'bob@example.com'], cc: [], bcc: [], each: [] },
    maxVisible: 20,
    expose: undefined,
    duplicates: undefined,
    skipInvalid: false,
    consentNeeded: false,
    tokenFormat: 'sealed',
    trackingUrl: undefined,
    server: undefined,
    connections: 1,
    window: 1,
  };
  return planEmail(draft, {
    files,
    clock: new PatientClock(),
    random: { bytes: count => Buffer.alloc(count, 7) },
    addressBook: createAddressBook([], new Map()),
    readSuppressed: async () => new Set(),
  });
}

/** What `resume` says against going on, where the command runs in the folder it ran in. */
async function resumeProblems(files: MemoryFiles, planned: Awaited<ReturnType<typeof plan>>) {
  const composition = { ...planned.composition, folder: '.' };
  const here = new MemoryFiles(
    Object.fromEntries([...files.contents].map(([path, content]) => [`./${path}`, content])),
  );
  const ledger = { isCopy: async () => false } as unknown as Ledger;
  const allowed = { acceptChanged: false, acceptCopy: false };
  const problems = await findResumeProblems(composition, { files: here, ledger }, allowed);
  return problems.map(({ message }) => message);
}

describe('the files an email is made from', () => {
  it('are the template, its text and what they include, as they are on the disk', async () => {
    const files = new MemoryFiles({
      'mails/msg.mjml': '\uFEFF<mjml><mj-body><mj-include path="a.mjml" /></mj-body></mjml>',
      'mails/msg.txt': '\uFEFFHi\r\n',
      'mails/a.mjml': '<mj-section><mj-column><mj-text>Hi</mj-text></mj-column></mj-section>',
    });
    const planned = await plan(files, 'mails/msg.mjml');
    expect(planned.composition.sources.map(({ path }) => path)).toEqual([
      'mails/msg.mjml',
      'mails/msg.txt',
      'mails/a.mjml',
    ]);
    expect(await resumeProblems(files, planned)).toEqual([]);
    files.contents.set('mails/a.mjml', '');
    expect(await resumeProblems(files, planned)).toEqual(['mails/a.mjml changed since the email was begun']);
  });
});
