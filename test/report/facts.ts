/** A small email for report tests: times count in seconds from the moment everybody was accepted. */
import type { ReportEmail, ReportFetch, ReportRecipient } from '../../src/report/summary.js';

export const acceptedAt = new Date('2026-11-23T09:00:00.000Z');

export const email: ReportEmail = {
  emailId: 'em_aaaaaaaaaaaa',
  subject: 'Lunch on Thursday',
  from: 'Anthony <anthony@example.com>',
  mode: 'group',
  messageId: '<m@example.com>',
  createdAt: acceptedAt,
};

export function recipient(recipientNumber: number, changes: Partial<ReportRecipient> = {}): ReportRecipient {
  return {
    recipientNumber,
    emailAddress: `r${recipientNumber}@example.com`,
    name: '',
    role: 'to',
    tracked: true,
    state: 'accepted',
    stateAt: acceptedAt,
    ...changes,
  };
}

export const userAgents = {
  thunderbird: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.5.0',
  gmail: 'Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)',
  apple: 'Mozilla/5.0',
  curl: 'curl/8.5.0',
  chrome:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36',
};

export function fetchOf(
  recipientNumber: number,
  userAgent: string,
  afterSeconds: number,
  changes: Partial<ReportFetch> = {},
): ReportFetch {
  return {
    emailNumber: 1,
    recipientNumber,
    fetchedAt: acceptedAt.getTime() + afterSeconds * 1_000,
    method: 'GET',
    userAgent,
    kind: 'unknown',
    confidence: 0.3,
    rule: 'recorded',
    ...changes,
  };
}
