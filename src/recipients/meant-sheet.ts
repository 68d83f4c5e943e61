/** What a problem with a whole list adds when the list is a sheet that nobody named, or rows of it were left out. */
import { Problem } from '../problem.js';
import type { SheetFacts } from './list-facts.js';
import { quoteInput } from './quote-input.js';

/** The problem, and the sheets that may be meant instead: people put a cover or notes before their list. */
export function withSheet(problem: Problem, sheet: SheetFacts | undefined): Problem {
  const { code, message, where, rows, fix } = problem;
  if (sheet === undefined || sheet.otherSheets.length === 0) return problem;
  const others = sheet.otherSheets.slice(0, 12).map(quoteInput).join(' or ');
  const other = `This is the sheet ${quoteInput(sheet.name)}: if another is meant, pass --sheet with ${others}.`;
  return new Problem(code, message, { where, rows, fix: fix === undefined ? other : `${fix} ${other}` });
}

/** @returns undefined when rows are missing for another reason. */
export function allHidden(sheet: SheetFacts | undefined): string | undefined {
  if (sheet === undefined || !sheet.visibleOnly || sheet.hiddenRows === 0) return undefined;
  const [rows, them] =
    sheet.hiddenRows === 1 ? ['only row is', 'it'] : [`${sheet.hiddenRows} rows are`, 'them'];
  return `Its ${rows} hidden: show ${them}, or do without --visible-rows.`;
}
