import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { Problems } from '../../src/problem.js';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { type PlannedEmail, planEmail } from '../../src/workflow/plan-email.js';
import { previewCopies } from '../../src/workflow/preview-copies.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { testRing } from '../tracking/keys.js';
import { draftWith } from './draft.js';
import { MemoryFiles } from './memory-files.js';
import { PatientClock } from './world.js';

const list = 'lists/people.csv';

function plan(files: MemoryFiles, changes: Partial<EmailDraft> = {}): Promise<PlannedEmail> {
  const draft = draftWith({
    attachmentColumns: ['invoice'],
    named: { to: [], cc: [], bcc: [], each: [`@${list}`] },
    ...changes,
  });
  return planEmail(draft, {
    files,
    clock: new PatientClock(),
    random: { bytes: count => Buffer.alloc(count, drawn++) },
    addressBook: createAddressBook([], new Map()),
    findSuppressed: async () => new Set(),
  });
}

let drawn = 0;

function disk(rows: readonly string[], others: Readonly<Record<string, string>> = {}): MemoryFiles {
  return new MemoryFiles({
    'msg.txt': 'Hello\n',
    [list]: ['email,invoice', ...rows, ''].join('\n'),
    'lists/a.pdf': 'octets of a',
    'lists/b.pdf': 'octets of b',
    ...others,
  });
}

/** Of each copy: for whom it is, and what is attached. */
async function attached(planned: PlannedEmail): Promise<readonly (readonly string[])[]> {
  const copies = planned.copies('pixel', testRing);
  const found: string[][] = [];
  for await (const recipient of planned.recipients()) {
    const { attachments } = await PostalMime.parse((await copies.make(recipient)).message);
    found.push([
      recipient.emailAddress,
      ...attachments.map(
        ({ filename, content }) => `${filename}: ${Buffer.from(content as ArrayBuffer).toString()}`,
      ),
    ]);
  }
  return found;
}

async function problemsOf(planned: Promise<PlannedEmail>): Promise<readonly string[]> {
  const error = await planned.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof Problems)) throw error ?? new Error('it was planned');
  return error.problems.map(
    ({ code, where, message, fix }) => `${where ? `${where.file}: ` : ''}${code}: ${message}\n  ${fix}`,
  );
}

describe('a column whose cells name files', () => {
  it('gives everybody their own, from the folder of the list, and nobody anybody else’s', async () => {
    const planned = await plan(
      disk(['ann@example.com,a.pdf', 'bea@example.com, b.pdf ', 'cid@example.com,']),
    );
    expect(await attached(planned)).toEqual([
      ['ann@example.com', 'a.pdf: octets of a'],
      ['bea@example.com', 'b.pdf: octets of b'],
      ['cid@example.com'],
    ]);
    expect(planned.plan.notices).toEqual(['2 of 3 people get files of their own from "invoice"; 1 has none']);
  });

  it('names several with semicolons between them, unless the whole cell is one file', async () => {
    const files = disk(['ann@example.com,a.pdf; b.pdf;', 'bea@example.com,a;b.pdf'], {
      'lists/a;b.pdf': 'one',
    });
    expect(await attached(await plan(files))).toEqual([
      ['ann@example.com', 'a.pdf: octets of a', 'b.pdf: octets of b'],
      ['bea@example.com', 'a;b.pdf: one'],
    ]);
  });

  it('is named by the front matter too, stays a merge field, and stands behind what everybody gets', async () => {
    const files = disk(['ann@example.com,a.pdf'], {
      'msg.txt':
        '---\nattachment_column: [invoice, INVOICE]\nattachments: terms.pdf\n---\nYour {{ invoice }}\n',
      'terms.pdf': 'terms',
    });
    const planned = await plan(files, { attachmentColumns: [] });
    expect(await attached(planned)).toEqual([['ann@example.com', 'terms.pdf: terms', 'a.pdf: octets of a']]);
    const [copy] = await previewCopies(planned, { kind: 'first', count: 1 });
    expect(copy).toMatchObject({
      text: 'Your a.pdf\n',
      attachments: [
        { filename: 'terms.pdf', bytes: 5 },
        { filename: 'a.pdf', bytes: 11 },
      ],
    });
  });

  it('is looked up in the folder the command runs in for a list from standard input', async () => {
    const files = disk([], { '-': 'email,invoice\nann@example.com,c.pdf\n', 'c.pdf': 'octets of c' });
    const planned = await plan(files, { named: { to: [], cc: [], bcc: [], each: ['-'] } });
    expect(await attached(planned)).toEqual([['ann@example.com', 'c.pdf: octets of c']]);
  });

  it('is nobody’s who was typed by hand', async () => {
    const named = { to: [list, 'dan@example.com'], cc: [], bcc: [], each: [] };
    const planned = await plan(disk(['ann@example.com,a.pdf']), { named });
    expect(await attached(planned)).toEqual([['ann@example.com', 'a.pdf: octets of a'], ['dan@example.com']]);
  });

  it('is refused, all rows of a kind at once, when what it names cannot be attached', async () => {
    const files = disk(
      [
        'a@example.com,none.pdf',
        'b@example.com,a.pdf;/etc/passwd',
        'c@example.com,../../etc/passwd',
        'd@example.com,link.pdf',
        'e@example.com,folder',
        'f@example.com,empty.pdf',
        'g@example.com,other.pdf',
        'h@example.com,C:\\secret.pdf',
        'i@example.com,none.pdf',
        'j@example.com,sub/../a.pdf',
      ],
      { 'lists/link.pdf': 'secret', 'lists/folder': '', 'lists/empty.pdf': '' },
    );
    files.linked.add('lists/link.pdf');
    files.noFiles.add('lists/folder');
    expect(await problemsOf(plan(files))).toEqual([
      `attachment: 3 rows name a file that does not exist: ${list}:2, ${list}:8, ${list}:10
  Names start in the folder of the list; put the files there, or correct the cells. The first is "none.pdf" in column "invoice"; an empty cell means none.`,
      `attachment: 5 rows name a file outside the folder of the list: ${list}:3, ${list}:4, ${list}:5, ${list}:9, ${list}:11
  Copy the files into that folder: nothing else is attached by a list. The first is "a.pdf;/etc/passwd" in column "invoice"; an empty cell means none.`,
      `attachment: 1 row names what is no file: ${list}:6
  Name regular files. The first is "folder" in column "invoice"; an empty cell means none.`,
      `attachment: 1 row names an empty file: ${list}:7
  Put the right files there. The first is "empty.pdf" in column "invoice"; an empty cell means none.`,
    ]);
  });

  it('is a problem of each list that does not have it, and a usage error without any list', async () => {
    expect(await problemsOf(plan(disk(['ann@example.com,']), { attachmentColumns: ['invoices'] }))).toEqual([
      `${list}: list-column: there is no column "invoices" to attach files from\n  Did you mean "invoice"?`,
    ]);
    const named = { to: ['dan@example.com'], cc: [], bcc: [], each: [] };
    expect(await problemsOf(plan(disk([]), { named }))).toEqual([
      'usage: --attach-column names a column of lists, and there is no list\n  Name a list with @people.csv; --attach attaches a file to every copy.',
    ]);
  });

  it('attaches nothing unasked, and says how to', async () => {
    const files = new MemoryFiles({
      'msg.txt': 'Hello\n',
      [list]: 'email,Attachment\nann@example.com,none.pdf\n',
    });
    const planned = await plan(files, { attachmentColumns: [] });
    expect(await attached(planned)).toEqual([['ann@example.com']]);
    expect(planned.plan.notices).toEqual([
      'nothing is attached for the column "Attachment"; --attach-column "Attachment" attaches the files it names',
    ]);
  });

  it('looks only at the files of those who get a copy', async () => {
    const files = disk(['ann@example.com,a.pdf', 'ann@example.com,none.pdf', 'bea@example.com,']);
    const planned = await plan(files, { duplicates: 'first' });
    expect(await attached(planned)).toEqual([['ann@example.com', 'a.pdf: octets of a'], ['bea@example.com']]);
  });
});

describe('a file that is another one than when the email was planned', () => {
  it.each([
    [
      'changed',
      (files: MemoryFiles) => files.contents.set('lists/a.pdf', 'octets of A'),
      'changed since the email was begun',
    ],
    ['gone', (files: MemoryFiles) => files.contents.delete('lists/a.pdf'), 'cannot be read any more'],
  ])('is not sent: %s', async (_, change, what) => {
    const files = disk(['ann@example.com,a.pdf']);
    const planned = await plan(files);
    change(files);
    await expect(attached(planned)).rejects.toMatchObject({
      code: 'unfinished',
      message: `the attachment lists/a.pdf ${what}: the copy it belongs to was not sent`,
      fix: 'Put it back, then `mailtrack resume`; or cancel this email and send the new file with another.',
    });
  });

  it('makes another email, so that sending it again asks nobody', async () => {
    const files = disk(['ann@example.com,a.pdf']);
    const before = (await plan(files)).email.fingerprint;
    expect((await plan(files)).email.fingerprint).toBe(before);
    files.contents.set('lists/a.pdf', 'octets of A');
    expect((await plan(files)).email.fingerprint).not.toBe(before);
  });
});
