import type { TemplateFile } from '../merge/compile-template.js';
import { findLiquid } from '../merge/liquid/liquid-protection.js';
import { type Place, Problem } from '../problem.js';
import { placeholderFix } from './placeholder-fix.js';

/** Words with blanks between them, and no filter: Liquid reads a field in each word, or the first alone. */
const spaced = /^\{\{-? *[\p{L}_][\p{L}\p{N}_.]*(?: +[\p{L}\p{N}_.]+)+ *-?\}\}$/u;

export interface SpacedField {
  readonly problem: Problem;
  /** The tag as it stands in the template. */
  readonly tag: string;
}

/** `{{ First Name }}`, as a column is named in a list and in other programs. */
export function findSpacedFields(
  { path, source }: Pick<TemplateFile, 'path' | 'source'>,
  columns: Iterable<string>,
): readonly SpacedField[] {
  const names = [...columns];
  const found = new Map<string, SpacedField>();
  for (const { offset, end } of findLiquid(source)) {
    const tag = source.slice(offset, end);
    if (tag.length > 100 || found.has(tag) || !spaced.test(tag)) continue;
    const before = source.slice(0, offset).split('\n');
    const where = { file: path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
    const fix = placeholderFix(tag, names);
    const what = `a field has no blank in its name: "${tag}"`;
    found.set(tag, { problem: new Problem('template-field', what, { where, fix }), tag });
  }
  return [...found.values()];
}

/** @returns the others: what is said of a word in such a tag is no fault of its own. */
export function withoutSpaced(
  unknown: readonly Problem[],
  spaced: readonly SpacedField[],
): readonly Problem[] {
  const isIn = (place: Place | undefined, { problem: { where }, tag }: SpacedField) => {
    if (place?.line !== where?.line || place?.file !== where?.file) return false;
    const from = where?.column ?? 0;
    const at = place?.column ?? 0;
    return at >= from && at < from + tag.length;
  };
  return unknown.filter(problem => !spaced.some(one => isIn(problem.where, one)));
}
