import { plural } from '../amount.js';
import type { RecipientSummary, Report, Verdict } from '../report/summary.js';
import type { TimeFormat } from '../time-format.js';
import { rulesDate } from '../tracking/rules-date.js';
import { visible } from './clean.js';
import type { Style } from './style.js';
import { type Column, measureTable } from './table.js';
import { wrap } from './wrap.js';

export interface ReportViewOptions {
  readonly width: number;
  readonly style: Style;
  readonly time: TimeFormat;
}

/** A report for people, line by line: what it is about, the honest numbers, each recipient, and what an open does not say. */
export function* reportLines(report: Report, options: ReportViewOptions): Generator<string, void, void> {
  yield* heading(report, options);
  yield '';
  yield* deliveryLines(report, options);
  yield* verdictLines(report, options);
  yield* sharedLines(report, options);
  yield* returnedLines(report, options);
  yield '';
  yield* recipientLines(report, options);
  yield '';
  yield* footer(options);
}

function heading({ email }: Report, { style, time, width }: ReportViewOptions): readonly string[] {
  const id = `${email.emailId}${email.sendId === undefined ? '' : ` (${visible(email.sendId)})`}`;
  const lines = (text: string, paint: (line: string) => string) => wrap(text, width).map(paint);
  return [
    ...lines(visible(email.subject), style.bold),
    ...lines(`${id}, ${time.full(email.createdAt)}`, style.dim),
    ...lines(`from ${visible(email.from)}`, style.dim),
  ];
}

/** Uncertain first: it is the one that asks for a decision. Nothing when everybody was accepted. */
function deliveryLines(
  { totals, recipients, email }: Report,
  { style, width }: ReportViewOptions,
): readonly string[] {
  if (totals.accepted === totals.recipients) return [];
  const lines: string[] = [];
  if (totals.uncertain > 0) {
    const who = recipients
      .filter(({ state }) => state === 'uncertain')
      .map(({ emailAddress }) => visible(emailAddress));
    const what = `! ${totals.uncertain} uncertain: handed over, and no answer came. ${cutList(who)}`;
    const next = `mailtrack resume ${email.emailId} --resend-uncertain, or --resolve accepted`;
    lines.push(...wrap(what, width).map(style.warn), ...wrap(next, width - 2).map(line => `  ${line}`));
  }
  const rest = (['pending', 'deferred', 'rejected', 'skipped'] as const)
    .filter(state => totals[state] > 0)
    .map(state => `${totals[state]} ${state}`);
  const sent = [`${totals.accepted} of ${totals.recipients} accepted`, ...rest].join(', ');
  lines.push(...wrap(`Sent: ${sent}`, width), '');
  return lines;
}

/** What a verdict means. */
export const verdictMeanings: Readonly<Record<Verdict, string>> = {
  opened: 'a person’s mail program, or its proxy, loaded the image',
  maybe: 'something loaded it, and it cannot be told what',
  machine: 'it arrived; whether anybody looked cannot be known',
  none: 'which is not the same as not read',
  'not-tracked': 'no pixel',
};

function verdictLines({ totals }: Report, { style, width }: ReportViewOptions): readonly string[] {
  const lines = (['opened', 'maybe', 'machine', 'none'] as const)
    .filter(verdict => verdict === 'opened' || verdict === 'none' || totals[verdict] > 0)
    .map(verdict => {
      const number = String(totals[verdict]).padStart(4);
      const label = verdictWords[verdict].padEnd(12);
      const painted = verdict === 'opened' ? style.good(`${number} ${label}`) : `${number} ${label}`;
      return width < 80 ? painted.trimEnd() : `${style.bold(painted)} ${style.dim(verdictMeanings[verdict])}`;
    });
  if (totals.notTracked > 0)
    lines.push(
      `${String(totals.notTracked).padStart(4)} not tracked  ${style.dim(verdictMeanings['not-tracked'])}`,
    );
  return lines;
}

export const verdictWords: Readonly<Record<Verdict, string>> = {
  opened: 'opened',
  maybe: 'maybe',
  machine: 'machine only',
  none: 'no open seen',
  'not-tracked': 'not tracked',
};

/** Nothing when no copies share a pixel. */
function sharedLines({ shared }: Report, { width }: ReportViewOptions): readonly string[] {
  if (shared === undefined) return [];
  const { copies, fetches, opened, maybe, machine } = shared;
  const kinds = [
    [opened, 'by mail programs or their proxies'],
    [maybe, 'by unknown programs'],
    [machine, 'by machines'],
  ] as const;
  const parts = kinds.filter(([count]) => count > 0).map(([count, who]) => `${count} ${who}`);
  const of = parts.length === 0 ? '' : `: ${parts.join(', ')}`;
  const text = `The pixel that ${plural(copies, 'copy', 'copies')} without consent share was fetched ${plural(fetches, 'time')}${of}. It does not say by whom.`;
  return wrap(text, width);
}

/** Nothing when nothing came back. */
function returnedLines({ totals }: Report, { style, width }: ReportViewOptions): readonly string[] {
  const numbers: readonly (readonly [number, string])[] = [
    [totals.failed, 'failed'],
    [totals.delayed, 'delayed'],
    [totals.replied, 'replied'],
    [totals.autoReplied, 'automatic replies'],
    [totals.complained, 'complained'],
  ];
  const said = numbers.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return said.length === 0 ? [] : wrap(`Came back: ${said.join(', ')}`, width).map(line => style.bold(line));
}

function* recipientLines({ recipients }: Report, options: ReportViewOptions): Generator<string, void, void> {
  const { width, style, time } = options;
  const sorted = sortForReader(recipients);
  const shown = columnsFor(time).filter(
    ({ from, optional, cell }) =>
      width >= (from ?? 0) && (optional !== true || sorted.some(recipient => cell(recipient, time) !== '')),
  );
  const cellsOf = (recipient: RecipientSummary) => shown.map(({ cell }) => cell(recipient, time));
  const { title, linesOf } = measureTable(shown, mapped(sorted, cellsOf), width);
  yield* title.map(style.dim);
  for (const recipient of sorted)
    for (const line of linesOf(cellsOf(recipient))) yield paint(line, recipient, style);
}

function* mapped<Item, Made>(items: Iterable<Item>, make: (item: Item) => Made): Generator<Made, void, void> {
  for (const item of items) yield make(item);
}

/** Who needs a decision comes first, then who opened, then whoever may have; among equals the order of the list stays. */
function sortForReader(recipients: readonly RecipientSummary[]): readonly RecipientSummary[] {
  const byRank: RecipientSummary[][] = Array.from(
    { length: states.length + verdicts.length },
    (): RecipientSummary[] => [],
  );
  for (const recipient of recipients) byRank[rankOf(recipient)]?.push(recipient);
  return byRank.flat();
}

const states: readonly RecipientSummary['state'][] = ['uncertain', 'rejected', 'deferred'];
const verdicts: readonly Verdict[] = ['opened', 'maybe', 'machine', 'none', 'not-tracked'];

function rankOf({ state, verdict, returned }: RecipientSummary): number {
  const urgent = returned.delivery === 'failed' ? states.indexOf('rejected') : states.indexOf(state);
  // An open proves that the copy arrived, whatever the server said.
  return urgent !== -1 && verdict !== 'opened' ? urgent : states.length + verdicts.indexOf(verdict);
}

interface RecipientColumn extends Column {
  /** Left out when nobody has anything in it. */
  readonly optional?: boolean;
  /** Columns a terminal has at least where it is shown; absent: everywhere. */
  readonly from?: number;
  readonly cell: (recipient: RecipientSummary, time: TimeFormat) => string;
}

function columnsFor({ zone }: TimeFormat): readonly RecipientColumn[] {
  return [
    { title: 'Recipient', elastic: true, whole: true, cell: ({ emailAddress }) => visible(emailAddress) },
    { title: 'Verdict', cell: verdictOf },
    { title: `First, ${zone}`, optional: true, cell: firstSeen },
    { title: 'Last', optional: true, from: 100, cell: lastSeen },
    {
      title: 'Opens',
      align: 'right',
      optional: true,
      from: 60,
      cell: ({ opens }) => (opens > 0 ? String(opens) : ''),
    },
    { title: 'Came back', elastic: true, optional: true, from: 60, cell: returnedWords },
    { title: 'Why', elastic: true, optional: true, from: 80, cell: because },
  ];
}

function firstSeen({ firstOpenedAt, maybeOpenedAt }: RecipientSummary, time: TimeFormat): string {
  const at = maybeOpenedAt ?? firstOpenedAt;
  return at === undefined ? '' : time.short(at);
}

function lastSeen({ lastOpenedAt, opens }: RecipientSummary, time: TimeFormat): string {
  return lastOpenedAt === undefined || opens < 2 ? '' : time.short(lastOpenedAt);
}

function paint(line: string, recipient: RecipientSummary, style: Style): string {
  if (recipient.state === 'uncertain' || recipient.state === 'rejected') return style.warn(line);
  if (recipient.returned.delivery === 'failed') return style.warn(line);
  if (recipient.verdict === 'opened') return style.good(line);
  return recipient.verdict === 'none' ? style.dim(line) : line;
}

/** Of somebody who was not sent to there is nothing to say about opens. */
function verdictOf({ state, verdict, opens, kinds }: RecipientSummary): string {
  if (state !== 'accepted' && verdict === 'none') return state;
  if (verdict === 'machine' && opens === 0 && onlyApple(kinds)) return 'cannot be known';
  return verdictWords[verdict];
}

function onlyApple(kinds: RecipientSummary['kinds']): boolean {
  return Object.keys(kinds).every(kind => kind === 'apple-mpp' || kind === 'self');
}

const kindWords: Readonly<Record<string, string>> = {
  human: 'mail program',
  'image-proxy': 'mail provider’s image proxy',
  'apple-mpp': 'Apple Mail loads images by itself',
  scanner: 'security scanner',
  bot: 'program, not a mail reader',
  self: 'yourself',
  unknown: 'unknown program',
};

function because({ kinds, verdict, confidence, rule }: RecipientSummary): string {
  const replied = rule === 'reply' ? ['a reply'] : [];
  const what = [...replied, ...Object.keys(kinds).map(kind => kindWords[kind] ?? kind)];
  if (what.length === 0) return '';
  const sure = verdict === 'opened' && confidence < 0.7 ? ' (less sure)' : '';
  return what.join(', ') + sure;
}

const longestDiagnostic = 120;

/** What came back: a failure with the words of the server, answers, and complaints. */
function returnedWords({ returned }: RecipientSummary): string {
  const { delivery, bounce, repliedAt, autoRepliedAt, returnsOn, complainedAt } = returned;
  const said = (bounce?.diagnostic || bounce?.status || '').slice(0, longestDiagnostic);
  const failed = bounce?.hardness === 'hard' ? 'failed for good' : 'failed';
  return [
    ...(delivery === 'failed' ? [said === '' ? failed : `${failed}: ${visible(said)}`] : []),
    ...(delivery === 'delayed' ? ['delayed'] : []),
    ...(repliedAt === undefined ? [] : ['replied']),
    ...(autoRepliedAt === undefined
      ? []
      : [returnsOn === undefined ? 'automatic reply' : `automatic reply, away until ${returnsOn}`]),
    ...(complainedAt === undefined ? [] : ['complained']),
  ].join(', ');
}

function cutList(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function footer({ style, width }: ReportViewOptions): readonly string[] {
  const text =
    'An open is a program fetching the image of one person’s copy. Images may be off, forwarded or prefetched, and programs keep them: the number of opens is not how often somebody read.';
  return [...wrap(text, width), ...wrap(`Judged by the rules of ${rulesDate}.`, width)].map(line =>
    style.dim(line),
  );
}
