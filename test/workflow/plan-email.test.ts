import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { createCopyPlan } from '../../src/merge/copy-plan.js';
import { Problems } from '../../src/problem.js';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { findResumeProblems } from '../../src/workflow/check-resume.js';
import type { NamedRecipients } from '../../src/workflow/named-people.js';
import { planEmail } from '../../src/workflow/plan-email.js';
import type { Ledger } from '../../src/workflow/ports.js';
import { testRing } from '../tracking/keys.js';
import { draftWith } from './draft.js';
import { MemoryFiles } from './memory-files.js';
import { PatientClock } from './world.js';

let drawn = 0;

function plan(
  files: MemoryFiles,
  templatePath: string,
  named: NamedRecipients = { to: ['alice@example.com', 'bob@example.com'], cc: [], bcc: [], each: [] },
) {
  const draft = draftWith({ templatePath, named });
  return planEmail(draft, {
    files,
    clock: new PatientClock(),
    random: { bytes: count => Buffer.alloc(count, drawn++) },
    addressBook: createAddressBook([], new Map()),
    findSuppressed: async () => new Set(),
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

describe('values that are no date or number', () => {
  const template = '{{ due | local_date }} {{ amount | money: "EUR" }}';
  const problemsOf = async (rows: string) => {
    const files = new MemoryFiles({ 'msg.txt': template, 'people.csv': `email,due,amount\n${rows}` });
    try {
      await plan(files, 'msg.txt', { to: [], cc: [], bcc: [], each: ['@people.csv'] });
      return [];
    } catch (error) {
      if (!(error instanceof Problems)) throw error;
      return error.problems.map(
        ({ code, message, where, fix }) => `${code} ${where?.file}:${where?.line} ${message} / ${fix}`,
      );
    }
  };

  it('are named with their row, and how they are written', async () => {
    expect(await problemsOf('a@example.com,2026-12-01,1.0\nb@example.com,2026-12-01,"1.234,50"')).toEqual([
      'template-field people.csv:3 "1.234,50" is not a number / Write 1234.50.',
    ]);
  });

  it('are told all at once', async () => {
    const rows = Array.from({ length: 10 }, (_, n) => `p${n}@example.com,0${n}.12.2026,1`).join('\n');
    expect(await problemsOf(`${rows}\nz@example.com,2026-12-01,x`)).toEqual([
      'template-field people.csv:2 10 of 11 recipients have values that are not a date: people.csv:2 "00.12.2026", people.csv:3 "01.12.2026", people.csv:4 "02.12.2026", people.csv:5 "03.12.2026", people.csv:6 "04.12.2026", people.csv:7 "05.12.2026", people.csv:8 "06.12.2026", people.csv:9 "07.12.2026" and 2 more / Write dates like 2026-12-01.',
      'template-field people.csv:12 "x" is not a number / Write it like 1234.50.',
    ]);
  });
});

it('makes a copy again with the date of its email, in its zone', async () => {
  const files = new MemoryFiles({ 'msg.txt': '---\nlocale: de-DE\n---\n{{ "now" | date: "%A %H:%M %z" }}' });
  const planned = await plan(files, 'msg.txt');
  const { value: first } = await planned.recipients()[Symbol.asyncIterator]().next();
  if (first === undefined) throw new Error('nobody');
  const context = {
    emailId: 'em_x',
    emailNumber: 1,
    ring: testRing,
    attachments: [],
    readAttachment: () => Promise.reject(new Error('none')),
    templatePath: 'msg.txt',
  };
  const composition = { ...planned.composition, date: 'Tue, 1 Dec 2026 23:59:00 -0500' };
  const stored = JSON.parse(JSON.stringify(composition)) as typeof composition;
  const { message } = await createCopyPlan(stored, { ...context, purpose: 'rehearsal' }).make(first);
  expect((await PostalMime.parse(message)).text?.trim()).toBe('Dienstag 23:59 -0500');
});

it('refuses a template or a text part that is too large before anything reads it', async () => {
  const large = 'x'.repeat(2_000_001);
  const files = new MemoryFiles({ 'msg.md': large, 'other.md': 'x', 'other.txt': large });
  for (const [path, named] of [
    ['msg.md', 'msg.md'],
    ['other.md', 'other.txt'],
  ] as const) {
    await expect(plan(files, path)).rejects.toMatchObject({
      problems: [{ code: 'template-syntax', message: 'it is larger than 2 MB', where: { file: named } }],
    });
  }
});
