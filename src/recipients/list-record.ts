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

export const saveAsUtf8 = 'Save it as "CSV UTF-8"; a list to send to may be in what --encoding says.';
