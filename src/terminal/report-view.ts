import type { RecipientSummary, Report, Verdict } from '../report/summary.js';
import { visible } from './clean.js';
import type { Style } from './style.js';
import { type Column, tableLines } from './table.js';
import type { TimeFormat } from './time.js';
import { wrap } from './wrap.js';

export interface ReportViewOptions {
  readonly width: number;
  readonly style: Style;
  readonly time: TimeFormat;
}

/** A report for people: what it is about, the honest numbers, each recipient, and what an open does not say. */
export function reportLines(report: Report, options: ReportViewOptions): readonly string[] {
  return [
    ...heading(report, options),
    '',
    ...deliveryLines(report, options),
    ...verdictLines(report, options),
    '',
    ...recipientLines(report, options),
    '',
    ...footer(options),
  ];
}

function heading({ email }: Report, { style, time }: ReportViewOptions): readonly string[] {
  return [
    style.bold(visible(email.subject)),
    style.dim(
      `${email.emailId}${email.sendId === undefined ? '' : ` (${visible(email.sendId)})`}, ${time.full(email.createdAt)} ${time.zone}`,
    ),
    style.dim(`from ${visible(email.from)}`),
  ];
}

/** Uncertain first: it is the one that asks for a decision. Nothing when everybody was accepted. */
function deliveryLines(
  { totals, recipients, email }: Report,
  { style }: ReportViewOptions,
): readonly string[] {
  if (totals.accepted === totals.recipients) return [];
  const lines: string[] = [];
  if (totals.uncertain > 0) {
    const who = recipients
      .filter(({ state }) => state === 'uncertain')
      .map(({ emailAddress }) => visible(emailAddress));
    lines.push(
      style.warn(`! ${totals.uncertain} uncertain: handed over, and no answer came. ${cutList(who)}`),
      `  mailtrack resume ${email.emailId} --resend-uncertain, or --resolve accepted`,
    );
  }
  const rest = (['pending', 'deferred', 'rejected', 'skipped'] as const)
    .filter(state => totals[state] > 0)
    .map(state => `${totals[state]} ${state}`);
  lines.push(
    `Sent: ${totals.accepted} of ${totals.recipients} accepted${rest.length > 0 ? `, ${rest.join(', ')}` : ''}`,
    '',
  );
  return lines;
}

const explanations: Readonly<Record<Exclude<Verdict, 'not-tracked'>, string>> = {
  opened: 'a person’s mail program, or its proxy, loaded the image',
  maybe: 'something loaded it, and it cannot be told what',
  machine: 'it arrived; whether anybody looked cannot be known',
  none: 'which is not the same as not read',
};

function verdictLines({ totals }: Report, { style, width }: ReportViewOptions): readonly string[] {
  const lines = (['opened', 'maybe', 'machine', 'none'] as const)
    .filter(verdict => verdict === 'opened' || verdict === 'none' || totals[verdict] > 0)
    .map(verdict => {
      const number = String(totals[verdict]).padStart(4);
      const label = verdictWords[verdict].padEnd(12);
      const painted = verdict === 'opened' ? style.good(`${number} ${label}`) : `${number} ${label}`;
      return width < 60 ? painted.trimEnd() : `${style.bold(painted)} ${style.dim(explanations[verdict])}`;
    });
  if (totals.notTracked > 0)
    lines.push(
      `${String(totals.notTracked).padStart(4)} not tracked  ${style.dim('copies without a pixel')}`,
    );
  return lines;
}

const verdictWords: Readonly<Record<Verdict, string>> = {
  opened: 'opened',
  maybe: 'maybe',
  machine: 'machine only',
  none: 'no open seen',
  'not-tracked': 'not tracked',
};

function recipientLines({ recipients }: Report, options: ReportViewOptions): readonly string[] {
  const { width, style, time } = options;
  const shown = (width >= 70 ? columns : columns.slice(0, 3)).filter(
    ({ optional, cell }) => optional !== true || recipients.some(recipient => cell(recipient, time) !== ''),
  );
  const rows = recipients.map(recipient => shown.map(({ cell }) => cell(recipient, time)));
  const [title = '', ...lines] = tableLines(shown, rows, width);
  return [style.dim(title), ...lines.map((line, index) => paint(line, recipients[index], style))];
}

interface RecipientColumn extends Column {
  /** Left out when nobody has anything in it. */
  readonly optional?: boolean;
  readonly cell: (recipient: RecipientSummary, time: TimeFormat) => string;
}

/** The first three are what a narrow terminal has room for. */
const columns: readonly RecipientColumn[] = [
  { title: 'Recipient', elastic: true, cell: ({ emailAddress }) => visible(emailAddress) },
  { title: 'Verdict', cell: verdictOf },
  {
    title: 'First open',
    optional: true,
    cell: ({ firstOpenedAt }, time) => (firstOpenedAt === undefined ? '' : time.short(firstOpenedAt)),
  },
  {
    title: 'Last',
    optional: true,
    cell: ({ lastOpenedAt, opens }, time) =>
      lastOpenedAt === undefined || opens < 2 ? '' : time.short(lastOpenedAt),
  },
  { title: 'Opens', align: 'right', optional: true, cell: ({ opens }) => (opens > 0 ? String(opens) : '') },
  { title: 'Why', elastic: true, optional: true, cell: because },
];

function paint(line: string, recipient: RecipientSummary | undefined, style: Style): string {
  if (recipient?.state === 'uncertain' || recipient?.state === 'rejected') return style.warn(line);
  if (recipient?.verdict === 'opened') return style.good(line);
  return recipient?.verdict === 'none' ? style.dim(line) : line;
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

function because({ kinds, verdict, confidence }: RecipientSummary): string {
  const what = Object.keys(kinds).map(kind => kindWords[kind] ?? kind);
  if (what.length === 0) return '';
  const sure = verdict === 'opened' && confidence < 0.7 ? ' (less sure)' : '';
  return what.join(', ') + sure;
}

function cutList(names: readonly string[]): string {
  const shown = names.slice(0, 3).join(', ');
  return names.length > 3 ? `${shown} and ${names.length - 3} more` : shown;
}

function footer({ style, width }: ReportViewOptions): readonly string[] {
  const text =
    'An open is a program fetching the image of one person’s copy. Images may be off, forwarded or prefetched.';
  return wrap(text, width).map(line => style.dim(line));
}
