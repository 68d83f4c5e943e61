import { Problem } from '../problem.js';
import {
  type AddressBook,
  type Contact,
  createAddressBook,
  type UnreadableContact,
} from '../recipients/address-book.js';
import { columnKey } from '../recipients/column-key.js';
import { parseList } from '../recipients/list.js';
import type { ListRecord } from '../recipients/list-record.js';
import { systemFiles } from '../system/files.js';
import { readWorkbookApart } from '../system/workbook-apart.js';
import type { Context } from './context.js';

export interface Contacts {
  readonly people: readonly Contact[];
  /** Rows that somebody has not finished, say. They matter only to those who name somebody of them. */
  readonly unreadable: readonly UnreadableContact[];
}

/** The contacts file and `[aliases]`, as configured. @throws Problem when the file cannot be opened. */
export async function readAddressBook(context: Context): Promise<AddressBook> {
  const { people, unreadable } = await readContacts(context);
  return createAddressBook(people, context.config.aliases, context.text('default_domain'), unreadable);
}

/** @throws Problem `input-missing`, `io`. */
export async function readContacts(context: Context): Promise<Contacts> {
  const file = context.path('contacts.file');
  if (file === undefined) return { people: [], unreadable: [] };
  const people: Contact[] = [];
  const unreadable: UnreadableContact[] = [];
  const holders = new Map<string, { readonly line: number; readonly index: number }>();
  let refused: ListRecord | undefined;
  const onRefused = (record: ListRecord) => {
    refused = record;
  };
  const reading = { onRefused, mayBeEmpty: true, roleIsField: true, readWorkbook: readWorkbookApart };
  for await (const row of parseList(systemFiles.stream(file), file, reading)) {
    if (row instanceof Problem) {
      if (row.code === 'io' || row.code === 'input-missing') throw row;
      const cells = refused !== undefined && refused.line === row.where?.line ? refused.cells : undefined;
      unreadable.push({ problem: ofContacts(row), cells });
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
    const problem = new Problem('list-row', `the alias "${alias}" is taken by line ${holder.line}`, {
      where: { file, line: row.line },
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

/** Advice for lists does not fit: no option leaves out rows of the contacts file, and nothing has to. */
function ofContacts(problem: Problem): Problem {
  const { code, message, where, fix } = problem;
  const isOfRow = code === 'list-row' || code === 'address-syntax';
  return new Problem(code, message, { where, fix: isOfRow ? 'Correct the row of the contacts file.' : fix });
}
