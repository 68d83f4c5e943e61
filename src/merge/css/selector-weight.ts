/**
 * How much selectors weigh beside each other. The library that inlines rules counts each pseudo-class as an element: `td:first-child`
 * would lose to `.a` and to `td.a` in whatever order they stand.
 */
import { withoutValues } from './css-rules.js';
import { anyElement } from './selector-lists.js';

/** A rule that is written onto elements. */
export interface InlinedRule {
  readonly selectors: readonly string[];
  readonly body: string;
}

/** True of every element, with the weight of an element, and of an id. */
const lightest = ':not(zqnever)';
const heaviest = ':not(#zqnever)';

/** Nobody writes more pseudo-classes into one selector. */
const mostPseudoClasses = 5;

/** @returns a style sheet in which selectors weigh beside each other what Selectors 4 §17 says. */
export function printRules(rules: readonly InlinedRule[]): string {
  const counted = rules.map(({ selectors, body }) => ({
    body,
    selectors: selectors.map(countPseudoClasses),
  }));
  // Each selector gets as many elements as the one with most was given too many.
  const most = counted.reduce(
    (sum, rule) => rule.selectors.reduce((inner, { count }) => Math.max(inner, count), sum),
    0,
  );
  const even = ({ selector, missing, count }: CountedSelector) =>
    selector + missing + lightest.repeat(most - count);
  return counted.map(({ selectors, body }) => `${selectors.map(even).join(', ')} {${body}}`).join('\n');
}

interface CountedSelector {
  readonly selector: string;
  /** How many the library counts as elements. */
  readonly count: number;
  /** With the weight that they should have instead. */
  readonly missing: string;
}

function countPseudoClasses(selector: string): CountedSelector {
  let count = 0;
  let missing = '';
  for (const { 1: name = '', 2: inside } of withoutValues(selector).matchAll(pseudoClass)) {
    if (count === mostPseudoClasses) break;
    if (name.toLowerCase() === 'not') continue;
    count += 1;
    missing += inside === undefined ? anyElement : weightOf(name.toLowerCase(), inside);
  }
  return { selector, count, missing };
}

/** With what `:is()` and the like hold, unless that has brackets of its own. */
const pseudoClass = /:([a-z-]{2,20})(?:(?<=:is|:where|:has)\(([^()]{1,200})\))?/gi;

function weightOf(name: string, member: string): string {
  if (name === 'where') return '';
  const times = (pattern: RegExp) => Math.min(member.match(pattern)?.length ?? 0, mostPseudoClasses);
  return (
    heaviest.repeat(times(/#/g)) +
    anyElement.repeat(times(/[.[:]/g)) +
    lightest.repeat(times(/(?:^|[\s>+~])[a-z]/gi))
  );
}
