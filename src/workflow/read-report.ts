import { type Report, type ReportFetch, type ReportRecipient, summarize } from '../report/summary.js';
import { judgeAgain } from '../tracking/classify.js';
import { findEmail } from './find-email.js';
import type { EmailReader } from './ports.js';

/**
 * One email's numbers.
 * @returns undefined when there is no email at all and none was named.
 * @throws Problem `email-unknown`.
 */
export async function readReport(reader: EmailReader, idOrPrefix: string): Promise<Report | undefined> {
  if (idOrPrefix === 'latest' && (await reader.findEmails('latest')).length === 0) return undefined;
  const email = await findEmail(reader, idOrPrefix);
  const recipients: ReportRecipient[] = [];
  const handovers = await reader.readHandovers(email.emailId);
  for await (const batch of reader.readRecipients(email.emailId)) {
    recipients.push(...batch.map(one => ({ ...one, handovers: handovers.get(one.position) })));
  }
  const fetches: ReportFetch[] = [];
  for await (const batch of reader.readFetches(email.emailId)) fetches.push(...batch);
  return summarize(email, recipients, fetches, judgeAgain);
}
