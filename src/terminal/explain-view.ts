import { plural } from '../amount.js';
import type { Suppression } from '../recipients/suppression.js';
import type { ExplainedCopy, ExplainedFetch, Explanation } from '../report/explanation.js';
import type { RecipientReturn } from '../report/returned-summary.js';
import type { TransactionRecord } from '../report/summary.js';
import type { TimeFormat } from '../time-format.js';
import { ruleSentence } from '../tracking/rule-words.js';
import { rulesDate } from '../tracking/rules-date.js';
import { visible } from './clean.js';
import { returnedWords } from './inbox-view.js';
import { verdictMeanings, verdictWords } from './report-view.js';
import type { Style } from './style.js';
import { wrap } from './wrap.js';

export interface ExplainViewOptions {
  readonly width: number;
  readonly style: Style;
  readonly time: TimeFormat;
}

/** Everything known about one recipient, for people: what was sent and answered, what was fetched, and what follows from it. */
export function explainLines(explanation: Explanation, options: ExplainViewOptions): readonly string[] {
  const { email, copies, suppression } = explanation;
  const { style, time, width } = options;
  return [
    ...wrap(visible(email.subject), width).map(style.bold),
    ...wrap(`${email.emailId}, ${time.full(email.createdAt)}`, width).map(style.dim),
    ...copies.flatMap(copy => ['', ...copyLines(copy, options)]),
    ...(suppression === undefined ? [] : ['', ...wrap(suppressed(suppression, time), width).map(style.warn)]),
    '',
    ...wrap(`Judged by the rules of ${rulesDate}.`, width).map(style.dim),
  ];
}

function copyLines(copy: ExplainedCopy, options: ExplainViewOptions): readonly string[] {
  const { recipient, transactions, fetches, returned } = copy;
  const { style, width } = options;
  const name = recipient.name === '' ? '' : `${visible(recipient.name)} `;
  const { verdict, confidence, state, rule = '' } = recipient;
  const sure = confidence > 0 ? ` (confidence ${confidence})` : '';
  return [
    ...wrap(`${name}<${visible(recipient.emailAddress)}>, ${recipient.role}: ${state}`, width).map(
      style.bold,
    ),
    ...wrap(`${verdictWords[verdict]}${sure}: ${ruleSentence(rule) || verdictMeanings[verdict]}`, width),
    ...consentLines(copy, options),
    '',
    ...(transactions.length === 0 ? ['Transactions: none yet'] : ['Transactions']),
    ...transactions.flatMap((one, index) => transactionLines(one, index + 1, options)),
    ...(fetches.length === 0 ? ['Fetches of the pixel: none'] : ['Fetches of the pixel']),
    ...fetches.flatMap(one => fetchLines(one, options)),
    ...(returned.length === 0 ? [] : ['Came back by mail']),
    ...returned.flatMap(one => returnedLines(one, options)),
  ];
}

/** Nothing when no yes was recorded. */
function consentLines({ consent }: ExplainedCopy, { width }: ExplainViewOptions): readonly string[] {
  if (consent === undefined) return [];
  const { agreedAt, method, wording, source } = consent;
  const details = [
    ...(agreedAt === '' ? [] : [`at ${visible(agreedAt)}`]),
    ...(method === '' ? [] : [`by ${visible(method)}`]),
    ...(wording === '' ? [] : [`to the words "${visible(wording)}"`]),
  ].join(', ');
  return wrap(`Said yes to tracking${details === '' ? '' : ` ${details}`} (${visible(source)})`, width);
}

function transactionLines(
  { startedAt, stage, state, replyCode, enhancedStatusCode, replyText }: TransactionRecord,
  attempt: number,
  { time, width }: ExplainViewOptions,
): readonly string[] {
  const code = replyCode === 0 ? '' : `${replyCode} `;
  const said = `${code}${withStatus(enhancedStatusCode, replyText)}`.trim();
  const heading = `${attempt}. ${time.exact(startedAt)}: ${state}, at ${stageWords[stage]}`;
  return [...indented(heading, 2, width), ...(said === '' ? [] : indented(said, 5, width))];
}

const stageWords: Readonly<Record<TransactionRecord['stage'], string>> = {
  connect: 'the connection',
  ehlo: 'EHLO',
  auth: 'the login',
  mail: 'MAIL FROM',
  rcpt: 'RCPT TO',
  data: 'DATA',
  'end-of-data': 'the end of the message',
};

function fetchLines(fetch: ExplainedFetch, { time, width }: ExplainViewOptions): readonly string[] {
  const { openedAt, kind, confidence, rule, times, userAgent, network, method } = fetch;
  const many = times > 1 ? `, the last of ${plural(times, 'fetch', 'fetches')} that were only counted` : '';
  const from = network === '' ? '' : ` from ${network}`;
  const agent = userAgent === '' ? 'no user agent' : visible(userAgent);
  return [
    ...indented(`${time.exact(openedAt)}: ${kind} ${confidence}, by rule ${rule}${many}`, 2, width),
    ...indented(ruleSentence(rule), 5, width),
    ...indented(`${method}${from}: ${agent}`, 5, width),
  ];
}

function returnedLines(fact: RecipientReturn, { time, width }: ExplainViewOptions): readonly string[] {
  const back = fact.returnsOn === undefined ? '' : `, back on ${fact.returnsOn}`;
  const proof = fact.isProven ? 'proven by' : 'not proven:';
  const said = withStatus(fact.status, fact.diagnostic);
  return [
    ...indented(`${time.exact(fact.at)}: ${returnedWords(fact)}${back}`, 2, width),
    ...indented(said, 5, width),
    ...indented(`${proof} ${fact.evidence.join(', ')}`, 5, width),
  ];
}

/** Servers say the status in their words as a rule. */
function withStatus(status: string, words: string): string {
  const shown = visible(words);
  return shown.includes(status) ? shown : `${status} ${shown}`;
}

function suppressed({ kind, reason, since }: Suppression, time: TimeFormat): string {
  if (kind === 'unsubscribed') return `Unsubscribed on ${time.day(since)}: gets no more mail.`;
  const why = reason === '' ? '' : ` (${visible(reason)})`;
  return `Suppressed since ${time.day(since)}${why}: gets no more mail.`;
}

function indented(text: string, columns: number, width: number): readonly string[] {
  if (text === '') return [];
  return wrap(text, width - columns).map(line => `${' '.repeat(columns)}${line}`);
}
