/** Who gets a copy and who sees whom. One person, one copy. */
import { plural } from '../amount.js';
import { addrSpecKey } from '../message/mailbox.js';
import { type Place, Problem, type Rows } from '../problem.js';
import type { Recipient, Role } from './recipient.js';
import { RowNumbers } from './row-numbers.js';

export interface AudienceOptions {
  /** What to do with rows of one address and different fields; undefined: they are an error. */
  readonly duplicates: 'first' | 'last' | 'each' | undefined;
  /** By `addrSpecKey`. */
  readonly suppressed: ReadonlySet<string>;
}

export interface AudiencePlan {
  /** To before Cc before Bcc, each in the order they were first named there, at the position where that was. */
  readonly recipients: readonly Mention[];
  /** Addresses left out, as they were first written. */
  readonly suppressed: readonly string[];
  /** What was merged, for the user to see. */
  readonly notices: readonly string[];
  /** `list-duplicate`, one for each person with rows that differ. */
  readonly problems: readonly Problem[];
}

/** A recipient and where they were named, from 0. */
export interface Mention extends Recipient {
  readonly position: number;
}
type Person = readonly [first: Mention, ...others: Mention[]];

/** What was left out, for the notices. */
interface LeftOut {
  readonly repeated: Mention[];
  readonly replaced: Mention[];
  readonly namedTwice: string[];
}

export const roleOrder: readonly Role[] = ['to', 'cc', 'bcc'];
/** Places and addresses named in one sentence before it says how many more there are. */
const maxShown = 5;

/** @param named in the order they were named; of a long list only those who may be named twice, or left out. */
export function planAudience(named: Iterable<Mention>, options: AudienceOptions): AudiencePlan {
  const kept: Mention[] = [];
  const suppressed: string[] = [];
  const problems: Problem[] = [];
  const leftOut: LeftOut = { repeated: [], replaced: [], namedTwice: [] };
  for (const [key, person] of groupByPerson(named)) {
    const rows = findDistinctRows(person, options.duplicates === 'last');
    if (options.suppressed.has(key)) suppressed.push(person[0].mailbox.addrSpec);
    else if (rows.length > 1 && options.duplicates === undefined) problems.push(differentRows(rows));
    else kept.push(...keepMentions(person, rows, options.duplicates, leftOut));
  }
  kept.sort((a, b) => rank(a) - rank(b) || a.position - b.position);
  return {
    recipients: kept,
    suppressed,
    notices: describeLeftOut(leftOut, options.duplicates),
    problems,
  };
}

function groupByPerson(named: Iterable<Mention>): ReadonlyMap<string, Person> {
  const people = new Map<string, [Mention, ...Mention[]]>();
  for (const mention of named) {
    const key = addrSpecKey(mention.mailbox.addrSpec);
    const person = people.get(key);
    if (person === undefined) people.set(key, [mention]);
    else person.push(mention);
  }
  return people;
}

/** The person's rows, of equal ones the first, or the last. Role and consent are settled between rows, so they may differ. */
function findDistinctRows(person: Person, keepLast: boolean): readonly Mention[] {
  if (person.length === 1) return 'file' in person[0].source ? person : [];
  const distinct = new Map<string, Mention>();
  for (const mention of person) {
    if (!('file' in mention.source)) continue;
    const content = [...mention.fields].filter(([name]) => !mention.addressing?.has(name));
    const key = JSON.stringify(content.sort(([a], [b]) => (a < b ? -1 : 1)));
    if (keepLast) distinct.delete(key);
    if (!distinct.has(key)) distinct.set(key, mention);
  }
  return [...distinct.values()];
}

function keepMentions(
  person: Person,
  rows: readonly Mention[],
  duplicates: AudienceOptions['duplicates'],
  leftOut: LeftOut,
): readonly Mention[] {
  const chosen = duplicates === 'each' ? rows : rows.slice(duplicates === 'last' ? -1 : 0).slice(0, 1);
  noteLeftOut(person, new Set(rows), new Set(chosen), leftOut);
  // Somebody who has not agreed anywhere has not agreed.
  const tracked = person.every(mention => mention.tracked);
  const name = person.find(mention => mention.mailbox.name !== '')?.mailbox.name ?? '';
  const complete = (mention: Mention): Mention => ({
    ...mention,
    tracked,
    mailbox: { ...mention.mailbox, name: mention.mailbox.name || name },
  });
  if (chosen.length > 1) return chosen.map(complete);
  // The strongest role anybody gave the person, and where they were first named in it.
  const { role, position } = person.reduce((best, next) => (rank(next) < rank(best) ? next : best));
  return [{ ...complete(chosen[0] ?? person[0]), role, position }];
}

function rank({ role }: Recipient): number {
  return roleOrder.indexOf(role);
}

function noteLeftOut(
  person: Person,
  rows: ReadonlySet<Mention>,
  chosen: ReadonlySet<Mention>,
  leftOut: LeftOut,
): void {
  if (person.length === 1) return;
  for (const mention of person) {
    if (chosen.has(mention) || !('file' in mention.source)) continue;
    (rows.has(mention) ? leftOut.replaced : leftOut.repeated).push(mention);
  }
  if (person.some(({ source }) => 'flag' in source)) leftOut.namedTwice.push(person[0].mailbox.addrSpec);
}

function describeLeftOut(leftOut: LeftOut, duplicates: AudienceOptions['duplicates']): readonly string[] {
  const { repeated, replaced, namedTwice } = leftOut;
  const notices: string[] = [];
  if (repeated.length > 0)
    notices.push(`${plural(repeated.length, 'repeated row')} left out: ${listPlaces(repeated)}`);
  if (replaced.length > 0) {
    notices.push(
      `${plural(replaced.length, 'row')} left out by --duplicates ${duplicates}: ${listPlaces(replaced)}`,
    );
  }
  if (namedTwice.length > 0) {
    const people = plural(namedTwice.length, 'person', 'people');
    notices.push(`${people} named more than once, one copy each: ${shorten(namedTwice)}`);
  }
  return notices;
}

function differentRows(rows: readonly Mention[]): Problem {
  const [first, second] = rows;
  return new Problem(
    'list-duplicate',
    `${first?.mailbox.addrSpec} is in ${rows.length} rows with different fields: ${listPlaces(rows)}`,
    {
      where: second && placeOf(second),
      rows: rowsOf(rows),
      fix: 'Keep one, or pass --duplicates first, last or each.',
    },
  );
}

function rowsOf(mentions: readonly Mention[]): readonly Rows[] {
  const numbers = new RowNumbers();
  for (const mention of mentions) numbers.add(mention);
  return numbers.rows();
}

function placeOf({ source }: Recipient): Place | undefined {
  return 'file' in source ? source : undefined;
}

function listPlaces(rows: readonly Mention[]): string {
  return shorten(rows.map(row => `${placeOf(row)?.file}:${placeOf(row)?.line}`));
}

function shorten(items: readonly string[]): string {
  const shown = items.slice(0, maxShown).join(', ');
  return items.length > maxShown ? `${shown} and ${items.length - maxShown} more` : shown;
}
