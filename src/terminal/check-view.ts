import { plural } from '../amount.js';
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
  {
    style,
    width,
    lists = [],
    notes = [],
  }: {
    style: Style;
    width: number;
    lists?: readonly ListFacts[];
    /** Rows that are left out, merged or picked. */
    notes?: readonly string[];
  },
): readonly string[] {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const warnings = findings.filter(({ severity }) => severity === 'warning');
  const group = (title: string, paint: (text: string) => string, members: readonly ShownFinding[]) =>
    members.length === 0
      ? []
      : [paint(title), ...members.flatMap((one, index) => findingLines(one, members[index + 1], width)), ''];
  return [
    ...listLines(lists, width),
    ...noteLines(notes, width),
    ...group('Errors', style.bad, errors),
    ...group('Warnings', style.warn, warnings),
    ...summary(errors.length, warnings.length, recipients, { style, width }),
  ];
}

/** Which column holds the addresses is seen here before anybody is sent to. */
function listLines(lists: readonly ListFacts[], width: number): readonly string[] {
  if (lists.length === 0) return [];
  const lines = lists.flatMap(list => {
    const sheet = list.sheet === undefined ? '' : `; ${describeSheet(list.sheet)}`;
    const header = list.headerLine === undefined ? '' : `; the header is line ${list.headerLine}`;
    return indented(`${list.file}: ${describeColumns(list)}${header}${sheet}`, '  ', width);
  });
  return ['Lists', ...lines, ''];
}

function noteLines(notes: readonly string[], width: number): readonly string[] {
  if (notes.length === 0) return [];
  return ['Notes', ...notes.flatMap(note => indented(note, '  ', width)), ''];
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

function summary(
  errors: number,
  warnings: number,
  recipients: number | undefined,
  { style, width }: { readonly style: Style; readonly width: number },
): readonly string[] {
  const lines = (text: string, paint: (line: string) => string = line => line) =>
    wrap(text, width).map(paint);
  const people = recipients === undefined ? '' : ` in ${plural(recipients, 'copy', 'copies')}`;
  if (errors + warnings === 0) return lines(`✓ nothing to object to${people}`, style.good);
  const found = `${plural(errors, 'error')}, ${plural(warnings, 'warning')}${people}`;
  return errors > 0 ? lines(`✗ ${found}: it cannot be sent like this`, style.bad) : lines(`• ${found}`);
}

/** @param recipients undefined when something is wrong with them. */
export function checkJson(
  findings: readonly ShownFinding[],
  recipients: number | undefined,
  {
    lists = [],
    notes = [],
  }: { readonly lists?: readonly ListFacts[]; readonly notes?: readonly string[] } = {},
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
    notes,
    lists: lists.map(({ file, emailColumn, nameColumns, headerLine, sheet }) => ({
      file,
      email_column: emailColumn,
      name_columns: nameColumns,
      header_line: headerLine ?? null,
      sheet: sheet?.name ?? null,
      hidden_rows: sheet?.hiddenRows ?? null,
    })),
  });
}
