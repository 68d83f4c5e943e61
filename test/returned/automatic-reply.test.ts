import { describe, expect, it } from 'vitest';
import { statedReturn } from '../../src/returned/automatic-reply.js';
import { readReturned } from '../../src/returned/read-returned.js';
import { letter } from './reports.js';

describe('an automatic reply', () => {
  it.each([
    ['Auto-Submitted: auto-replied', 'Meeting'],
    ['Auto-Submitted: auto-replied (vacation)', 'Auto: Meeting'],
    ['X-Autoreply: yes', 'Re: Meeting'],
    ['Return-Path: <>', 'Thank you for your message'],
    ['X-Mailer: any', 'Automatic reply: Meeting'],
    ['X-Mailer: any', 'Abwesenheit: Meeting'],
    ['X-Mailer: any', 'Réponse automatique : Meeting'],
    ['X-Mailer: any', '自動応答: Meeting'],
  ])('is told by %s and "%s"', async (field, subject) => {
    const text = letter({ subject, header: [field], text: 'I am away until 5 December.' });
    expect(await readReturned(Buffer.from(text))).toMatchObject({
      kind: 'automatic-reply',
      from: 'anna@example.com',
      returnsOn: '2026-12-05',
    });
  });

  it.each(['Precedence: bulk', 'X-Auto-Response-Suppress: All', 'Auto-Submitted: no', 'X-Autoreply: no'])(
    'is not told by %s',
    async field => {
      expect((await readReturned(Buffer.from(letter({ header: [field], text: 'Yes.' })))).kind).toBe('reply');
    },
  );
});

describe('the day of return', () => {
  const sentAt = new Date('2026-11-30T09:00:00Z');
  it.each([
    ['I am back on 5 December 2026.', '2026-12-05'],
    ['I will return on December 5th.', '2026-12-05'],
    ['Out until Monday, December 7', '2026-12-07'],
    ['I return to the office on the 3rd of January', '2027-01-03'],
    ['Ich bin bis 05.12.2026 nicht im Büro', '2026-12-05'],
    ['Ich bin bis zum 5. Dezember unterwegs', '2026-12-05'],
    ["Je suis absent jusqu'au 5 décembre", '2026-12-05'],
    ['Away until 2026-12-05', '2026-12-05'],
    ['Away until 5/12', undefined],
    ['Away until 31 February', undefined],
    ['Call me on 5 December', undefined],
    ['I may be back', undefined],
    ['', undefined],
  ])('of "%s" is %s', (text, day) => {
    expect(statedReturn(text, sentAt)).toBe(day);
  });

  it('needs its year from the date of the reply', () => {
    expect(statedReturn('back on 5 December', undefined)).toBeUndefined();
  });
});
