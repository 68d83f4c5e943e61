/** Who gets a copy and who sees whom. One person, one copy. */
import { addrSpecKey, printMailbox } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import type { Recipient, Role } from './recipient.js';

export interface AudienceOptions {
  /** What to do with rows of one address and different fields; undefined: they are an error. */
  readonly duplicates: 'first' | 'last' | 'each' | undefined;
  /** By `addrSpecKey`. */
  readonly suppressed: ReadonlySet<string>;
}

export interface AudiencePlan {
  /** To before Cc before Bcc, each in the order they were named. */
  readonly recipients: readonly Recipient[];
  readonly suppressed: readonly string[];
  /** What was merged, for the user to see. */
  readonly notices: readonly string[];
  readonly problems: readonly Problem[];
}

const roleOrder: readonly Role[] = ['to', 'cc', 'bcc'];

export function planAudience(named: readonly Recipient[], options: AudienceOptions): AudiencePlan {
  const problems: Problem[] = [];
  const merged = { rows: 0, mentions: 0 };
  const byPerson = new Map<string, Recipient[]>();
  for (const recipient of named) {
    const key = addrSpecKey(recipient.mailbox.addrSpec);
    byPerson.set(key, [...(byPerson.get(key) ?? []), recipient]);
  }

  const kept: Recipient[] = [];
  const suppressed: string[] = [];
  for (const [key, mentions] of byPerson) {
    if (options.suppressed.has(key)) suppressed.push(mentions[0]?.mailbox.addrSpec ?? key);
    else kept.push(...keepMentions(mentions, options.duplicates, merged, problems));
  }
  const notices = [
    ...(merged.rows > 0 ? [`${count(merged.rows, 'repeated row')} left out`] : []),
    ...(merged.mentions > 0
      ? [`${count(merged.mentions, 'person', 'people')} named twice get one copy`]
      : []),
  ];
  const recipients = roleOrder.flatMap(role => kept.filter(recipient => recipient.role === role));
  return { recipients, suppressed, notices, problems };
}

function keepMentions(
  mentions: readonly Recipient[],
  duplicates: AudienceOptions['duplicates'],
  merged: { rows: number; mentions: number },
  problems: Problem[],
): readonly Recipient[] {
  const [first] = mentions;
  if (first === undefined || mentions.length === 1) return mentions;
  const rows = mentions.filter(mention => 'file' in mention.source);
  const distinct = rows.filter((row, index) => rows.findIndex(other => sameRow(row, other)) === index);
  if (distinct.length > 1) {
    if (duplicates === 'each') return distinct;
    if (duplicates === undefined) {
      problems.push(differentRows(distinct));
      return [];
    }
  }
  const chosen = duplicates === 'last' ? distinct.at(-1) : distinct[0];
  if (rows.length === mentions.length) merged.rows += mentions.length - 1;
  else merged.mentions += 1;
  const strongest = roleOrder.find(role => mentions.some(mention => mention.role === role)) ?? first.role;
  const base = chosen ?? first;
  const name =
    base.mailbox.name || (mentions.find(mention => mention.mailbox.name !== '')?.mailbox.name ?? '');
  return [
    {
      ...base,
      role: strongest,
      mailbox: { ...base.mailbox, name },
      // Somebody who has not agreed anywhere has not agreed.
      tracked: mentions.every(mention => mention.tracked),
    },
  ];
}

function sameRow(a: Recipient, b: Recipient): boolean {
  return (
    a.fields.size === b.fields.size && [...a.fields].every(([name, value]) => b.fields.get(name) === value)
  );
}

function differentRows(rows: readonly Recipient[]): Problem {
  const [first, second] = rows;
  const lines = rows.map(({ source }) => ('file' in source ? `${source.file}:${source.line}` : source.flag));
  const where = second !== undefined && 'file' in second.source ? second.source : undefined;
  return new Problem(
    'list-duplicate',
    `${first?.mailbox.addrSpec} is in ${rows.length} rows with different fields: ${lines.join(', ')}`,
    { where, fix: 'Keep one, or pass --duplicates first, last or each.' },
  );
}

/** Addresses that stand in the header of every copy of group mail. */
export function visibleCount(recipients: readonly Recipient[]): number {
  return recipients.filter(recipient => recipient.role !== 'bcc').length;
}

/**
 * Showing everybody's address to everybody is the classic accident of group mail.
 * @param expose the number the user said is meant; has to be exact.
 */
export function checkExposure(
  recipients: readonly Recipient[],
  mode: 'group' | 'each',
  maxVisible: number,
  expose: number | undefined,
): Problem | undefined {
  const visible = visibleCount(recipients);
  if (mode === 'each') return undefined;
  if (expose !== undefined && expose !== visible) {
    return new Problem(
      'exposure',
      `--expose ${expose}, but ${count(visible, 'address would be', 'addresses would be')} visible`,
      {
        fix: `Look at the list; --expose ${visible} shows all of them to everybody.`,
      },
    );
  }
  if (visible <= maxVisible || expose === visible) return undefined;
  const lists = [...new Set(recipients.flatMap(({ source }) => ('file' in source ? [source.file] : [])))];
  const instead =
    lists.length === 0 ? '--each with the same recipients' : lists.map(file => `--each ${file}`).join(' ');
  return new Problem(
    'exposure',
    `${count(recipients.length, 'person', 'people')} would see these ${visible} addresses: ${examples(recipients)}`,
    {
      fix: `Send each a message of their own: ${instead}. Or pass --expose ${visible} if everybody may see everybody.`,
    },
  );
}

function examples(recipients: readonly Recipient[]): string {
  const shown = recipients.filter(({ role }) => role !== 'bcc').slice(0, 3);
  return `${shown.map(({ mailbox }) => printMailbox(mailbox)).join(', ')} …`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}
