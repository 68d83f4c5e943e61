import { describe, expect, it } from 'vitest';
import type { AddrSpec } from '../../src/message/mailbox.js';
import { consentOf, isWhole } from '../../src/recipients/consent.js';
import type { Recipient } from '../../src/recipients/recipient.js';

function person(fields: Readonly<Record<string, string>>, changes: Partial<Recipient> = {}): Recipient {
  return {
    mailbox: { name: '', addrSpec: 'ann@example.com' as AddrSpec },
    role: 'to',
    tracked: true,
    agreed: true,
    fields: new Map(Object.entries(fields)),
    source: { file: 'people.csv', line: 41 },
    ...changes,
  };
}

describe('the yes of a row', () => {
  it('is kept with time, method and wording as the list writes them', () => {
    const consent = consentOf(
      person({
        'Consent at': ' 2026-11-02 10:15 ',
        consent_method: 'form',
        ConsentWording: 'Tell you if I read it',
      }),
    );
    expect(consent).toEqual({
      agreedAt: '2026-11-02 10:15',
      method: 'form',
      wording: 'Tell you if I read it',
      source: 'people.csv:41',
    });
    expect(consent && isWhole(consent)).toBe(true);
  });

  it.each(['consent_at', 'consent_method', 'consent_wording'])('is not whole without %s', missing => {
    const all = { consent_at: 'a', consent_method: 'b', consent_wording: 'c', [missing]: ' ' };
    const consent = consentOf(person(all));
    expect(consent && isWhole(consent)).toBe(false);
  });

  it('names the flag of somebody who was typed by hand', () => {
    expect(consentOf(person({}, { source: { flag: '--to' } }))?.source).toBe('--to');
  });

  it('is no yes when the list does not say so, or another row says no', () => {
    expect(consentOf(person({}, { agreed: undefined }))).toBeUndefined();
    expect(consentOf(person({}, { tracked: false }))).toBeUndefined();
  });
});
