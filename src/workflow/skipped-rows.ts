/** Rows that `--skip-invalid` leaves out. */
import type { Problem } from '../problem.js';
import { isWorkbook } from '../recipients/list.js';
import { linesOf, type NamedProblem } from './list-problems.js';

/** The problems of rows that are left out, by list; of a list that is itself at fault nothing can be. */
export function skippedRows(problems: readonly NamedProblem[]): ReadonlyMap<string, readonly Problem[]> {
  const byList = new Map<string, Problem[]>();
  for (const { list, problem } of problems) {
    if (list === undefined) continue;
    const found = byList.get(list);
    if (found === undefined) byList.set(list, [problem]);
    else found.push(problem);
  }
  const isRow = ({ code }: Problem) => code === 'list-row' || code === 'address-syntax';
  return new Map([...byList].filter(([, found]) => found.every(isRow)));
}

/** What was left out of one list, for the user to see. */
export function skippedNotice([list, problems]: readonly [string, readonly Problem[]]): string {
  const lines = [...new Set(problems.flatMap(linesOf))];
  const place = isWorkbook(list) ? 'row' : 'line';
  const [rows, places] = lines.length === 1 ? ['row', place] : ['rows', `${place}s`];
  const named = lines.slice(0, 10).join(', ') + (lines.length > 10 ? ' …' : '');
  return `${lines.length} invalid ${rows} of ${list} left out: ${places} ${named}`;
}
