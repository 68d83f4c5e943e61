/** Everybody the command line names, as a stream that can be read again: lists are never held in memory. */
import { createHash } from 'node:crypto';
import type { SourceRef } from '../merge/composition.js';
import { addrSpecKey, splitMailboxList } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import type { AddressBook } from '../recipients/address-book.js';
import type { Mention } from '../recipients/audience.js';
import { columnKey } from '../recipients/column-key.js';
import {
  isCsv,
  isListName,
  isWorkbook,
  type ListReading,
  type ListRow,
  parseList,
} from '../recipients/list.js';
import type { ListFacts } from '../recipients/list-facts.js';
import type { ListFlags } from '../recipients/list-flags.js';
import type { Recipient, Role } from '../recipients/recipient.js';
import type { Where } from '../recipients/where.js';
import type { ReadWorkbook } from '../recipients/xlsx-records.js';
import type { NamedProblem } from './list-problems.js';
import type { Files } from './ports.js';

/** What stood after the four flags, each repeatable and comma-separated. */
export interface NamedRecipients {
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly each: readonly string[];
}

export interface NamedPeople {
  /** No list is among the names. */
  readonly typedByHand: boolean;
  /** A list among them is CSV. */
  readonly hasCsv: boolean;
  /** A list among them is a workbook. */
  readonly hasWorkbook: boolean;
  /** In the order of the command line. Problems stand where the name or the row does. */
  read(): AsyncGenerator<Mention | NamedProblem, void, void>;
  /** Rows that `where` does not mean, in the last reading. */
  readonly leftOut: number;
  /** Lists read so far, whole. */
  readonly sources: readonly SourceRef[];
  /** What was understood of the lists read so far, in the order of the command line. */
  readonly lists: readonly ListFacts[];
  /** Names in headers that were refused: of columns, unless another row is the header. */
  readonly refusedNames: readonly string[];
}

type Named =
  | { readonly kind: 'list'; readonly path: string; readonly flag: string; readonly role: Role }
  | { readonly kind: 'typed'; readonly people: readonly Recipient[] }
  | { readonly kind: 'nobody'; readonly problem: Problem };

export interface NamingOptions extends ListFlags {
  readonly named: NamedRecipients;
  /** true: only recipients who said yes are tracked. */
  readonly consentNeeded: boolean;
  /** Which rows of lists are meant; people typed by hand always are. [] means all. */
  readonly where: Where;
}

export interface NamingPorts {
  readonly files: Files;
  readonly addressBook: AddressBook;
  /** Undefined: workbooks are read here and now, however long it takes. */
  readonly readWorkbook?: ReadWorkbook | undefined;
  /** People who are not tracked whatever a list says, by `addrSpecKey`. */
  readonly optedOut?: ReadonlySet<string> | undefined;
}

export async function readNamedPeople(
  options: NamingOptions,
  { files, addressBook: book, readWorkbook, optedOut = nobody }: NamingPorts,
): Promise<NamedPeople> {
  const { to, cc, bcc, each } = options.named;
  const flags = [
    ['--to', 'to', to],
    ['--cc', 'cc', cc],
    ['--bcc', 'bcc', bcc],
    ['--each', 'to', each],
  ] as const;
  const items: Item[] = [];
  for (const [flag, role, values] of flags) {
    for (const text of await splitItems(values, files))
      items.push({ text, flag, role, path: await listName(text, files) });
  }
  const typed = items.filter(({ path }) => path === undefined).map(({ text }) => text);
  if (typed.length > 0) await book.prepare?.(typed);
  const named = items.map(item => understand(item, options, book));
  const sources = new Map<Named, SourceRef>();
  const lists = new Map<Named, ListFacts>();
  const refused = new Map<Named, readonly string[]>();
  let leftOut = 0;
  return {
    hasCsv: named.some(item => item.kind === 'list' && isCsv(item.path)),
    hasWorkbook: named.some(item => item.kind === 'list' && isWorkbook(item.path)),
    typedByHand: named.every(({ kind }) => kind !== 'list'),
    get leftOut() {
      return leftOut;
    },
    get sources() {
      return [...sources.values()].filter(({ path }) => path !== '-');
    },
    get lists() {
      return [...lists.values()];
    },
    get refusedNames() {
      return [...refused.values()].flat();
    },
    async *read() {
      let position = 0;
      leftOut = 0;
      const leaveOut = () => {
        leftOut += 1;
      };
      for (const item of named) {
        if (item.kind === 'nobody') yield { list: undefined, problem: item.problem };
        if (item.kind === 'typed')
          for (const one of item.people) yield { ...heeding(one, optedOut), position: position++ };
        if (item.kind !== 'list') continue;
        const hash = createHash('sha256');
        const onColumns = (facts: ListFacts) => {
          lists.set(item, facts);
          // Notes that were taken for it at first.
          refused.delete(item);
        };
        const onRefusedHeader = (names: readonly string[]) => refused.set(item, names);
        const reading = { ...options, leaveOut, onColumns, onRefusedHeader, readWorkbook };
        for await (const row of readList(item, files, hash, reading)) {
          if ('problem' in row) yield row;
          else yield { ...heeding(row, optedOut), position: position++ };
        }
        const source = { path: item.path, sha256: hash.digest('hex') };
        refuseChange(sources.get(item), source);
        sources.set(item, source);
      }
    },
  };
}

const nobody: ReadonlySet<string> = new Set();

/** People who opted out are not tracked, whatever the list says. */
function heeding(recipient: Recipient, optedOut: ReadonlySet<string>): Recipient {
  if (optedOut.size === 0 || !optedOut.has(addrSpecKey(recipient.mailbox.addrSpec))) return recipient;
  return { ...recipient, tracked: false, optedOut: true };
}

/** A comma may be part of the name of a list: if there is such a file, it is the one that is meant. */
async function splitItems(values: readonly string[], files: Files): Promise<readonly string[]> {
  const items: string[] = [];
  for (const value of values) {
    const path = value.startsWith('@') ? value.slice(1) : value;
    const isWhole = value.includes(',') && isListName(path) && (await files.exists(path));
    items.push(...(isWhole ? [`@${path}`] : splitMailboxList(value)));
  }
  return items;
}

/** One of the names of the command line. */
interface Item {
  readonly text: string;
  readonly flag: string;
  readonly role: Role;
  /** Of a list; undefined: it is a name or an address. */
  readonly path: string | undefined;
}

function understand(
  { text, flag, role, path }: Item,
  { consentNeeded }: NamingOptions,
  book: AddressBook,
): Named {
  if (path !== undefined) return { kind: 'list', path, flag, role };
  try {
    const people = book.resolve(text).map(({ mailbox, fields }) => {
      const answer = trackAnswer(fields);
      const agreed = answer === true ? ({ agreed: true } as const) : {};
      return { mailbox, role, tracked: answer ?? !consentNeeded, ...agreed, fields, source: { flag } };
    });
    return { kind: 'typed', people };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const problem = new Problem(error.code, `${flag}: ${error.message}`, {
      where: error.where,
      fix: error.fix,
      cause: error,
    });
    return { kind: 'nobody', problem };
  }
}

/** `@team.csv`, `@"a, b.csv"`, `team.csv`, `-`: a list. Everything else is a name or an address. */
async function listName(item: string, files: Files): Promise<string | undefined> {
  if (item === '-') return '-';
  if (item.startsWith('@')) return /^@".+"$/.test(item) ? item.slice(2, -1) : item.slice(1);
  if (!isListName(item)) return undefined;
  // An address may end like a list, but no file of that name is there then, and no folder before it.
  const mayBeAddress = item.includes('@') && !/[/\\]/.test(item);
  return mayBeAddress && !(await files.exists(item)) ? undefined : item;
}

/** The contacts file may have a `track` column as well. */
function trackAnswer(fields: ReadonlyMap<string, string>): boolean | undefined {
  const answer = [...fields]
    .find(([name]) => columnKey(name) === 'track')?.[1]
    .trim()
    .toLowerCase();
  return answer === undefined || answer === '' ? undefined : ['yes', 'true', '1', 'y'].includes(answer);
}

async function* readList(
  { path, flag, role }: Extract<Named, { kind: 'list' }>,
  files: Files,
  hash: ReturnType<typeof createHash>,
  {
    consentNeeded,
    ...reading
  }: NamingOptions &
    Pick<NamingPorts, 'readWorkbook'> &
    Pick<ListReading, 'leaveOut' | 'onColumns' | 'onRefusedHeader'>,
): AsyncGenerator<Recipient | NamedProblem, void, void> {
  const file = path === '-' ? 'standard input' : path;
  // Everybody who is sent a message of their own is in To: there the column is free for another meaning.
  const roleIsField = flag === '--each';
  for await (const row of parseList(hashed(files.stream(path), hash), file, { ...reading, roleIsField })) {
    if (row instanceof Problem) yield { list: path, problem: row };
    else if (row.role !== undefined && flag !== '--to') {
      yield { list: path, problem: roleOutsideTo(row, file, flag) };
    } else {
      yield {
        mailbox: row.mailbox,
        role: row.role ?? role,
        tracked: row.track ?? !consentNeeded,
        ...(row.track === true ? { agreed: true } : {}),
        fields: row.fields,
        addressing: row.addressing,
        source: { file, line: row.line },
      };
    }
  }
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

/** What was checked has to be what is sent to. */
function refuseChange(before: SourceRef | undefined, now: SourceRef): void {
  if (before === undefined || before.sha256 === now.sha256) return;
  throw new Problem('io', `${now.path} changed while it was read`, { fix: 'Run the command again.' });
}
