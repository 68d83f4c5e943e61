import { type Place, Problem } from '../../problem.js';
import type { Edit } from '../html/text-edits.js';
import type { PlaceOf } from '../source-text.js';
import {
  type CssRule,
  createRuleReader,
  readDeclarations,
  splitSelectors,
  withoutValues,
} from './css-rules.js';
import { withLanguageAttributes } from './element-language.js';
import { atRest, withoutLists } from './selector-lists.js';
import type { InlinedRule } from './selector-weight.js';
import { deepestGroup, isOfState } from './sheet-conditions.js';
import { mayHide } from './showing-rules.js';

export interface SortedSheet {
  /** Rules that mean the same elements in every copy, whatever the reader does. */
  readonly inlined: readonly InlinedRule[];
  /**
   * To the sheet itself: what only applies under a condition becomes important, else it would lose against what is
   * inlined, which wins over every style sheet.
   */
  readonly edits: readonly Edit[];
  /** Custom properties that are set under a condition, with the offset of the rule. */
  readonly variables: ReadonlyMap<string, number>;
  /** Whether a rule that is not inlined may hide something. */
  readonly mayHide: boolean;
}

/** What Liquid decides about a template's elements. */
export interface Varying {
  /** Classes and ids that an element has in some copies. */
  readonly names: ReadonlySet<string>;
  /** How many elements there are, and which is first. */
  readonly order: boolean;
  /** In which language an element is, and from which side it is read. */
  readonly languages: boolean;
}

const orderly = /[+~]|:(?:empty|has|(?:first|last|only|nth)-)/i;

/** Gmail takes 16 KB of a style sheet, and juice looks for the elements of each rule and of each selector. */
const mostRules = 10_000;
const mostSelectors = 10_000;

/**
 * @param offset of the sheet in the template, with Liquid protected.
 * @param isConditional the sheet as a whole applies under a condition: `<style media="(max-width: 600px)">`.
 * @param placeOf an offset of the template, to name it in a problem.
 * @throws Problem `template-syntax` for more rules or selectors than a message could have.
 */
export function sortSheet(
  css: string,
  offset: number,
  varying: Varying,
  placeOf: PlaceOf,
  isConditional = false,
): SortedSheet {
  const inlined: InlinedRule[] = [];
  const edits: Edit[] = [];
  const variables = new Map<string, number>();
  let mayHideSome = false;

  const underCondition = (rule: CssRule) => {
    mayHideSome ||= mayHide(rule.body);
    edits.push(...importantEdits(rule, offset));
    for (const { property } of readDeclarations(rule.body))
      if (property.startsWith('--')) variables.set(property, offset + rule.offset);
  };

  let rules = 0;
  const countRule = ({ offset: at }: CssRule) => {
    rules += 1;
    if (rules > mostRules) throw tooMany(mostRules, 'rules', placeOf(offset + at));
  };
  let selectorCount = 0;

  const readIn = createRuleReader(css);
  const sortGroup = (rule: CssRule, depth = 1) => {
    if (depth > deepestGroup) return;
    for (const inner of readIn(rule.bodyOffset, rule.bodyOffset + rule.body.length)) {
      countRule(inner);
      if (inner.kind === 'group') sortGroup(inner, depth + 1);
      else if (inner.kind === 'style' && !isNested(inner)) underCondition(inner);
    }
  };

  for (const rule of readIn(0, css.length)) {
    countRule(rule);
    if (rule.kind === 'group') sortGroup(rule);
    if (rule.kind !== 'style' || isNested(rule)) continue;
    if (isConditional) {
      underCondition(rule);
      continue;
    }
    const preludes = splitSelectors(rule.prelude).flatMap(withoutLists);
    selectorCount += preludes.length;
    if (selectorCount > mostSelectors)
      throw tooMany(mostSelectors, 'selectors', placeOf(offset + rule.offset));
    const selectors = preludes.map(written => {
      const meant = atRest(varying.languages ? written : withLanguageAttributes(written));
      return { written, meant, kind: kindOf(meant, varying) };
    });
    const ofKind = (...kinds: readonly SelectorKind[]) =>
      selectors.filter(({ kind }) => kinds.includes(kind)).map(({ written }) => written);
    const always = selectors.filter(({ kind }) => kind === 'always');
    const sometimes = ofKind('sometimes');
    if (always.length > 0)
      inlined.push({ selectors: always.map(({ meant }) => withoutLink(meant)), body: rule.body });
    if (sometimes.length === selectors.length) underCondition(rule);
    else if (sometimes.length > 0) {
      const rest = ofKind('always', 'visited').join(', ');
      const text = `${rest} {${rule.body}}\n${sometimes.join(', ')} {${important(rule.body)}}`;
      edits.push({ offset: offset + rule.offset, end: offset + rule.end, text });
      mayHideSome ||= mayHide(rule.body);
    }
  }
  return { inlined, edits, variables, mayHide: mayHideSome };
}

function tooMany(most: number, what: 'rules' | 'selectors', where: Place): Problem {
  return new Problem(
    'template-syntax',
    `the style sheet has more than ${most.toLocaleString('en')} ${what}`,
    { where, fix: 'Leave out the rules that no element needs; Gmail reads 16 KB of a style sheet.' },
  );
}

/** Rules within rules are too new for what reads mail; they stay as they are. */
function isNested({ body }: CssRule): boolean {
  return withoutValues(body).includes('{');
}

/**
 * A rule for links that were visited stays in the sheet as it is: where it says what the rule for all links says it changes
 * nothing, and as an important one it would win over a colour that the author gave a link of its own (CSS Cascade 4 §6.1).
 */
type SelectorKind = 'always' | 'sometimes' | 'visited';

function kindOf(selector: string, { names, order }: Varying): SelectorKind {
  const plain = withoutValues(selector).replaceAll(/\\./g, '__').replaceAll(links, '');
  const unvisited = plain.replaceAll(/:visited\b/gi, '');
  if (isOfState(unvisited) || (order && orderly.test(unvisited))) return 'sometimes';
  if ([...unvisited.matchAll(/[.#]([\w-]+)/g)].some(([, name = '']) => names.has(name))) return 'sometimes';
  return unvisited === plain ? 'always' : 'visited';
}

/** Every link has been visited or has not: what is said of `:link` is inlined, and means all of them. */
const links = /:(?:any-)?link\b/gi;

/** With as much weight: an attribute counts like a pseudo-class. Selectors 4 §17 */
function withoutLink(selector: string): string {
  const plain = withoutValues(selector);
  let at = 0;
  const parts = [...plain.matchAll(links)].map(({ 0: link, index }) => {
    const part = `${selector.slice(at, index)}[href]`;
    at = index + link.length;
    return part;
  });
  return parts.join('') + selector.slice(at);
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
