/** Everything that is known about one recipient of one email, for whoever asks why a report says what it says. */
import { addrSpecKey } from '../message/mailbox.js';
import { nearest } from '../nearest.js';
import { Problem } from '../problem.js';
import type { ExplainedCopy, ExplainedFetch, Explanation } from '../report/explanation.js';
import type { JudgedFetch, ReportEmail } from '../report/summary.js';
import type { ReadFetch } from './fact-ports.js';
import type { EmailReader } from './ports.js';
import { type ReadReport, type ReportWants, readReport } from './read-report.js';

/**
 * @param address of a recipient, in any case.
 * @throws Problem `email-unknown`, or `unknown-recipient` with the closest address of the email.
 */
export async function explainRecipient(
  reader: EmailReader,
  idOrPrefix: string,
  address: string,
  wants: Pick<ReportWants, 'isOwnNetwork'> = {},
): Promise<Explanation> {
  const read = await readReport(reader, idOrPrefix, wants);
  if (read === undefined) throw new Problem('email-unknown', 'there is no email yet');
  const { email, recipients } = read.report;
  const key = addrSpecKey(address);
  const named = new Set(
    recipients.flatMap(({ emailAddress }, copy) => (addrSpecKey(emailAddress) === key ? [copy] : [])),
  );
  if (named.size === 0) throw unknownRecipient(address, read);
  const fetches = await fetchesOf(read, named);
  const returned = await reader.readReturned(email.emailId);
  const copies: ExplainedCopy[] = [];
  for (const { copy, position, recipientNumber } of await placesOf(reader, email, named)) {
    const recipient = recipients[copy];
    if (recipient === undefined) continue;
    const recorded = await reader.readFetchesOf(email.emailId, recipientNumber);
    copies.push({
      recipient,
      consent: await reader.readConsent(email.emailId, position),
      transactions: await reader.readTransactions(email.emailId, position),
      fetches: withAgents(fetches.get(copy) ?? [], recorded),
      returned: returned.filter(fact => fact.recipientNumber === recipientNumber),
    });
  }
  const suppression = (await reader.readSuppressions(new Set([key]))).get(key);
  return { email, copies, suppression };
}

function unknownRecipient(address: string, { report: { email, recipients } }: ReadReport): Problem {
  const close = nearest(
    address,
    recipients.map(({ emailAddress }) => emailAddress),
  );
  return new Problem('unknown-recipient', `${email.emailId} has no recipient ${JSON.stringify(address)}`, {
    fix: close === undefined ? '`mailtrack report` lists them.' : `Did you mean ${close}?`,
  });
}

/** By the place of the copy. */
async function fetchesOf(
  { opens }: ReadReport,
  copies: ReadonlySet<number>,
): Promise<ReadonlyMap<number, readonly JudgedFetch[]>> {
  const found = new Map<number, JudgedFetch[]>();
  for await (const batch of opens()) {
    for (const fetch of batch) {
      if (!copies.has(fetch.copy)) continue;
      const known = found.get(fetch.copy);
      if (known === undefined) found.set(fetch.copy, [fetch]);
      else known.push(fetch);
    }
  }
  return found;
}

interface PlaceOfCopy {
  readonly copy: number;
  readonly position: number;
  readonly recipientNumber: number;
}

async function placesOf(
  reader: EmailReader,
  { emailId }: ReportEmail,
  copies: ReadonlySet<number>,
): Promise<readonly PlaceOfCopy[]> {
  const places: PlaceOfCopy[] = [];
  let copy = 0;
  for await (const batch of reader.readReportRecipients(emailId)) {
    for (const { position, recipientNumber } of batch) {
      if (copies.has(copy)) places.push({ copy, position, recipientNumber });
      copy += 1;
    }
  }
  return places;
}

/** Both are in the order recorded. */
function withAgents(
  judged: readonly JudgedFetch[],
  recorded: readonly ReadFetch[],
): readonly ExplainedFetch[] {
  return judged.flatMap((fetch, index) => {
    const facts = recorded[index];
    if (facts === undefined) return [];
    const { method, userAgent, network } = facts;
    return [{ ...fetch, method, userAgent, network }];
  });
}
