/**
 * The merge fields of recipients, without the names of their columns: those stand once for all rows of a list. A value that is the
 * address or the name of the recipient is not written again.
 */
import { Problem } from '../../problem.js';
import type { Database } from './database.js';
import { fromJson } from './rows.js';

/** What stands in the list of values for the recipient's address, and for their name. */
const isAddress = 0;
const isName = 1;

interface Person {
  readonly emailAddress: string;
  readonly name: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** A recipient's fields as they are stored: the values in the order of the columns of a set. */
export interface StoredFields {
  readonly fieldSetId: number | null;
  readonly fields: string;
}

/** Writes the fields of one email's recipients. Called within the transaction that writes the recipients. */
export class FieldWriter {
  readonly #insert;
  readonly #emailId: string;
  readonly #sets = new Map<string, number>();
  #last: { readonly columns: readonly string[]; readonly id: number } | undefined;

  constructor(database: Database, emailId: string) {
    this.#insert = database.prepare('INSERT INTO field_sets (email_id, columns) VALUES (?, ?)');
    this.#emailId = emailId;
  }

  write({ emailAddress, name, fields }: Person): StoredFields {
    if (fields.size === 0) return { fieldSetId: null, fields: '[]' };
    const values: (string | number)[] = [];
    for (const value of fields.values()) {
      if (value === emailAddress) values.push(isAddress);
      else if (value === name && name !== '') values.push(isName);
      else values.push(value);
    }
    return { fieldSetId: this.#setOf(fields), fields: JSON.stringify(values) };
  }

  /** All rows of a list have the same columns. */
  #setOf(fields: ReadonlyMap<string, string>): number {
    if (this.#last !== undefined && hasColumns(fields, this.#last.columns)) return this.#last.id;
    const columns = [...fields.keys()];
    const json = JSON.stringify(columns);
    const id = this.#sets.get(json) ?? Number(this.#insert.run(this.#emailId, json).lastInsertRowid);
    this.#sets.set(json, id);
    this.#last = { columns, id };
    return id;
  }
}

function hasColumns(fields: ReadonlyMap<string, string>, columns: readonly string[]): boolean {
  if (fields.size !== columns.length) return false;
  let index = 0;
  for (const name of fields.keys()) {
    if (name !== columns[index]) return false;
    index += 1;
  }
  return true;
}

/** So many sets are remembered: a list has one, and few emails have many lists. */
const mostRemembered = 1_000;

/** Reads fields back, of this version and of those before it. */
export class FieldReader {
  readonly #select;
  readonly #sets = new Map<number, readonly string[]>();

  constructor(database: Database) {
    this.#select = database.prepare('SELECT columns FROM field_sets WHERE field_set_id = ?').pluck();
  }

  /** @throws Problem `database` */
  read({
    emailAddress,
    name,
    fieldSetId,
    fields,
  }: Omit<Person, 'fields'> & StoredFields): Map<string, string> {
    return fromJson('fields', () => {
      // Pairs, not an object: a column may be named `__proto__`, and the order of columns is kept.
      if (fieldSetId === null) return new Map(JSON.parse(fields) as [string, string][]);
      const columns = this.#columnsOf(fieldSetId);
      const values = JSON.parse(fields) as (string | number)[];
      if (values.length !== columns.length)
        throw new Error(`${values.length} values of ${columns.length} columns`);
      const read = new Map<string, string>();
      for (const [index, value] of values.entries())
        read.set(
          columns[index] as string,
          typeof value === 'string' ? value : value === isAddress ? emailAddress : name,
        );
      return read;
    });
  }

  #columnsOf(fieldSetId: number): readonly string[] {
    const known = this.#sets.get(fieldSetId);
    if (known !== undefined) return known;
    const found = this.#select.get(fieldSetId) as string | undefined;
    if (found === undefined) throw new Problem('database', `there is no set of columns ${fieldSetId}`);
    const columns = JSON.parse(found) as readonly string[];
    if (this.#sets.size >= mostRemembered) this.#sets.clear();
    this.#sets.set(fieldSetId, columns);
    return columns;
  }
}
