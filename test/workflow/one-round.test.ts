/** All faults of an email are told in one round, whatever is wrong first. */
import { expect, it } from 'vitest';
import { Problems } from '../../src/problem.js';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { planEmail } from '../../src/workflow/plan-email.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { draftWith } from './draft.js';
import { MemoryFiles } from './memory-files.js';
import { PatientClock } from './world.js';

const list = 'email,First Name\na@x.example,Ann\n';

/** `line: message | fix` of every problem; the fix only where a test asks. */
async function faults(
  template: string,
  changes: Partial<EmailDraft> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const draft = draftWith({
    templatePath: 'm.html',
    named: { to: [], cc: [], bcc: [], each: ['l.csv'] },
    ...changes,
  });
  const memory = new MemoryFiles({ 'm.html': template, 'l.csv': list, ...files });
  memory.noFiles.add('pictures');
  memory.contents.set('pictures', '');
  const problems = await planEmail(draft, {
    files: memory,
    clock: new PatientClock(),
    random: { bytes: count => Buffer.alloc(count, 1) },
    addressBook: createAddressBook([], new Map()),
    findSuppressed: async () => new Set(),
  }).then(
    () => [],
    error => {
      if (error instanceof Problems) return error.problems;
      throw error;
    },
  );
  return problems.map(
    ({ where, message, fix }) => `${where?.file ?? '-'}:${where?.line ?? '-'}: ${message} | ${fix}`,
  );
}

const words = (found: readonly string[]) => found.map(fault => fault.replace(/ \| .*$/s, ''));

it('a missing style sheet hides no field, no image and no foreign field', async () => {
  const template = [
    '<link rel="stylesheet" href="mail.css">',
    '<p>Dear {{ frist_name }}, [unsubscribe]</p>',
    '<img src="logo.png" alt="">',
  ].join('\n');
  expect(words(await faults(template))).toEqual([
    'm.html:1: mail.css does not exist',
    'm.html:2: "[unsubscribe]" is a merge field of another program',
    'm.html:2: there is no field "frist_name"',
    'm.html:3: logo.png does not exist',
  ]);
});

it('a refused list hides no field', async () => {
  const template = '<p>Dear {{ frist_name }}</p>';
  expect(words(await faults(template, {}, { 'l.csv': 'email,First Name\na@@x.example,Ann\n' }))).toEqual([
    expect.stringContaining('l.csv:2: "a@@x.example" is not an addr-spec'),
    'm.html:1: there is no field "frist_name"',
  ]);
  const both = `${template}{{ first_name }}`;
  const header = 'Mail Adr,First Name\na@x.example,Ann\n';
  expect(words(await faults(both, {}, { 'l.csv': header }))).toEqual([
    'l.csv:1: there is no column "email"; there are: "Mail Adr", "First Name"',
    'm.html:1: there is no field "frist_name"',
  ]);
  // The first row may be no header at all.
  expect(words(await faults(template, {}, { 'l.csv': header }))).toHaveLength(1);
});

it('no sender hides no field', async () => {
  const found = await faults('<p>{{ frist_name }}</p>', { from: undefined });
  expect(words(found)).toEqual(['-:-: there is no sender', 'm.html:1: there is no field "frist_name"']);
});

it('a tag of Handlebars is told once, with what replaces it', async () => {
  expect(await faults('<p>{{#each guests}}x{{/each}}</p>\n<p>{{{first_name}}}</p>')).toEqual([
    'm.html:1: "{{#each guests}}" is a merge field of another program | Write {% for item in guests %}…{% endfor %} in its place.',
    'm.html:2: "{{{first_name}}" is a merge field of another program | Write {{ first_name }} in its place.',
  ]);
});

it.each([
  ['{{ unsubscribe }}', 'Did you mean "unsubscribe_url"?'],
  ['{{ FNAME }}', 'Did you mean "first_name"?'],
  ['{{ vorname }}', 'Did you mean "first_name"?'],
])('names the field that %s stands for in other programs', async (field, fix) => {
  const [found] = await faults(`<p>${field}</p>`, { trackingUrl: 'https://t.example.com' });
  expect(found).toContain(fix);
});

it('a field with a blank is one fault, and hides no other', async () => {
  expect(await faults('<p>Dear {{First Name}} {{ twon }}, ((fullname))</p>')).toEqual([
    'm.html:1: a field has no blank in its name: "{{First Name}}" | Write {{ first_name }} in its place.',
    expect.stringContaining('m.html:1: there is no field "twon"'),
    'm.html:1: "((fullname))" is a merge field of another program | Write {{ name }} in its place.',
  ]);
});

it('says that {{else}} is a tag', async () => {
  expect(await faults('<p>{% if first_name %}a{{else}}b{% endif %}</p>')).toEqual([
    'm.html:1: {{ else }} is not a tag | Write {% else %} in its place.',
  ]);
});

it('says where an image is named that is a folder', async () => {
  expect(words(await faults('<p>Hi</p>\n<img src="pictures" alt="">'))).toEqual([
    'm.html:2: pictures is not a file',
  ]);
});
