import type { ExplainedCopy, ExplainedFetch, Explanation } from '../../report/explanation.js';
import { recipientJson } from '../../report/json.js';
import type { RecipientReturn } from '../../report/returned-summary.js';
import type { TransactionRecord } from '../../report/summary.js';
import { openReaderIfAny } from '../../store/open-reader.js';
import { explainLines } from '../../terminal/explain-view.js';
import { printJson } from '../../terminal/json.js';
import { createStyle } from '../../terminal/style.js';
import { createTimeFormat } from '../../time-format.js';
import { ruleSentence } from '../../tracking/rule-words.js';
import { rulesDate } from '../../tracking/rules-date.js';
import { explainRecipient } from '../../workflow/explain-recipient.js';
import type { RecordedConsent } from '../../workflow/ports.js';
import { createContext } from '../context.js';
import { unknownWithoutDatabase } from '../no-database.js';
import type { GlobalOptions } from '../options.js';
import { terminalWidth } from '../output.js';
import { ownNetworks } from '../own-networks.js';

export async function runExplain(emailId: string, recipient: string, options: GlobalOptions): Promise<void> {
  const context = await createContext(options);
  const { output, json, storeUrl } = context;
  const store = await openReaderIfAny(storeUrl, { ofOneMoment: true });
  if (store === undefined) throw unknownWithoutDatabase(emailId, storeUrl);
  try {
    const explanation = await explainRecipient(store.reader, emailId, recipient, {
      isOwnNetwork: ownNetworks(context),
    });
    if (json) {
      output.data(printJson(toJson(explanation)));
      return;
    }
    const style = createStyle({
      color: options.color,
      environment: process.env,
      isTerminal: output.stdout.isTTY === true,
    });
    const shape = { style, time: createTimeFormat(new Date()), width: terminalWidth(output.stdout) };
    for (const line of explainLines(explanation, shape)) output.data(line);
  } finally {
    store.close();
  }
}

function toJson({ email, copies, suppression }: Explanation): object {
  return {
    schema: 'mailtrack.explain/1',
    email: { email_id: email.emailId, subject: email.subject, created_at: email.createdAt.toISOString() },
    rules: rulesDate,
    recipients: copies.map(copyJson),
    suppression:
      suppression === undefined ? null : { ...suppression, since: suppression.since.toISOString() },
  };
}

function copyJson({ recipient, consent, transactions, fetches, returned }: ExplainedCopy): object {
  return {
    ...recipientJson(recipient),
    consent: consent === undefined ? null : consentJson(consent),
    transactions: transactions.map((one, index) => transactionJson(one, index + 1)),
    fetches: fetches.map(fetchJson),
    returned: returned.map(returnedJson),
  };
}

/** Texts of the list as they stand there; '' where it does not say. */
export function consentJson({ agreedAt, method, wording, source, recordedAt }: RecordedConsent): object {
  return { agreed_at: agreedAt, method, wording, source, recorded_at: recordedAt.toISOString() };
}

/** One of `transactions`. */
export function transactionJson(transaction: TransactionRecord, attempt: number): object {
  return {
    attempt,
    started_at: transaction.startedAt.toISOString(),
    ended_at: transaction.endedAt.toISOString(),
    stage: transaction.stage,
    state: transaction.state,
    code: transaction.replyCode,
    enhanced_code: transaction.enhancedStatusCode,
    reply: transaction.replyText,
  };
}

/** One of `returned`. */
export function returnedJson(fact: RecipientReturn): object {
  return {
    kind: fact.kind,
    at: fact.at.toISOString(),
    hardness: fact.hardness ?? null,
    status: fact.status,
    diagnostic: fact.diagnostic,
    returns_on: fact.returnsOn ?? null,
    proven: fact.isProven,
    evidence: fact.evidence,
  };
}

function fetchJson(fetch: ExplainedFetch): object {
  return {
    datetime_opened: fetch.openedAt.toISOString(),
    kind: fetch.kind,
    confidence: fetch.confidence,
    rule: fetch.rule,
    meaning: ruleSentence(fetch.rule),
    method: fetch.method,
    user_agent: fetch.userAgent,
    network: fetch.network,
    times: fetch.times,
  };
}
