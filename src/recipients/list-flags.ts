import type { ListEncoding } from './list-encoding.js';

/** What the command line says about how lists are read. Each is about every list that is named. */
export interface ListFlags {
  /** Of CSV without a byte order mark; undefined: UTF-8. */
  readonly encoding?: ListEncoding | undefined;
  /** One ASCII character between the cells of CSV; undefined: found in the first rows. */
  readonly delimiter?: string | undefined;
  /** Physical line, or row of the sheet, that names the columns; undefined: the first that is not blank. */
  readonly headerRow?: number | undefined;
  /** Of workbooks; undefined: the first sheet that is not hidden. */
  readonly sheet?: string | undefined;
  /** true: hidden rows of workbooks are left out, filtered ones too. */
  readonly visibleRows?: boolean | undefined;
  /** Name of the column with the addresses; undefined: by its name. */
  readonly emailColumn?: string | undefined;
  /** Name of the column with the names of people; undefined: by its name. */
  readonly nameColumn?: string | undefined;
  /** Whom a cell with several addresses means; undefined: such a row is refused. */
  readonly severalAddresses?: 'first' | 'each' | undefined;
}
