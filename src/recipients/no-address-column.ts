import { trimBlanks } from '../message/blanks.js';
import { parseAddrSpec } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import { listNames, namesAddresses } from './list-columns.js';
import type { ListRecord } from './list-record.js';

/** Rows that are looked at: notes before a header are a few lines, and a column of addresses shows at once. */
export const rowsLookedAt = 50;

/**
 * The problem of a list in which no column has a name of the address column, with the flag that says what is so.
 * @param rows the first of those behind the header, `rowsLookedAt` at most.
 */
export function noAddressColumn(
  header: ListRecord,
  names: readonly string[],
  rows: readonly ListRecord[],
  file: string,
): Problem {
  const where = { file, line: header.line };
  const further = rows.find(({ cells }) => namesAddresses(splitAnyhow(cells)));
  const what = `there is no column "email"; there are: ${listNames(names)}`;
  if (further !== undefined) {
    const fix = `Line ${further.line} names the columns: pass --header-row ${further.line}.`;
    return new Problem('list-column', what, { where, fix });
  }
  const delimiter = names.length === 1 ? otherDelimiter(header.cells) : undefined;
  if (delimiter !== undefined) {
    const fix = `Its cells seem to be separated by ${delimiter}: pass --delimiter '${delimiter}'.`;
    return new Problem('list-column', what, { where, fix });
  }
  if (header.cells.some(isAddress)) {
    return new Problem(
      'list-column',
      `the first row is a person: it holds an address and no name of a column`,
      {
        where,
        fix: 'Put a row before it that names the columns, the one with the addresses email.',
      },
    );
  }
  const holding = names.filter(
    (name, index) => name !== '' && rows.some(({ cells }) => holdsAddress(cells[index])),
  );
  const [one, ...others] = holding.map(name => JSON.stringify(name));
  if (one !== undefined) {
    const fix =
      others.length === 0
        ? `The column ${one} holds addresses: pass --email-column ${one}.`
        : `${[one, ...others].join(', ')} hold addresses: pass --email-column with one of them, such as --email-column ${one}.`;
    return new Problem('list-column', what, { where, fix });
  }
  const notes =
    names.length === 1 ? ' If notes stand before the header, pass --header-row with its line.' : '';
  return new Problem('list-column', what, {
    where,
    fix: `Name the column of the addresses email, or pass --email-column with its name.${notes}`,
  });
}

/** A sign that is not looked for by itself, since prose has it too, and makes a header of the row. */
function otherDelimiter([header = '']: readonly (string | undefined)[]): string | undefined {
  return ['|', ':', '^', '~', '#'].find(sign => header.includes(sign) && namesAddresses(header.split(sign)));
}

/** Notes before the header hide what separates its cells. */
function splitAnyhow(cells: readonly (string | undefined)[]): readonly string[] {
  return cells.flatMap((cell = '') => cell.split(/[,;\t|]/));
}

function isAddress(cell: string | undefined): boolean {
  return cell !== undefined && parseAddrSpec(trimBlanks(cell)).ok;
}

function holdsAddress(cell: string | undefined): boolean {
  return (cell ?? '').split(/ ::: |[;,]/).some(isAddress);
}
