import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { Problems } from '../../src/problem.js';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { findResumeProblems } from '../../src/workflow/check-resume.js';
import { planEmail } from '../../src/workflow/plan-email.js';
import type { Ledger } from '../../src/workflow/ports.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { testRing } from '../tracking/keys.js';
import { MemoryFiles } from './memory-files.js';
import { PatientClock } from './world.js';

let drawn = 0;

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
    attachmentColumns: [],
    set: new Map(),
    named: { to: ['alice@example.com', 'bob@example.com'], cc: [], bcc: [], each: [] },
    maxVisible: 20,
    expose: undefined,
    duplicates: undefined,
    skipInvalid: false,
    allowPlaceholders: false,
    where: [],
    sample: undefined,
    seed: undefined,
    encoding: undefined,
    sheet: undefined,
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
    random: { bytes: count => Buffer.alloc(count, drawn++) },
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

describe('images of the template’s folder', () => {
  const files = () =>
    new MemoryFiles({
      'mails/msg.html':
        '<p>{% if email contains "bob" %}<img src="b.png">{% endif %}<img src="a.png"><img src="d/copy-of-a.png"></p>',
      'mails/a.png': 'A',
      'mails/d/copy-of-a.png': 'A',
      'mails/b.png': 'B',
    });

  it('are attached once to every copy, and shown where they are named', async () => {
    const planned = await plan(files(), 'mails/msg.html');
    const copies = planned.copies('pixel', testRing);
    for await (const recipient of planned.recipients()) {
      const { html = '', attachments } = await PostalMime.parse((await copies.make(recipient)).message);
      expect(attachments.map(({ filename, related }) => [filename, related])).toEqual([
        ['b.png', true],
        ['a.png', true],
      ]);
      const named = [...html.matchAll(/src="cid:([^"]+)"/g)].map(([, id]) => `<${id}>`);
      const [b, a] = attachments.map(({ contentId }) => contentId);
      expect(named).toEqual(recipient.emailAddress.startsWith('bob') ? [b, a, a] : [a, a]);
      const read = attachments.map(({ content }) => Buffer.from(content as ArrayBuffer).toString());
      expect(read).toEqual(['B', 'A']);
    }
  });

  it('stop a resumed email when they changed, and make it another email', async () => {
    const here = files();
    const planned = await plan(here, 'mails/msg.html');
    expect(await resumeProblems(here, planned)).toEqual([]);
    here.contents.set('mails/b.png', 'C');
    expect(await resumeProblems(here, planned)).toEqual([
      'the image mails/b.png changed since the email was begun',
    ]);
    const other = await plan(here, 'mails/msg.html');
    expect(other.email.fingerprint).not.toBe(planned.email.fingerprint);
  });

  it('that are not there, or links to elsewhere, are said with all other problems', async () => {
    const here = files();
    here.contents.delete('mails/a.png');
    here.linked.add('mails/b.png');
    here.contents.set('mails/msg.html', `${here.contents.get('mails/msg.html')}\n{{ unknown }}`);
    const error = await plan(here, 'mails/msg.html').catch((error: unknown) => error);
    const problems = error instanceof Problems ? error.problems : [];
    expect(problems.map(({ message, where }) => `${where?.line}:${where?.column} ${message}`)).toEqual([
      '1:43 mails/b.png is a link to somewhere outside the folder of the template',
      '1:71 mails/a.png does not exist',
      '2:4 there is no field "unknown"',
    ]);
  });
});
