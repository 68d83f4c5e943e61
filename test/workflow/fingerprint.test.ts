import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CompiledTemplate } from '../../src/merge/compile-template.js';
import type { Composition } from '../../src/merge/composition.js';
import { createCopyPlan } from '../../src/merge/copy-plan.js';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { Fingerprint } from '../../src/workflow/fingerprint.js';
import { type PlannedEmail, planEmail } from '../../src/workflow/plan-email.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { testRing } from '../tracking/keys.js';
import { draftWith } from './draft.js';
import { MemoryFiles } from './memory-files.js';
import { PatientClock } from './world.js';

const files: Readonly<Record<string, string>> = {
  'msg.mjml': `---
subject: Hello
---
<mjml><mj-body>
<mj-include path="menu.mjml" />
<mj-section><mj-column>
<mj-text>{{ email }} {{ month }} {{ "now" | date: "%H:%M" }}</mj-text>
<mj-carousel><mj-carousel-image src="https://example.com/1.png" alt="One" /><mj-carousel-image src="https://example.com/2.png" alt="Two" /></mj-carousel>
</mj-column></mj-section></mj-body></mjml>`,
  'menu.mjml': `<mj-section><mj-column><mj-navbar hamburger="hamburger"><mj-navbar-link href="https://example.com/">Home</mj-navbar-link></mj-navbar></mj-column></mj-section>`,
  'msg.txt': 'Hello {{ email }}\n',
  'list.csv': 'email,name\nann@example.com,Ann\nbea@example.com,Bea\n',
  'price.pdf': '%PDF-1',
};

let plans = 0;
let bytesDrawn = 0;

/** Each time with other random numbers and at another time, as two commands on one day. */
function plan(
  changed: Readonly<Record<string, string>> = {},
  changes: Partial<EmailDraft> = {},
): Promise<PlannedEmail> {
  const clock = new PatientClock();
  plans += 1;
  clock.ms += plans * 60_000;
  const draft = draftWith({
    templatePath: 'msg.mjml',
    subject: undefined,
    attachments: ['price.pdf'],
    set: new Map([['month', 'May']]),
    named: { to: [], cc: [], bcc: [], each: ['list.csv'] },
    ...changes,
  });
  return planEmail(draft, {
    files: new MemoryFiles({ ...files, ...changed }),
    clock,
    random: { bytes: count => Buffer.alloc(count, bytesDrawn++) },
    addressBook: createAddressBook([], new Map()),
    findSuppressed: async () => new Set(),
  });
}

const sourceOf = async (...what: Parameters<typeof plan>) => (await plan(...what)).email.sourceFingerprint;

describe('the fingerprint of what the user wrote', () => {
  it('comes out again for a template that MJML compiles to other octets each time', async () => {
    const [first, second] = [await plan(), await plan()];
    expect(second.composition.template.html).not.toBe(first.composition.template.html);
    expect(second.email.fingerprint).not.toBe(first.email.fingerprint);
    expect(second.email.sourceFingerprint).toBe(first.email.sourceFingerprint);
    expect(first.email.sourceFingerprint).toMatch(/^[0-9a-f]{64}$/);
  });

  it.each<[string, Record<string, string>, Partial<EmailDraft>]>([
    ['another sender', {}, { from: 'bob@example.org', replyTo: 'carol@example.org' }],
    ['tracking', {}, { trackingUrl: 'https://t.example.org' }],
    ['other line ends', { 'msg.mjml': files['msg.mjml']?.replaceAll('\n', '\r\n') ?? '' }, {}],
    ['a byte order mark', { 'msg.txt': `\uFEFF${files['msg.txt']}` }, {}],
    [
      'the same list by another name',
      { 'copy.csv': files['list.csv'] ?? '' },
      { named: { to: [], cc: [], bcc: [], each: ['copy.csv'] } },
    ],
  ])('is the same with %s', async (_, changed, changes) => {
    expect(await sourceOf(changed, changes)).toBe(await sourceOf());
  });

  it.each<[string, Record<string, string>, Partial<EmailDraft>]>([
    ['the template', { 'msg.mjml': files['msg.mjml']?.replace('One', 'First') ?? '' }, {}],
    [
      'its front matter',
      { 'msg.mjml': files['msg.mjml']?.replace('subject', 'locale: de-DE\nsubject') ?? '' },
      {},
    ],
    ['an included file', { 'menu.mjml': files['menu.mjml']?.replace('Home', 'Start') ?? '' }, {}],
    ['the text part', { 'msg.txt': 'Good morning {{ email }}\n' }, {}],
    ['the subject', {}, { subject: 'Good morning' }],
    ['a value of --set', {}, { set: new Map([['month', 'June']]) }],
    ['the content of an attachment', { 'price.pdf': '%PDF-2' }, {}],
    ['the attachments', {}, { attachments: [] }],
    ['a name in the list', { 'list.csv': files['list.csv']?.replace('Bea', 'Beate') ?? '' }, {}],
    ['the recipients', { 'list.csv': `${files['list.csv']}cid@example.com,Cid\n` }, {}],
    ['who sees whom', {}, { named: { to: ['list.csv'], cc: [], bcc: [], each: [] } }],
  ])('is another with %s changed', async (_, changed, changes) => {
    expect(await sourceOf(changed, changes)).not.toBe(await sourceOf());
  });

  it('does not depend on the order of --set', async () => {
    const set = [
      ['month', 'June'],
      ['year', '2026'],
    ] as const;
    expect(await sourceOf({}, { set: new Map(set) })).toBe(
      await sourceOf({}, { set: new Map([...set].reverse()) }),
    );
  });
});

it('makes a copy with a carousel again octet for octet from what was stored', async () => {
  const planned = await plan();
  const stored = JSON.parse(planned.email.composition) as Composition;
  const again = createCopyPlan(stored, {
    emailId: planned.email.emailId,
    emailNumber: planned.email.emailNumber,
    ring: testRing,
    purpose: 'pixel',
    attachments: stored.attachments.map(({ filename, contentId }) => ({
      filename,
      contentId,
      content: Buffer.from(files['price.pdf'] ?? ''),
    })),
    readAttachment: () => Promise.reject(new Error('none')),
    templatePath: 'msg.mjml',
  });
  const first = planned.copies('pixel', testRing);
  for await (const recipient of planned.recipients()) {
    const [one, other] = [await first.make(recipient), await again.make(recipient)];
    expect(Buffer.from(other.message).equals(Buffer.from(one.message))).toBe(true);
    expect(Buffer.from(one.message).toString()).toContain('mj-carousel');
  }
});

describe('the fingerprint of what is stored', () => {
  it('is of the message and each recipient in their order, however many there are', () => {
    const template = { subject: 'Hello', html: '<p>Hello</p>', text: 'Hello' };
    const fingerprint = new Fingerprint('each', template as unknown as CompiledTemplate);
    const expected = createHash('sha256').update(JSON.stringify(['each', template]));
    for (let number = 0; number < 2_000; number += 1) {
      const person = {
        emailAddress: `p${number}@example.com`,
        name: `Änne 🙂 ${number}`,
        role: 'to' as const,
      };
      fingerprint.add({ ...person, fields: new Map([['n', `${number}`]]) });
      const { emailAddress, name, role } = person;
      expected.update(JSON.stringify([emailAddress, name, role, [['n', `${number}`]]]));
      if (number === 1_000) expect(fingerprint.digest()).toBe(expected.copy().digest('hex'));
    }
    expect(fingerprint.digest()).toBe(expected.digest('hex'));
  });
});
