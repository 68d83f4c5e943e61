/** Which copies carry a pixel, by what their recipients said. */
import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { tokenOfPath } from '../../src/tracking/pixel.js';
import { openToken } from '../../src/tracking/token.js';
import { planEmail } from '../../src/workflow/plan-email.js';
import type { RecipientRecord } from '../../src/workflow/ports.js';
import type { EmailDraft } from '../../src/workflow/read-draft.js';
import { testRing } from '../tracking/keys.js';
import { draftWith } from './draft.js';
import { MemoryFiles } from './memory-files.js';
import { PatientClock } from './world.js';

const list = `email,track,consent_at,consent_method,consent_wording
ann@example.com,yes,2026-11-02,form,Tell you if I read it
bea@example.com,yes,,,
cem@example.com,no,,,
dan@example.com,,,,
`;
const optIn: Partial<EmailDraft> = { consentNeeded: true };
const aggregate: Partial<EmailDraft> = { consentNeeded: true, sharedPixel: true };

let drawn = 0;

async function planWith(changes: Partial<EmailDraft>) {
  const files = new MemoryFiles({ 'msg.html': '<p>Hello</p>', 'people.csv': list });
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
  const records: RecipientRecord[] = [];
  for await (const record of planned.recipients()) records.push(record);
  return { planned, records };
}

/** The URL of the pixel in each copy; '' where there is none. */
async function pixelsOf({
  planned,
  records,
}: Awaited<ReturnType<typeof planWith>>): Promise<readonly string[]> {
  const plan = planned.copies('pixel', testRing);
  const urls: string[] = [];
  for (const record of records) {
    const { html = '' } = await PostalMime.parse((await plan.make(record)).message);
    urls.push(/src="([^"]*tracking\.png)"/.exec(html)?.[1] ?? '');
  }
  return urls;
}

const purposeOf = (url: string) => {
  const token = tokenOfPath(new URL(url).pathname) ?? '';
  return openToken(testRing, token)?.purpose;
};

describe('with privacy.consent = "opt-in"', () => {
  it('only people whose row says yes have a pixel', async () => {
    const read = await planWith(optIn);
    const urls = await pixelsOf(read);
    expect(urls.map(url => url !== '')).toEqual([true, true, false, false]);
    expect(read.planned.plan).toMatchObject({ untracked: 2, sharing: 0 });
  });

  it('each yes is recorded with what the list says of it', async () => {
    const { records } = await planWith(optIn);
    expect(records.map(({ consent }) => consent)).toEqual([
      {
        agreedAt: '2026-11-02',
        method: 'form',
        wording: 'Tell you if I read it',
        source: 'people.csv:2',
      },
      { agreedAt: '', method: '', wording: '', source: 'people.csv:3' },
      undefined,
      undefined,
    ]);
  });

  it('the plan says how many people agreed to words that nobody can show', async () => {
    const { planned } = await planWith(optIn);
    expect(planned.plan.notices).toContain(
      'the lists do not say when, how and to which words 1 person said yes to tracking: use the columns consent_at, consent_method and consent_wording',
    );
    const untracked = await planWith({ ...optIn, trackingUrl: undefined });
    expect(untracked.planned.plan.notices.join()).not.toContain('consent_at');
    expect(untracked.records.map(({ consent }) => consent)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('with privacy.consent = "aggregate"', () => {
  it('all copies without consent carry the same URL, which stands for nobody', async () => {
    const read = await planWith(aggregate);
    const [ann, bea, cem, dan] = await pixelsOf(read);
    expect(cem).toBe(dan);
    expect(new Set([ann, bea, cem]).size).toBe(3);
    expect([ann, bea, cem].map(url => purposeOf(url ?? ''))).toEqual(['pixel', 'pixel', 'shared']);
    expect(read.records.map(({ tracked, sharesPixel }) => [tracked, sharesPixel ?? false])).toEqual([
      [true, false],
      [true, false],
      [false, true],
      [false, true],
    ]);
    expect(read.planned.plan).toMatchObject({ untracked: 2, sharing: 2 });
  });

  it('the shared URL is sealed in emails with article tokens, too', async () => {
    const [, , cem = '', dan] = await pixelsOf(await planWith({ ...aggregate, tokenFormat: 'article' }));
    expect(cem).toBe(dan);
    expect(purposeOf(cem)).toBe('shared');
  });

  it('--no-track leaves the shared pixel out as well', async () => {
    const read = await planWith({ ...aggregate, trackingUrl: undefined });
    expect(await pixelsOf(read)).toEqual(['', '', '', '']);
    expect(read.planned.plan.sharing).toBe(0);
  });
});

it('without either, whoever does not say no has a pixel', async () => {
  const urls = await pixelsOf(await planWith({}));
  expect(urls.map(url => url !== '')).toEqual([true, true, false, true]);
});
