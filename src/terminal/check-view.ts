import type { Place, Rows } from '../problem.js';
import { describeColumns, describeSheet, type ListFacts } from '../recipients/list-facts.js';
import { visible } from './clean.js';
import { printJson } from './json.js';
import type { Style } from './style.js';
import { wrap } from './wrap.js';

/** One finding of `check`, as its workflow tells it. */
export interface ShownFinding {
  readonly severity: 'error' | 'warning';
  readonly code: string;
  readonly what: string;
  readonly where: Place | undefined;
  /** Every row it is about, when it is about several. */
  readonly rows?: readonly Rows[];
  readonly fix: string | undefined;
}

/** What was understood of the lists; errors before warnings, each with its place and what to do; then how many there are. */
export function checkLines(
  findings: readonly ShownFinding[],
  recipients: number | undefined,
  { style, width, lists = [] }: { style: Style; width: number; lists?: readonly ListFacts[] },
): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const group = (title: string, paint: (text: string) => string, members: readonly ShownFinding[]) =>
    members.length === 0
      ? []
      : [paint(title), ...members.flatMap((one, index) => findingLines(one, members[index + 1], width)), ''];
  return [
    ...listLines(lists, width),
    ...group('Errors', style.bad, errors),
    ...group('Warnings', style.warn, warnings),
    summary(errors.length, warnings.length, recipients, style),
  ];
}

/** Which column holds the addresses is seen here before anybody is sent to. */
function listLines(lists: readonly ListFacts[], width: number): readonly string[] {
  if (lists.length === 0) return [];
  const lines = lists.flatMap(list => {
    const sheet = list.sheet === undefined ? '' : `; ${describeSheet(list.sheet)}`;
    return indented(`${list.file}: ${describeColumns(list)}${sheet}`, '  ', width);
  });
  return ['Lists', ...lines, ''];
}

/** Equal advice in a row is said once. */
function findingLines(
  { where, what, code, fix }: ShownFinding,
  next: ShownFinding | undefined,
  width: number,
): readonly string[] {
  const place = where === undefined ? '' : `${printPlace(where)}: `;
  const advice = fix === undefined || fix === next?.fix ? [] : indented(fix, '    ', width);
  return [...indented(`${place}${what} [${code}]`, '  ', width), ...advice];
}

function indented(text: string, indent: string, width: number): readonly string[] {
  return wrap(visible(text), Math.max(20, width - indent.length)).map(line => indent + line);
}

function printPlace({ file, line, column }: Place): string {
  return [file, line, column].filter(part => part !== undefined).join(':');
}

function summary(errors: number, warnings: number, recipients: number | undefined, style: Style): string {
  const people = recipients === undefined ? '' : ` in ${count(recipients, 'copy', 'copies')}`;
  if (errors + warnings === 0) return style.good(`✓ nothing to object to${people}`);
  const found = `${count(errors, 'error')}, ${count(warnings, 'warning')}${people}`;
  return errors > 0 ? style.bad(`✗ ${found}: it cannot be sent like this`) : `• ${found}`;
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** @param recipients undefined when something is wrong with them. */
export function checkJson(
  findings: readonly ShownFinding[],
  recipients: number | undefined,
  lists: readonly ListFacts[] = [],
): string {
  return printJson({
    schema: 'mailtrack.check/1',
    findings: findings.map(({ severity, code, what, where, rows = [], fix }) => ({
      severity,
      code,
      message: what,
      fix: fix ?? null,
      file: where?.file ?? null,
      line: where?.line ?? null,
      column: where?.column ?? null,
      ...(rows.length > 0 ? { rows } : {}),
    })),
    recipients: recipients ?? null,
    lists: lists.map(({ file, emailColumn, nameColumns, sheet }) => ({
      file,
      email_column: emailColumn,
      name_columns: nameColumns,
      sheet: sheet?.name ?? null,
      hidden_rows: sheet?.hiddenRows ?? null,
    })),
  });
}
