/** Puts people on the list of those who are never mailed, and takes them off. */
import { type AddrSpec, addrSpecKey, parseMailbox } from '../message/mailbox.js';
import { Problem, Problems } from '../problem.js';
import { columnKey } from '../recipients/column-key.js';
import { type ListRow, parseList } from '../recipients/list.js';
import type { ListFlags } from '../recipients/list-flags.js';
import { quoteInput } from '../recipients/quote-input.js';
import type { ReadWorkbook } from '../recipients/xlsx-records.js';
import { hashesOf } from '../tracking/address-hash.js';
import type { KeyRing } from '../tracking/key.js';
import { findForgotten } from './forget-person.js';
import { ListProblems } from './list-problems.js';
import type { PeopleStore } from './people-ports.js';
import type { Clock, EmailReader, Files, SuppressedPerson, SuppressionList } from './ports.js';
import { skippedNotice, skippedRows } from './skipped-rows.js';

/** What became of the list. */
export interface Suppressed {
  readonly added: number;
  /** Of those who were named, how many were on it already. */
  readonly known: number;
  /** What was left out, for the user to see. */
  readonly notices: readonly string[];
}

export interface SuppressPorts {
  readonly list: SuppressionList;
  readonly clock: Clock;
}

/**
 * @param addresses mailboxes as somebody types them. @param reason '' for none.
 * @throws Problems `address-syntax`, all of them; then nobody was added.
 */
export async function suppress(
  addresses: readonly string[],
  reason: string,
  { list, clock }: SuppressPorts,
): Promise<Suppressed> {
  const since = clock.now();
  const people = readAddresses(addresses).map(emailAddress => ({ emailAddress, reason, since }));
  return addAll(people, list, []);
}

export interface SuppressionFile extends ListFlags {
  /** `-` is standard input. */
  readonly path: string;
  /** Of rows that have none of their own; '' for none. */
  readonly reason: string;
  readonly skipInvalid: boolean;
}

/**
 * Adds everybody of a list, in any of the formats of lists. Columns named `reason` and `since`, or as mail services name them, are heeded.
 * @throws Problems of the list, all of them; then nobody was added.
 */
export async function importSuppressions(
  file: SuppressionFile,
  ports: SuppressPorts & { readonly files: Files; readonly readWorkbook?: ReadWorkbook },
): Promise<Suppressed> {
  const now = ports.clock.now();
  const shownPath = file.path === '-' ? 'standard input' : file.path;
  const problems = new ListProblems();
  const people: Omit<SuppressedPerson, 'kind'>[] = [];
  const rows = parseList(ports.files.stream(file.path), shownPath, {
    ...file,
    roleIsField: true,
    readWorkbook: ports.readWorkbook,
  });
  for await (const row of rows) {
    if (row instanceof Problem) problems.add({ list: shownPath, problem: row });
    else
      people.push({
        emailAddress: row.mailbox.addrSpec,
        reason: cellOf(row, reasonColumns) || file.reason || kindOf(row),
        since: dateOf(cellOf(row, timeColumns), now),
      });
  }
  const found = problems.all();
  const skipped = file.skipInvalid ? skippedRows(found) : new Map<string, readonly Problem[]>();
  if (found.length > 0 && skipped.size === 0) throw new Problems(found.map(({ problem }) => problem));
  return addAll(people, ports.list, [...skipped].map(skippedNotice));
}

/**
 * @param options.unsubscribed true: also people who unsubscribed themselves. @param options.forgotten true: also people who were forgotten.
 * @returns the addresses that were not on the list.
 * @throws Problems `address-syntax`, or `confirmation-needed` for people who unsubscribed or were forgotten; then nobody was taken off.
 */
export async function unsuppress(
  addresses: readonly string[],
  options: { readonly unsubscribed: boolean; readonly forgotten: boolean },
  { list, reader, people, readRing }: UnsuppressPorts,
): Promise<{ readonly removed: number; readonly unknown: readonly string[] }> {
  const named = readAddresses(addresses);
  const found = await reader.readSuppressions(new Set(named.map(addrSpecKey)));
  const unsubscribed = named.filter(address => found.get(addrSpecKey(address))?.kind === 'unsubscribed');
  if (unsubscribed.length > 0 && !options.unsubscribed)
    throw new Problems(unsubscribed.map(unsubscribedProblem));
  const forgotten = await findForgotten(named.map(addrSpecKey), people, readRing);
  const isForgotten = (address: string) => forgotten.has(addrSpecKey(address));
  if (forgotten.size > 0 && !options.forgotten)
    throw new Problems(named.filter(isForgotten).map(forgottenProblem));
  const ring = forgotten.size > 0 ? await readRing() : undefined;
  if (ring !== undefined)
    await people.removeForgotten([...forgotten].flatMap(key => hashesOf(ring, key).map(({ hash }) => hash)));
  await list.remove([...found.keys()]);
  const unknown = named.filter(address => !found.has(addrSpecKey(address)) && !isForgotten(address));
  return { removed: named.length - unknown.length, unknown };
}

export interface UnsuppressPorts {
  readonly list: SuppressionList;
  readonly reader: EmailReader;
  readonly people: Pick<PeopleStore, 'findForgotten' | 'countForgotten' | 'removeForgotten'>;
  readonly readRing: () => Promise<KeyRing | undefined>;
}

function forgottenProblem(address: string): Problem {
  return new Problem('confirmation-needed', `${address} was forgotten`, {
    fix: 'Pass --forgotten if they have asked for your mail again. Nobody was taken off the list.',
  });
}

function unsubscribedProblem(address: string): Problem {
  return new Problem('confirmation-needed', `${address} unsubscribed with the link in a message`, {
    fix: 'Pass --unsubscribed if they have asked for your mail again. Nobody was taken off the list.',
  });
}

function readAddresses(addresses: readonly string[]): readonly AddrSpec[] {
  const problems: Problem[] = [];
  const found = new Map<string, AddrSpec>();
  for (const text of addresses) {
    const mailbox = parseMailbox(text);
    if (!mailbox.ok) {
      problems.push(new Problem('address-syntax', `${quoteInput(text)} is not an address: ${mailbox.why}`));
      continue;
    }
    const { addrSpec } = mailbox.value;
    if (!found.has(addrSpecKey(addrSpec))) found.set(addrSpecKey(addrSpec), addrSpec);
  }
  if (problems.length > 0) throw new Problems(problems);
  return [...found.values()];
}

async function addAll(
  people: readonly Omit<SuppressedPerson, 'kind'>[],
  list: SuppressionList,
  notices: readonly string[],
): Promise<Suppressed> {
  const named = new Map<string, Omit<SuppressedPerson, 'kind'>>();
  for (const one of people) {
    const key = addrSpecKey(one.emailAddress);
    if (!named.has(key)) named.set(key, one);
  }
  const added = await list.add([...named.values()]);
  return { added, known: named.size - added, notices };
}

/** Ours, then of services that send mail, by `columnKey`. */
const reasonColumns = ['reason', 'suppressionreason', 'unsubscribereason', 'bouncereason', 'error', 'type'];
const timeColumns = [
  'since',
  'created',
  'createdat',
  'suppressedat',
  'unsubscribetime',
  'optouttime',
  'date',
];

function cellOf({ fields }: ListRow, columns: readonly string[]): string {
  for (const wanted of columns)
    for (const [column, value] of fields)
      if (columnKey(column) === wanted && value.trim() !== '') return value.trim();
  return '';
}

/** `mailtrack suppress export` says of people who unsubscribed what they did, and no reason. */
function kindOf(row: ListRow): string {
  return cellOf(row, ['kind']) === 'unsubscribed' ? 'unsubscribed' : '';
}

/** ISO 8601, or seconds of Unix time; anything else is no time that could be trusted. */
function dateOf(text: string, now: Date): Date {
  const at = /^\d{9,10}$/.test(text)
    ? new Date(Number(text) * 1_000)
    : /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}|$)/.test(text)
      ? new Date(text)
      : now;
  return Number.isNaN(at.getTime()) || at > now ? now : at;
}
