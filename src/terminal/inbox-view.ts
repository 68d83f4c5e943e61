import { plural } from '../amount.js';
import type { ReturnedFact } from '../returned/returned-fact.js';
import type { TimeFormat } from '../time-format.js';
import { visible } from './clean.js';
import type { Style } from './style.js';
import { layOutTable } from './table.js';
import { wrap } from './wrap.js';

/** What a mailbox told, as this view shows it. */
export interface InboxShown {
  readonly messages: number;
  readonly known: number;
  readonly others: number;
  readonly earlier: number;
  readonly taken: readonly {
    readonly person: { readonly emailId: string; readonly address: string };
    readonly fact: ReturnedFact;
    readonly suppressed?: string;
  }[];
  readonly unmatched: readonly { readonly emailId?: string; readonly fact: ReturnedFact }[];
}

export interface InboxViewOptions {
  readonly width: number;
  readonly style: Style;
  readonly time: TimeFormat;
  /** Nothing was recorded. */
  readonly isRehearsal: boolean;
}

/** What was read, what came back for whom, and what could not be matched. */
export function inboxLines(shown: InboxShown, options: InboxViewOptions): readonly string[] {
  return [...summary(shown, options), ...takenLines(shown, options), ...unmatchedLines(shown, options)];
}

function summary(
  { messages, known, others, earlier, taken }: InboxShown,
  { width, isRehearsal }: InboxViewOptions,
): readonly string[] {
  const parts = [
    `${plural(messages, 'message')} read`,
    `${plural(taken.length, 'new fact')}${isRehearsal ? ' (not recorded)' : ''}`,
    ...(known > 0 ? [`${known} known already`] : []),
    ...(others > 0 ? [`${plural(others, 'message')} about other mail`] : []),
    ...(earlier > 0 ? [`${earlier} from before --since`] : []),
  ];
  return wrap(`${parts.join(', ')}.`, width);
}

function takenLines({ taken }: InboxShown, { width, style, time }: InboxViewOptions): readonly string[] {
  if (taken.length === 0) return [];
  const rows = taken.map(({ person, fact, suppressed }) => [
    visible(person.address),
    returnedWords(fact),
    time.short(fact.at),
    person.emailId,
    details(fact, suppressed !== undefined),
  ]);
  const table = layOutTable(columns(time), rows, width);
  const painted = table.rows.flatMap((lines, index) =>
    taken[index]?.suppressed === undefined ? lines : lines.map(style.warn),
  );
  return ['', ...table.title.map(style.dim), ...painted];
}

function unmatchedLines(
  { unmatched }: InboxShown,
  { width, style, time }: InboxViewOptions,
): readonly string[] {
  if (unmatched.length === 0) return [];
  const rows = unmatched
    .slice(0, mostUnmatched)
    .map(({ emailId, fact }) => [
      visible(fact.address) || '(no address)',
      returnedWords(fact),
      time.short(fact.at),
      emailId ?? 'unknown',
      details(fact, false),
    ]);
  const table = layOutTable(columns(time), rows, width);
  const heading =
    'Not matched: these addresses are not recipients of the email, or the message does not say which email it is about. Nothing follows from them.';
  const more = unmatched.length - rows.length;
  return [
    '',
    ...wrap(heading, width).map(style.dim),
    ...table.title.map(style.dim),
    ...table.rows.flat(),
    ...(more > 0 ? wrap(`And ${more} more; --json has all.`, width) : []),
  ];
}

/** Mailboxes are full of reports about other mail. */
const mostUnmatched = 20;

function columns({ zone }: TimeFormat) {
  return [
    { title: 'Address', elastic: true, whole: true },
    { title: 'Came back' },
    { title: `At, ${zone}` },
    { title: 'Email' },
    { title: 'Details', elastic: true },
  ];
}

/** `failed for good`, `replied`: a fact in two or three words. */
export function returnedWords({ kind, hardness }: Pick<ReturnedFact, 'kind' | 'hardness'>): string {
  return kind === 'failed' && hardness === 'hard' ? 'failed for good' : words[kind];
}

const words: Readonly<Record<ReturnedFact['kind'], string>> = {
  failed: 'failed',
  delayed: 'delayed',
  delivered: 'delivered',
  relayed: 'passed on',
  expanded: 'passed to a list',
  complaint: 'complained',
  displayed: 'displayed',
  reply: 'replied',
  'automatic-reply': 'automatic reply',
};

const longestDiagnostic = 160;

function details(fact: ReturnedFact, isSuppressed: boolean): string {
  const { diagnostic, status, returnsOn, evidence, isProven, kind } = fact;
  const said = visible((diagnostic || status).slice(0, longestDiagnostic));
  const leadsNowhere = evidence.length > 0 && !isProven && (kind === 'failed' || kind === 'complaint');
  return [
    ...(isSuppressed ? ['Not mailed any more.'] : []),
    ...(leadsNowhere ? ['Anybody can have written this, so the address is still mailed.'] : []),
    ...(returnsOn === undefined ? [] : [`Away until ${returnsOn}.`]),
    ...(said === '' ? [] : [said]),
  ].join(' ');
}
