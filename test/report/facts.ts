/** A small email for report tests: times count in seconds from the moment everybody was accepted. */
import { reportRows } from '../../src/report/csv.js';
import { ReportFold } from '../../src/report/fold.js';
import { FetchJudge } from '../../src/report/judge-fetches.js';
import type {
  Classify,
  JudgedFetch,
  Report,
  ReportEmail,
  ReportFetch,
  ReportRecipient,
} from '../../src/report/summary.js';

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
    network: '192.0.2.0/24',
    kind: 'unknown',
    confidence: 0.3,
    rule: 'recorded',
    ...changes,
  };
}

/** Every fetch, judged, in the order given. */
export function judgeAll(
  recipients: readonly ReportRecipient[],
  fetches: readonly ReportFetch[],
  classify: Classify,
): readonly JudgedFetch[] {
  const judged: JudgedFetch[] = [];
  const fold = new ReportFold(classify);
  for (const one of recipients) fold.addRecipient(one);
  const judge = new FetchJudge(
    fold.recipients,
    classify,
    ({ copy, emailAddress }, fetchedAt, times, verdict) => {
      judged.push({ openedAt: new Date(fetchedAt), copy, emailAddress, times, ...verdict });
    },
  );
  for (const fetch of fetches) judge.take(fetch);
  judge.finish();
  return judged;
}

/** The whole file. */
export function reportCsv(report: Report): string {
  return [...reportRows(report)].join('');
}
