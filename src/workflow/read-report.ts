import { addrSpecKey, parseMailbox } from '../message/mailbox.js';
import { ReportFold } from '../report/fold.js';
import { FetchJudge } from '../report/judge-fetches.js';
import type { Classify, JudgedFetch, Report, ReportEmail, ReportRecipient } from '../report/summary.js';
import { rememberJudgements } from '../tracking/classify.js';
import type { IsOwnNetwork } from '../tracking/own-networks.js';
import { judgeSelf, type Self } from '../tracking/self.js';
import { findEmail } from './find-email.js';
import type { EmailReader } from './ports.js';

export interface ReadReport {
  readonly report: Report;
  /** Every fetch of the email, in the order recorded; behind them those that were only counted. Read when it is asked for. */
  readonly opens: () => AsyncIterable<readonly JudgedFetch[]>;
}

export interface ReportWants {
  /** With the merge fields of each recipient, which may be most of what is read. */
  readonly fields?: boolean;
  /** Knows the sender's own networks; absent: there are none. */
  readonly isOwnNetwork?: IsOwnNetwork | undefined;
}

/**
 * One email's numbers.
 * @returns undefined when there is no email at all and none was named.
 * @throws Problem `email-unknown`.
 */
export async function readReport(
  reader: EmailReader,
  idOrPrefix: string,
  wants: ReportWants = {},
): Promise<ReadReport | undefined> {
  if (idOrPrefix === 'latest' && (await reader.findEmails('latest')).length === 0) return undefined;
  const email = await findEmail(reader, idOrPrefix);
  const ownCopies = new Set<number>();
  const isSender = senderOf(email);
  const self = { isOwnNetwork: wants.isOwnNetwork ?? nowhere, ownCopies };
  const fold = new ReportFold(heeding(self));
  for await (const batch of readRecipients(reader, email, wants))
    for (const recipient of batch) {
      fold.addRecipient(recipient);
      if (isSender(recipient.emailAddress)) ownCopies.add(recipient.recipientNumber);
    }
  for (const fact of await reader.readReturned(email.emailId)) fold.addReturn(fact);
  for await (const batch of reader.readFetches(email.emailId)) for (const fetch of batch) fold.add(fetch);
  for (const number of fold.disordered)
    fold.orderOpens(number, await reader.readFetchesOf(email.emailId, number));
  return {
    report: { email, ...fold.summaries() },
    opens: () => readOpens(reader, email, fold, heeding(self)),
  };
}

const nowhere: IsOwnNetwork = () => false;

/** Whether an address is the sender's own: the sender is not a reader of the email. */
function senderOf({ from }: ReportEmail): (address: string) => boolean {
  const mailbox = parseMailbox(from);
  const own = mailbox.ok ? addrSpecKey(mailbox.value.addrSpec) : undefined;
  return address => addrSpecKey(address) === own;
}

/** Today's rules, before which comes what only the sender knows. */
function heeding(self: Self): Classify {
  const judge = rememberJudgements();
  return (fetch, context) => judgeSelf(fetch, self) ?? judge(fetch, context);
}

async function* readRecipients(
  reader: EmailReader,
  { emailId }: ReportEmail,
  { fields = false }: ReportWants,
): AsyncGenerator<readonly ReportRecipient[], void, void> {
  const handovers = await reader.readHandovers(emailId);
  const batches = fields ? reader.readRecipients(emailId) : reader.readReportRecipients(emailId);
  for await (const batch of batches)
    yield handovers.size === 0
      ? batch
      : batch.map(one => ({ ...one, handovers: handovers.get(one.position) }));
}

async function* readOpens(
  reader: EmailReader,
  { emailId }: ReportEmail,
  fold: ReportFold,
  classify: Classify,
): AsyncGenerator<readonly JudgedFetch[], void, void> {
  let judged: JudgedFetch[] = [];
  const judge = new FetchJudge(
    fold.recipients,
    classify,
    ({ copy, emailAddress }, fetchedAt, times, verdict) => {
      judged.push({ openedAt: new Date(fetchedAt), copy, emailAddress, times, ...verdict });
    },
  );
  for await (const batch of reader.readFetches(emailId)) {
    for (const fetch of batch) judge.take(fetch);
    if (judged.length === 0) continue;
    yield judged;
    judged = [];
  }
  judge.finish();
  yield judged;
}
