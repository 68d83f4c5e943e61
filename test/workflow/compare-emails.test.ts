import { expect, it } from 'vitest';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { compareEmails } from '../../src/workflow/compare-emails.js';
import { planEmail } from '../../src/workflow/plan-email.js';
import type { StateCounts } from '../../src/workflow/ports.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { draftWith } from './draft.js';
import { MemoryFiles } from './memory-files.js';
import { PatientClock } from './world.js';

let drawn = 0;

const written = {
  'msg.md': 'Hello {{ name }}\n',
  'list.csv': 'email,name,city\nann@example.com,Ann,Bonn\nbea@example.com,Bea,Prague\n',
  'plan.txt': 'Monday\n',
};

function plan(changed: Readonly<Record<string, string>> = {}, changes: Partial<EmailDraft> = {}) {
  const named = { to: [], cc: [], bcc: [], each: ['list.csv'] };
  return planEmail(draftWith({ templatePath: 'msg.md', named, attachments: ['plan.txt'], ...changes }), {
    files: new MemoryFiles({ ...written, ...changed }),
    clock: new PatientClock(),
    random: { bytes: count => Buffer.alloc(count, drawn++) },
    addressBook: createAddressBook([], new Map()),
    findSuppressed: async () => new Set(),
  });
}

const twoAccepted: StateCounts = {
  pending: 0,
  sending: 0,
  accepted: 2,
  deferred: 0,
  rejected: 0,
  uncertain: 0,
  skipped: 0,
};

const compared = async (...now: Parameters<typeof plan>) =>
  compareEmails((await plan()).email, twoAccepted, await plan(...now));

it('finds an email the same whose files are the same', async () => {
  expect(await compared()).toEqual({ kind: 'same' });
  expect(await compared({}, { from: 'bea@example.org' })).toEqual({ kind: 'same' });
});

it.each<[string, Record<string, string>, Partial<EmailDraft>, string[]]>([
  ['the template', { 'msg.md': 'Good morning {{ name }}\n' }, {}, ['msg.md']],
  ['an attachment', { 'plan.txt': 'Tuesday\n' }, {}, ['plan.txt']],
  ['an attachment that is left out now', {}, { attachments: [] }, ['plan.txt']],
  ['the subject', {}, { subject: 'Good morning' }, ['the subject']],
  ['--set', {}, { set: new Map([['x', '1']]) }, ['the values of --set']],
  [
    'a longer list',
    { 'list.csv': `${written['list.csv']}cid@example.com,Cid,Bonn\n` },
    {},
    ['list.csv', 'the number of recipients (3, then 2)'],
  ],
  [
    'other roles of the same people',
    {},
    { named: { to: ['list.csv'], cc: [], bcc: [], each: [] } },
    ['the recipients'],
  ],
])('names %s', async (_, changed, changes, parts) => {
  expect(await compared(changed, changes)).toEqual({ kind: 'other', parts });
});
