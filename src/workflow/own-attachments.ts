/**
 * Files that cells of a list name, each for the person of its row. A list may come from somebody else, so it names nothing
 * outside its own folder; and every file is looked at, to its last octet, before anything is sent.
 */
import { createHash } from 'node:crypto';
import type { AttachmentRef } from '../merge/composition.js';
import { folderOf, resolveInside } from '../merge/template-path.js';
import { attachmentName } from '../message/attachment-name.js';
import { nearest } from '../nearest.js';
import { Problem } from '../problem.js';
import { columnKey, findColumn } from '../recipients/column-key.js';
import type { Recipient } from '../recipients/recipient.js';
import { RowNumbers } from '../recipients/row-numbers.js';
import type { Files } from './ports.js';

/** A file as it was when it was looked at. */
export interface OwnFile extends AttachmentRef {
  readonly bytes: number;
}

interface Cell {
  readonly folder: string;
  readonly column: string;
  readonly text: string;
  readonly who: (Pick<Recipient, 'source' | 'mailbox'> & { readonly number: number })[];
  files: readonly OwnFile[];
}

/** Everybody is added first; then `check` reads the files, and after that `of` knows whose they are. */
export class OwnAttachments {
  /** How many of those added have none. */
  none = 0;
  people = 0;
  readonly #asked: readonly string[];
  readonly #cells = new Map<string, Cell>();
  /** By list. */
  readonly #columns = new Map<string, readonly string[]>();
  readonly #unknown: Problem[] = [];
  /** A column that may have been meant, when none was asked for. */
  #likely: string | undefined;

  /** @param asked columns whose cells name files, in any case; each once. */
  constructor(asked: Iterable<string>) {
    const byName = new Map([...asked].map(column => [column.trim().toLowerCase(), column.trim()]));
    this.#asked = [...byName.values()];
  }

  add(recipient: Recipient): void {
    this.people += 1;
    const texts = this.#textsOf(recipient);
    if (texts.length === 0) this.none += 1;
    for (const [column, text, key] of texts) {
      const folder = folderOfList(recipient);
      const cell = this.#cells.get(key) ?? { folder, column, text, who: [], files: [] };
      this.#cells.set(key, cell);
      cell.who.push({ source: recipient.source, mailbox: recipient.mailbox, number: this.people });
    }
  }

  /** Reads every file once, as a stream. @returns everything that is wrong with them, by cause. */
  async check(files: Files): Promise<readonly Problem[]> {
    const groups = new Map<string, { readonly fault: Fault; readonly cells: Cell[] }>();
    const lookOnce = createLook(files);
    const cells = [...this.#cells.values()];
    for (let at = 0; at < cells.length; at += atOnce) {
      const some = cells.slice(at, at + atOnce);
      for (const [index, found] of (await Promise.all(some.map(lookOnce))).entries()) {
        const cell = some[index] as Cell;
        cell.files = found.filter((file): file is OwnFile => 'sha256' in file);
        const fault = found.find((file): file is Fault => 'what' in file);
        if (fault === undefined) continue;
        const group = groups.get(fault.what) ?? { fault, cells: [] as Cell[] };
        groups.set(fault.what, group);
        group.cells.push(cell);
      }
    }
    return [...this.#unknown, ...[...groups.values()].map(group => this.#faulty(group))];
  }

  /** In the order of the columns, and of the names in a cell. */
  of(recipient: Recipient): readonly OwnFile[] {
    if (this.#cells.size === 0) return [];
    return this.#textsOf(recipient).flatMap(([, , key]) => this.#cells.get(key)?.files ?? []);
  }

  /** For the plan. */
  notices(): readonly string[] {
    const [column] = this.#asked;
    if (column === undefined) {
      if (this.#likely === undefined) return [];
      return [
        `nothing is attached for the column "${this.#likely}"; --attach-column "${this.#likely}" attaches the files it names`,
      ];
    }
    const have = this.people - this.none;
    return [
      `${have} of ${this.people} ${this.people === 1 ? 'person' : 'people'} ${have === 1 ? 'gets' : 'get'} files of their own from ${this.#asked.map(name => `"${name}"`).join(', ')}; ${this.none} ${this.none === 1 ? 'has' : 'have'} none`,
    ];
  }

  #textsOf(recipient: Recipient): readonly (readonly [column: string, text: string, key: string])[] {
    if (!('file' in recipient.source)) return [];
    const columns = this.#columnsOf(recipient.source.file, recipient);
    if (columns.length === 0) return [];
    const folder = folderOfList(recipient);
    return columns.flatMap(column => {
      const text = recipient.fields.get(column)?.trim() ?? '';
      return text === '' ? [] : [[column, text, `${folder}\0${text}`] as const];
    });
  }

  /** All rows of a list have the same columns. */
  #columnsOf(list: string, { fields }: Recipient): readonly string[] {
    const known = this.#columns.get(list);
    if (known !== undefined) return known;
    const names = [...fields.keys()];
    const byName = new Map(names.map(name => [columnKey(name), name]));
    const columns = this.#asked.flatMap(column => {
      const index = findColumn(names, column);
      const name = typeof index === 'number' ? names[index] : undefined;
      if (name === undefined) this.#unknown.push(noColumn(column, names, list));
      return name === undefined ? [] : [name];
    });
    if (this.#asked.length === 0) this.#likely ??= likelyNames.map(name => byName.get(name)).find(Boolean);
    this.#columns.set(list, columns);
    return columns;
  }

  #faulty({ fault, cells }: { readonly fault: Fault; readonly cells: readonly Cell[] }): Problem {
    const who = new RowNumbers();
    const people = cells.flatMap(cell => cell.who).sort((a, b) => a.number - b.number);
    for (const person of people) who.add(person);
    const some = who.count === 1 ? '1 row names' : `${who.count} rows name`;
    const [first] = cells;
    return new Problem('attachment', `${some} ${fault.what}: ${who.print()}`, {
      rows: who.rows(),
      fix: `${fault.fix} The first is ${JSON.stringify(first?.text)} in column "${first?.column}"; an empty cell means none.`,
    });
  }
}

/** What people call such a column; what it holds is attached only when they say so. */
const likelyNames = ['attachment', 'attachments', 'file', 'files'];

/** Of standard input the one the command runs in, as for a list named without a folder. */
function folderOfList({ source }: Recipient): string {
  return 'file' in source && source.file !== 'standard input' ? folderOf(source.file) : '';
}

interface Fault {
  /** Behind "3 rows name". */
  readonly what: string;
  readonly fix: string;
}

const faults = {
  missing: {
    what: 'a file that does not exist',
    fix: 'Names start in the folder of the list; put the files there, or correct the cells.',
  },
  outside: {
    what: 'a file outside the folder of the list',
    fix: 'Copy the files into that folder: nothing else is attached by a list.',
  },
  noFile: { what: 'what is no file', fix: 'Name regular files.' },
  unreadable: { what: 'a file that cannot be read', fix: 'Make the files readable for you.' },
  empty: { what: 'an empty file', fix: 'Put the right files there.' },
} as const;

/** So that one file is read while the next is opened. */
const atOnce = 16;

/** Each file is looked at once, however many people get it. */
function createLook(files: Files): (cell: Cell) => Promise<readonly (OwnFile | Fault)[]> {
  const looked = new Map<string, Promise<OwnFile | Fault>>();
  return async cell => {
    const names = await namesIn(cell, files);
    return Promise.all(
      names.map(name => {
        const key = `${cell.folder}\0${name}`;
        const file = looked.get(key) ?? look(cell.folder, name, files);
        looked.set(key, file);
        return file;
      }),
    );
  };
}

/** A file may have a `;` in its name: then the whole cell is it. */
async function namesIn({ folder, text }: Cell, files: Files): Promise<readonly string[]> {
  if (!text.includes(';')) return [text];
  const whole = pathOf(folder, text);
  if (whole !== undefined && (await files.exists(whole))) return [text];
  return text
    .split(';')
    .map(name => name.trim())
    .filter(name => name !== '');
}

/** No `..` at all, even where it leads back: of "a.pdf; b/../c.pdf" it would make another name. */
function pathOf(folder: string, name: string): string | undefined {
  if (name.split(/[/\\]/).includes('..')) return undefined;
  const path = resolveInside(folder, folder, name);
  return path.ok ? path.value : undefined;
}

async function look(folder: string, name: string, files: Files): Promise<OwnFile | Fault> {
  const path = pathOf(folder, name);
  if (path === undefined) return faults.outside;
  if (!(await files.exists(path))) return faults.missing;
  if (!(await files.isInside(path, folder === '' ? '.' : folder))) return faults.outside;
  const filename = attachmentName(path);
  if (!filename.ok) return { what: `a file whose name ${filename.why}`, fix: 'Rename it.' };
  return read(path, filename.value, files);
}

async function read(path: string, filename: string, files: Files): Promise<OwnFile | Fault> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    // By another name than standard input has.
    for await (const chunk of files.stream(path === '-' ? './-' : path)) {
      hash.update(chunk);
      bytes += chunk.length;
    }
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'input-missing') return faults.missing;
    return error.message.endsWith('is not a file') ? faults.noFile : faults.unreadable;
  }
  return bytes === 0 ? faults.empty : { path, filename, sha256: hash.digest('hex'), bytes };
}

function noColumn(column: string, names: readonly string[], file: string): Problem {
  const close = nearest(column, names);
  const shown = names.slice(0, 12).map(name => `"${name.slice(0, 40)}"`);
  return new Problem('list-column', `there is no column ${JSON.stringify(column)} to attach files from`, {
    where: { file },
    fix:
      close === undefined
        ? `There are: ${shown.join(', ')}${names.length > shown.length ? ' and more' : ''}.`
        : `Did you mean "${close}"?`,
  });
}
