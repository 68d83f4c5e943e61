import { Problem, Problems } from '../problem.js';
import { type AddressBook, type Contact, createAddressBook } from '../recipients/address-book.js';
import { parseList } from '../recipients/list.js';
import { systemFiles } from '../system/files.js';
import type { Context } from './context.js';

/**
 * The contacts file and `[aliases]`, as configured.
 * @throws Problems with every bad row of the contacts file.
 */
export async function readAddressBook(context: Context): Promise<AddressBook> {
  const contacts = await readContacts(context);
  return createAddressBook(contacts, context.config.aliases, context.text('default_domain'));
}

async function readContacts(context: Context): Promise<readonly Contact[]> {
  const file = context.path('contacts.file');
  if (file === undefined) return [];
  const contacts: Contact[] = [];
  const problems: Problem[] = [];
  const lines = new Map<string, number>();
  for await (const row of parseList(systemFiles.stream(file), file)) {
    if (row instanceof Problem) {
      problems.push(row);
      continue;
    }
    const alias = [...row.fields].find(([name]) => name.toLowerCase() === 'alias')?.[1].trim() ?? '';
    const before = alias === '' ? undefined : lines.get(alias.toLowerCase());
    if (before !== undefined) {
      problems.push(
        new Problem('list-row', `the alias "${alias}" is taken by line ${before}`, {
          where: { file, line: row.line },
        }),
      );
    }
    lines.set(alias.toLowerCase(), row.line);
    contacts.push({ alias, mailbox: row.mailbox, fields: row.fields });
  }
  if (problems.length > 0) throw new Problems(problems);
  return contacts;
}
