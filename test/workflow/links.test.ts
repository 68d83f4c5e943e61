/** The links and buttons that copies have: to unsubscribe, and to end tracking. */
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import type { Problems } from '../../src/problem.js';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { openStopToken, stopTokenOf } from '../../src/tracking/stop-tracking.js';
import { planEmail } from '../../src/workflow/plan-email.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { testRing } from '../tracking/keys.js';
import { draftWith } from './draft.js';
import { MemoryFiles } from './memory-files.js';
import { PatientClock } from './world.js';

let drawn = 0;

async function firstCopyOf(people: number, changes: Partial<EmailDraft> = {}, template = '<p>Hello</p>') {
  const rows = Array.from({ length: people }, (_, at) => `r${at}@example.com`);
  const files = new MemoryFiles({ 'msg.html': template, 'people.csv': `email\n${rows.join('\n')}\n` });
  const draft = draftWith({
    templatePath: 'msg.html',
    named: { to: [], cc: [], bcc: [], each: ['people.csv'] },
    trackingUrl: 'https://t.example.com',
    ...changes,
  });
  const planned = await planEmail(draft, {
    files,
    clock: new PatientClock(),
    random: { bytes: count => Buffer.from(Array.from({ length: count }, () => drawn++ % 251)) },
    addressBook: createAddressBook([], new Map()),
    findSuppressed: async () => new Set(),
  });
  const plan = planned.copies('pixel', testRing);
  for await (const record of planned.recipients()) {
    const { headers, html = '' } = await PostalMime.parse((await plan.make(record)).message);
    const field = (name: string) => headers.find(({ key }) => key === name)?.value;
    return { button: field('list-unsubscribe'), post: field('list-unsubscribe-post'), html };
  }
  throw new Error('there is no copy');
}

describe('a button to unsubscribe', () => {
  it('is in mail to each of more than 50, and not of 50', async () => {
    const { button, post } = await firstCopyOf(51);
    expect(button).toMatch(/^<https:\/\/t\.example\.com\/unsubscribe\/[a-z2-7]{44}>$/);
    expect(post).toBe('List-Unsubscribe=One-Click');
    expect((await firstCopyOf(50)).button).toBeUndefined();
  });

  it('is in any mail with --list-unsubscribe', async () => {
    expect((await firstCopyOf(2, { listUnsubscribe: true })).button).toContain('/unsubscribe/');
  });

  it('is left to the sender who has one of their own', async () => {
    const own = 'List-Unsubscribe: <mailto:stop@example.com>';
    expect((await firstCopyOf(51, { headers: [own] })).button).toBe('<mailto:stop@example.com>');
  });

  it('needs https, without which --list-unsubscribe is refused and a mailing has none', async () => {
    for (const trackingUrl of [undefined, 'http://127.0.0.1:8080']) {
      expect((await firstCopyOf(51, { trackingUrl })).button).toBeUndefined();
      const error = await firstCopyOf(2, { trackingUrl, listUnsubscribe: true }).catch(
        (thrown: unknown) => thrown,
      );
      expect((error as Problems).problems.map(({ code, message, fix }) => [code, message, fix])).toEqual([
        [
          'usage',
          '--list-unsubscribe needs a tracking URL that begins with https',
          'Pass --tracking-url https://…, where `mailtrack serve` answers; --no-track leaves no link.',
        ],
      ]);
    }
  });
});

describe('{{ stop_tracking_url }}', () => {
  const footer = '<p>Hello <a href="{{ stop_tracking_url }}">Stop that</a></p>';

  it('is a link of the one recipient that is good for nothing else', async () => {
    const { html } = await firstCopyOf(1, {}, footer);
    const url = /href="([^"]+)"/.exec(html)?.[1] ?? '';
    expect(url).toContain('https://t.example.com/stop-tracking/');
    const opened = openStopToken(testRing, stopTokenOf(new URL(url).pathname) ?? '');
    expect(opened?.purpose).toBe('optout');
  });

  it('does not exist in an email that is not tracked', async () => {
    const error = await firstCopyOf(1, { trackingUrl: undefined }, footer).catch((thrown: unknown) => thrown);
    expect((error as Problems).problems[0]).toMatchObject({ code: 'template-field' });
  });
});
