import type { ListEncoding } from './list-encoding.js';

/** One row of a list, whatever its format: the first one names the columns. */
export interface ListRecord {
  /** Decoded, otherwise untouched; undefined where the octets are no text. */
  readonly cells: readonly (string | undefined)[];
  /** Physical line the record starts on, from 1; of a JSON array the number of the object. */
  readonly line: number;
  /** What the octets of its file were read as. */
  readonly encoding: ListEncoding;
}

/** A row that is never closed would hold the rest of the file. csv-parse's own limit is in octets too. */
export const maxRecordOctets = 1_000_000;

/** For octets that are no text in the encoding they were read as. Programs of Windows that do not write UTF-8 write windows-1252. */
export function nameEncoding(readAs: ListEncoding): string {
  return readAs === 'utf-8'
    ? 'Pass --encoding windows-1252 if a program on Windows saved this list; otherwise save it as "CSV UTF-8".'
    : 'Save it as "CSV UTF-8", or name another encoding with --encoding.';
}
