/** Flags about lists that no named list is meant by. */
import { Problem } from '../problem.js';
import type { ListFlags } from '../recipients/list-flags.js';
import type { NamedPeople } from './named-people.js';

interface Usage extends ListFlags {
  readonly where: readonly unknown[];
  readonly sample: number | undefined;
  readonly seed: string | undefined;
}

type Kinds = Pick<NamedPeople, 'typedByHand' | 'hasCsv' | 'hasWorkbook'>;

/** @throws Problem `usage` when a flag has no list to be about, or `seed` no sample. */
export function checkListUsage(usage: Usage, { typedByHand, hasCsv, hasWorkbook }: Kinds): void {
  const { where, encoding, delimiter, headerRow, sheet, visibleRows, emailColumn, nameColumn } = usage;
  const refuse = (flag: string, lists: string, example: string) => {
    throw new Problem('usage', `${flag} only applies to ${lists}, and none was given`, {
      fix: `Name a list with ${example}, or leave ${flag} out.`,
    });
  };
  if (where.length > 0 && typedByHand) {
    throw new Problem('usage', '--where chooses among the rows of lists, and there is no list', {
      fix: 'Name a list with @people.csv, or leave --where out.',
    });
  }
  if (encoding !== undefined && !hasCsv) refuse('--encoding', 'CSV lists', '@people.csv');
  if (delimiter !== undefined && !hasCsv) refuse('--delimiter', 'CSV lists', '@people.csv');
  if (headerRow !== undefined && !hasCsv && !hasWorkbook)
    refuse('--header-row', 'CSV and .xlsx lists', '@people.csv');
  if (sheet !== undefined && !hasWorkbook) refuse('--sheet', '.xlsx lists', '@people.xlsx');
  if (visibleRows && !hasWorkbook) refuse('--visible-rows', '.xlsx lists', '@people.xlsx');
  if (emailColumn !== undefined && typedByHand) refuse('--email-column', 'lists', '@people.csv');
  if (nameColumn !== undefined && typedByHand) refuse('--name-column', 'lists', '@people.csv');
  if (usage.severalAddresses !== undefined && typedByHand)
    refuse('--several-addresses', 'lists', '@people.csv');
  if (usage.seed !== undefined && usage.sample === undefined) {
    throw new Problem('usage', '--seed needs --sample', {
      fix: 'Add --sample with a number, or leave --seed out.',
    });
  }
}
