import { createHash } from 'node:crypto';
import type { SourceRef } from '../merge/composition.js';
import { addrSpecKey, splitMailboxList } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import type { AddressBook } from '../recipients/address-book.js';
import { type AudiencePlan, planAudience } from '../recipients/audience.js';
import { type ListRow, parseList } from '../recipients/csv.js';
import type { Recipient, Role } from '../recipients/recipient.js';
import type { Files, Ledger, Mode } from './ports.js';

/** What stood after the four flags, each repeatable and comma-separated. */
export interface NamedRecipients {
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly each: readonly string[];
}

export interface GatherOptions {
  readonly named: NamedRecipients;
  readonly duplicates: 'first' | 'last' | 'each' | undefined;
  readonly skipInvalid: boolean;
  /** true: only recipients who said yes are tracked. */
  readonly consentNeeded: boolean;
}

export interface GatherPorts {
  readonly files: Files;
  readonly addressBook: AddressBook;
  readonly findSuppressed: Ledger['findSuppressed'];
  /** Lists that were read are added here. */
  readonly sources: SourceRef[];
}

export interface Gathered extends AudiencePlan {
  readonly mode: Mode;
  readonly typedByHand: boolean;
}

/** Everything named on the command line to people, with all problems of all lists. */
export async function gatherRecipients(options: GatherOptions, ports: GatherPorts): Promise<Gathered> {
  const mode: Mode = options.named.each.length > 0 ? 'each' : 'group';
  const people: Recipient[] = [];
  const problems: Problem[] = [];
  const notices: string[] = [];
  let typedByHand = true;

  const flags = [
    ['--to', 'to', options.named.to],
    ['--cc', 'cc', options.named.cc],
    ['--bcc', 'bcc', options.named.bcc],
    ['--each', 'to', options.named.each],
  ] as const;
  for (const [flag, role, values] of flags) {
    for (const item of values.flatMap(splitMailboxList)) {
      const list = listName(item);
      if (list === undefined) {
        people.push(...resolveTyped(item, flag, role, options, ports.addressBook, problems));
      } else {
        typedByHand = false;
        const read = await readList(list, flag, role, options, ports);
        people.push(...read.people);
        if (options.skipInvalid && read.isRowsOnly) notices.push(...skippedNotice(list, read.problems));
        else problems.push(...read.problems);
      }
    }
  }
  const suppressed = await findSuppressedKeys(people, ports.findSuppressed);
  const audience = planAudience(people, { duplicates: options.duplicates, suppressed });
  return {
    ...audience,
    mode,
    typedByHand,
    notices: [...notices, ...audience.notices],
    problems: [...problems, ...audience.problems],
  };
}

/** `@team.csv`, `team.csv`, `-`: a list. Everything else is a name or an address. */
function listName(item: string): string | undefined {
  if (item === '-') return '-';
  if (item.startsWith('@')) return item.slice(1);
  return /\.(csv|tsv)$/i.test(item) && !item.includes('@') ? item : undefined;
}

function resolveTyped(
  item: string,
  flag: string,
  role: Role,
  options: GatherOptions,
  addressBook: AddressBook,
  problems: Problem[],
): readonly Recipient[] {
  try {
    return addressBook.resolve(item).map(({ mailbox, fields }) => {
      const answer = trackAnswer(fields);
      return { mailbox, role, tracked: answer ?? !options.consentNeeded, fields, source: { flag } };
    });
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    problems.push(new Problem(error.code, `${flag}: ${error.message}`, { fix: error.fix, cause: error }));
    return [];
  }
}

/** The contacts file may have a `track` column as well. */
function trackAnswer(fields: ReadonlyMap<string, string>): boolean | undefined {
  const answer = fields.get('track')?.trim().toLowerCase();
  return answer === undefined || answer === '' ? undefined : ['yes', 'true', '1', 'y'].includes(answer);
}

interface ListRead {
  readonly people: readonly Recipient[];
  readonly problems: readonly Problem[];
  /** true: every problem is one of a row, which could be left out. */
  readonly isRowsOnly: boolean;
}

async function readList(
  list: string,
  flag: string,
  role: Role,
  options: GatherOptions,
  ports: GatherPorts,
): Promise<ListRead> {
  const file = list === '-' ? 'standard input' : list;
  const people: Recipient[] = [];
  const problems: Problem[] = [];
  const hash = createHash('sha256');
  for await (const row of parseList(hashed(ports.files.stream(list), hash), file)) {
    if (row instanceof Problem) problems.push(row);
    else if (row.role !== undefined && flag !== '--to') problems.push(roleOutsideTo(row, file, flag));
    else people.push(toRecipient(row, file, role, options));
  }
  if (list !== '-') ports.sources.push({ path: list, sha256: hash.digest('hex') });
  const isRowsOnly = problems.every(({ code }) => code === 'list-row' || code === 'address-syntax');
  return { people, problems, isRowsOnly };
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

function roleOutsideTo(row: ListRow, file: string, flag: string): Problem {
  return new Problem('list-row', `the role "${row.role}" has no meaning with ${flag}`, {
    where: { file, line: row.line },
    fix: 'Use --to for lists with a role column, or empty the column.',
  });
}

function toRecipient(row: ListRow, file: string, role: Role, options: GatherOptions): Recipient {
  return {
    mailbox: row.mailbox,
    role: row.role ?? role,
    tracked: row.track ?? !options.consentNeeded,
    fields: row.fields,
    source: { file, line: row.line },
  };
}

function skippedNotice(list: string, problems: readonly Problem[]): readonly string[] {
  if (problems.length === 0) return [];
  const lines = [...new Set(problems.map(({ where }) => where?.line))];
  return [
    `${lines.length} invalid rows of ${list} left out: lines ${lines.slice(0, 10).join(', ')}${lines.length > 10 ? ' …' : ''}`,
  ];
}

async function findSuppressedKeys(
  people: readonly Recipient[],
  findSuppressed: Ledger['findSuppressed'],
): Promise<ReadonlySet<string>> {
  const found = await findSuppressed(people.map(({ mailbox }) => mailbox.addrSpec));
  return new Set([...found].map(addrSpecKey));
}
