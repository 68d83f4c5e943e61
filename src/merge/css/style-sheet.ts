import type { Edit } from '../html/text-edits.js';
import {
  type CssRule,
  createRuleReader,
  readDeclarations,
  splitSelectors,
  withoutValues,
} from './css-rules.js';

export interface SortedSheet {
  /** Rules that mean the same elements in every copy, whatever the reader does. */
  readonly inlined: string;
  /**
   * To the sheet itself: what only applies under a condition becomes important, else it would lose against what is
   * inlined, which wins over every style sheet.
   */
  readonly edits: readonly Edit[];
  /** Custom properties that are set under a condition, with the offset of the rule. */
  readonly variables: ReadonlyMap<string, number>;
}

/** What Liquid decides about a template's elements. */
export interface Varying {
  /** Classes and ids that an element has in some copies. */
  readonly names: ReadonlySet<string>;
  /** How many elements there are, and which is first. */
  readonly order: boolean;
}

/** Pseudo-classes that say which element is meant, not when. */
const lasting =
  'root|empty|(?:first|last|only)-(?:child|of-type)|nth-(?:last-)?(?:child|of-type)|not|is|where|has';
const conditional = new RegExp(`::|:(?!(?:${lasting})\\b)`, 'i');
const orderly = /[+~]|:(?:empty|has|(?:first|last|only|nth)-)/i;

/** Conditions within conditions; each is looked through for its end. What is deeper stays as it is. */
const deepestGroup = 20;

/** @param offset of the sheet in the template, with Liquid protected. */
export function sortSheet(css: string, offset: number, varying: Varying): SortedSheet {
  const inlined: string[] = [];
  const edits: Edit[] = [];
  const variables = new Map<string, number>();

  const underCondition = (rule: CssRule) => {
    edits.push(...importantEdits(rule, offset));
    for (const { property } of readDeclarations(rule.body))
      if (property.startsWith('--')) variables.set(property, offset + rule.offset);
  };

  const readIn = createRuleReader(css);
  const sortGroup = (rule: CssRule, depth = 1) => {
    if (depth > deepestGroup) return;
    for (const inner of readIn(rule.bodyOffset, rule.bodyOffset + rule.body.length)) {
      if (inner.kind === 'group') sortGroup(inner, depth + 1);
      else if (inner.kind === 'style' && !isNested(inner)) underCondition(inner);
    }
  };

  for (const rule of readIn(0, css.length)) {
    if (rule.kind === 'group') sortGroup(rule);
    if (rule.kind !== 'style' || isNested(rule)) continue;
    const selectors = splitSelectors(rule.prelude);
    const always = selectors.filter(selector => !isConditional(selector, varying));
    if (always.length > 0) inlined.push(`${always.join(', ')} {${rule.body}}`);
    if (always.length === 0) underCondition(rule);
    else if (always.length < selectors.length) {
      const sometimes = selectors.filter(selector => isConditional(selector, varying));
      const text = `${always.join(', ')} {${rule.body}}\n${sometimes.join(', ')} {${important(rule.body)}}`;
      edits.push({ offset: offset + rule.offset, end: offset + rule.end, text });
    }
  }
  return { inlined: inlined.join('\n'), edits, variables };
}

/** Rules within rules are too new for what reads mail; they stay as they are. */
function isNested({ body }: CssRule): boolean {
  return withoutValues(body).includes('{');
}

function isConditional(selector: string, { names, order }: Varying): boolean {
  const values = withoutValues(selector);
  const plain = values.includes('\\') ? values.replaceAll(/\\./g, '__') : values;
  if (conditional.test(plain) || (order && orderly.test(plain))) return true;
  if (names.size === 0) return false;
  for (const [, name = ''] of plain.matchAll(/[.#]([\w-]+)/g)) if (names.has(name)) return true;
  return false;
}

function important(body: string): string {
  let at = 0;
  const parts = insertions(body).map(offset => {
    const part = body.slice(at, offset);
    at = offset;
    return `${part} !important`;
  });
  return parts.join('') + body.slice(at);
}

function importantEdits({ body, bodyOffset }: CssRule, offset: number): readonly Edit[] {
  return insertions(body).map(at => {
    const place = offset + bodyOffset + at;
    return { offset: place, end: place, text: ' !important' };
  });
}

function insertions(body: string): readonly number[] {
  return readDeclarations(body)
    .filter(({ isImportant, property }) => !isImportant && !property.startsWith('--'))
    .map(({ offset, text }) => offset + text.length);
}
