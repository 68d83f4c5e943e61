import { Problem } from '../problem.js';
import {
  type AddressBook,
  type Contact,
  createAddressBook,
  type UnreadableContact,
  wordsOf,
} from '../recipients/address-book.js';
import { columnKey } from '../recipients/column-key.js';
import { isCsv, parseList } from '../recipients/list.js';
import { excerptOf, type ListExcerpt } from '../recipients/list-excerpt.js';
import { type ListRecord, nameEncoding } from '../recipients/list-record.js';
import { sizeOf, systemFiles } from '../system/files.js';
import { readWorkbookApart } from '../system/workbook-apart.js';
import type { Context } from './context.js';

export interface Contacts {
  readonly people: readonly Contact[];
  /** Rows that somebody has not finished, say. They matter only to those who name somebody of them. */
  readonly unreadable: readonly UnreadableContact[];
}

/**
 * The contacts file and `[aliases]`, as configured. Of a large file only the rows are read that those who are named may be in.
 * @throws Problem when the file cannot be opened.
 */
export async function openAddressBook(context: Context): Promise<AddressBook> {
  const file = context.path('contacts.file');
  const { aliases } = context.config;
  if (file !== undefined) await requireReadable(file);
  let book = createAddressBook([], aliases, context.text('default_domain'));
  return {
    async prepare(names) {
      const excerpt = file === undefined ? undefined : await readExcerpt(file, wordsOf(names, aliases));
      if (file !== undefined && excerpt !== undefined) {
        const { people, unreadable } = await readPeople(file, [excerpt.octets], excerpt.lineOf);
        // Nobody is guessed while most of the book is not read.
        book = createAddressBook(people, aliases, undefined, unreadable);
        if (knowsAll(book, names)) return;
      }
      const { people, unreadable } = await readContacts(context);
      book = createAddressBook(people, aliases, context.text('default_domain'), unreadable);
    },
    resolve: text => book.resolve(text),
  };
}

/** From so many octets on it is worth looking for rows before they are read. */
const largeFile = 16 * 1024;

async function readExcerpt(file: string, words: readonly string[]): Promise<ListExcerpt | undefined> {
  if (!isCsv(file) || /\.tsv$/i.test(file) || (await sizeOf(file)) < largeFile) return undefined;
  return excerptOf((await systemFiles.readBytes(file)) as Buffer, words);
}

function knowsAll(book: AddressBook, names: readonly string[]): boolean {
  try {
    for (const name of names) book.resolve(name);
    return true;
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}

async function requireReadable(file: string): Promise<void> {
  for await (const _ of systemFiles.stream(file)) return;
}

/** @throws Problem `input-missing`, `io`. */
export async function readContacts(context: Context): Promise<Contacts> {
  const file = context.path('contacts.file');
  if (file === undefined) return { people: [], unreadable: [] };
  return readPeople(file, systemFiles.stream(file));
}

/** @param lineOf which line of the file a line of `chunks` is. */
async function readPeople(
  file: string,
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  lineOf = (line: number) => line,
): Promise<Contacts> {
  const people: Contact[] = [];
  const unreadable: UnreadableContact[] = [];
  const holders = new Map<string, { readonly line: number; readonly index: number }>();
  let refused: ListRecord | undefined;
  const onRefused = (record: ListRecord) => {
    refused = record;
  };
  const reading = { onRefused, mayBeEmpty: true, roleIsField: true, readWorkbook: readWorkbookApart };
  for await (const row of parseList(chunks, file, reading)) {
    if (row instanceof Problem) {
      if (row.code === 'io' || row.code === 'input-missing') throw row;
      const cells = refused !== undefined && refused.line === row.where?.line ? refused.cells : undefined;
      unreadable.push({ problem: ofContacts(row, lineOf), cells });
      continue;
    }
    const alias = [...row.fields].find(([name]) => columnKey(name) === 'alias')?.[1].trim() ?? '';
    const contact = { alias, mailbox: row.mailbox, fields: row.fields };
    const holder = alias === '' ? undefined : holders.get(alias.toLowerCase());
    if (holder === undefined) {
      holders.set(alias.toLowerCase(), { line: row.line, index: people.length });
      people.push(contact);
      continue;
    }
    const problem = new Problem('list-row', `the alias "${alias}" is taken by line ${lineOf(holder.line)}`, {
      where: { file, line: lineOf(row.line) },
      fix: 'Correct the row of the contacts file.',
    });
    unreadable.push({ problem, cells: [alias] });
    // Both are still known by their addresses.
    for (const [index, one] of [
      [holder.index, people[holder.index]],
      [people.length, contact],
    ] as const)
      if (one !== undefined) people[index] = { ...one, alias: '' };
  }
  return { people, unreadable };
}

/** Advice for lists does not fit: no option leaves out rows of the contacts file or names its encoding. */
function ofContacts(problem: Problem, lineOf: (line: number) => number): Problem {
  const { code, message, fix } = problem;
  const { line } = problem.where ?? {};
  const where =
    problem.where && line !== undefined ? { ...problem.where, line: lineOf(line) } : problem.where;
  if (code === 'list-row' || code === 'address-syntax')
    return new Problem(code, message, { where, fix: 'Correct the row of the contacts file.' });
  const isOfEncoding = fix === nameEncoding('utf-8');
  return new Problem(code, message, { where, fix: isOfEncoding ? 'Save the file as "CSV UTF-8".' : fix });
}
