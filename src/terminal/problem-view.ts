import type { Place, Problem } from '../problem.js';
import { visible } from './clean.js';
import { printJson } from './json.js';

/** More than this nobody reads before mending the first. */
const problemsShown = 20;

/**
 * Problems as sentences: the place first, then what, and below it what to do. Equal advice in a row is said once.
 */
export function problemLines(problems: readonly Problem[]): readonly string[] {
  const lines: string[] = [];
  const shown = problems.slice(0, problemsShown);
  for (const [index, problem] of shown.entries()) {
    const place = printPlace(problem.where);
    lines.push(`${place === '' ? 'mailtrack: ' : `${visible(place)}: `}${visible(problem.message)}`);
    if (problem.fix !== undefined && problem.fix !== shown[index + 1]?.fix)
      lines.push(`  ${visible(problem.fix)}`);
  }
  if (problems.length > shown.length) lines.push(`and ${problems.length - shown.length} more.`);
  return lines;
}

/** One object on one line; of several problems the first, with the others beside it. */
export function problemJson(problems: readonly Problem[]): string {
  const [first, ...others] = problems.map(toJson);
  return printJson({
    error: { ...first, ...(others.length > 0 ? { problems: [first, ...others] } : {}) },
  });
}

function toJson({ code, message, fix, where, rows }: Problem): Readonly<Record<string, unknown>> {
  return {
    code,
    message,
    fix: fix ?? null,
    file: where?.file ?? null,
    line: where?.line ?? null,
    column: where?.column ?? null,
    ...(rows.length > 0 ? { rows } : {}),
  };
}

function printPlace(where: Place | undefined): string {
  if (where === undefined) return '';
  return [where.file, where.line, where.column].filter(part => part !== undefined).join(':');
}
