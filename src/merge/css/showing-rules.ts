/** Rules of style sheets that show and hide elements for everybody, whatever the size of the screen. */
import { attributeValue, startTags } from '../html/start-tags.js';
import { visibilityOf } from '../html/visibility.js';
import type { LiquidToken, ProtectedText } from '../liquid/liquid-protection.js';
import { isControl } from '../liquid/liquid-tags.js';
import { areWhole } from '../liquid/tag-places.js';
import {
  type CssRule,
  createRuleReader,
  readDeclarations,
  splitSelectors,
  withoutValues,
} from './css-rules.js';
import { atRest } from './selector-lists.js';
import { weightOf } from './selector-parts.js';
import { deepestGroup, isOfState, isReadEverywhere } from './sheet-conditions.js';

export interface ShowingRule {
  readonly selector: string;
  /** Its declarations about that, each with a semicolon. */
  readonly weak: string;
  /** Those that are important. */
  readonly strong: string;
  readonly hides: boolean;
  /** It shows what a reader chooses. */
  readonly isChosen: boolean;
  /** That decides whether the rule hides. */
  readonly liquid: LiquidToken | undefined;
}

/** Which element is shown; the others cut it off at no size. */
const shows = /^(?:display|visibility|opacity)$/;
const cuts = /^(?:overflow|(?:max-)?(?:height|width))$/;

/** Whether any of the rules may hide something, as most cannot. @param css with its Liquid protected, which may say anything. */
export function mayHide(css: string): boolean {
  return /\b(?:none|hidden|collapse|opacity)\b|zqliquid/i.test(css);
}

/** A `<style>` that every reader's program reads. */
export interface PageSheet {
  readonly css: string;
  /** That decides whether the sheet is in a copy. */
  readonly liquid: LiquidToken | undefined;
}

/** @param html compiled, with the Liquid of `source` still protected. */
export function sheetsOf(html: string, source: ProtectedText): readonly PageSheet[] {
  return [...startTags(html)].flatMap(({ name, attributes, condition, content, offset }) => {
    const media = attributeValue(attributes, 'media') ?? '';
    if (name !== 'style' || condition === 'outlook' || content === undefined || !isReadEverywhere(media))
      return [];
    const before = source.tokensIn(html.slice(0, offset)).filter(isControl);
    const liquid = areWhole(before) ? undefined : before.at(-1);
    return [{ css: html.slice(content.offset, content.end), liquid }];
  });
}

/** @returns the weaker ones first. */
export function readShowingRules(
  sheets: readonly PageSheet[],
  source: ProtectedText,
): readonly ShowingRule[] {
  return sheets
    .flatMap(sheet => rulesOf(sheet, source))
    .sort((one, other) => weightOf(one.selector) - weightOf(other.selector));
}

function rulesOf(sheet: PageSheet, source: ProtectedText): readonly ShowingRule[] {
  const { css } = sheet;
  const found: ShowingRule[] = [];
  const readIn = createRuleReader(css);
  const read = (from: number, to: number, depth: number) => {
    for (const rule of readIn(from, to)) {
      const end = rule.bodyOffset + rule.body.length;
      const media = /^@media\b(.*)/is.exec(rule.prelude)?.[1];
      if (rule.kind === 'group' && depth < deepestGroup && media !== undefined && isReadEverywhere(media))
        read(rule.bodyOffset, end, depth + 1);
      if (rule.kind === 'style' && !withoutValues(rule.body).includes('{'))
        found.push(...toShowing(rule, sheet, source));
    }
  };
  read(0, css.length, 0);
  return found;
}

function toShowing(rule: CssRule, sheet: PageSheet, source: ProtectedText): readonly ShowingRule[] {
  const declarations = readDeclarations(rule.body).filter(
    ({ property }) => shows.test(property) || cuts.test(property),
  );
  if (declarations.length === 0) return [];
  const texts = declarations.filter(({ property }) => shows.test(property)).map(({ text }) => text);
  const visibility = visibilityOf(declarations.map(({ text }) => text).join(';'));
  const hides = /^(?:hidden|invisible)$/.test(visibility) || texts.some(text => source.hasLiquid(text));
  const printed = (isImportant: boolean) =>
    declarations
      .filter(one => one.isImportant === isImportant)
      .map(({ text }) => `${text.replace(/!\s*important$/i, '')};`)
      .join('');
  const liquid = hides ? liquidAround(rule, texts, sheet, source) : undefined;
  return splitSelectors(source.withoutTokens(rule.prelude)).flatMap((selector): readonly ShowingRule[] => {
    // A reader who chooses a picture or a tab gets to see what belongs to it.
    const chosen = atRest(selector).replaceAll(/:checked\b/gi, '');
    const isChosen = /:checked\b/i.test(selector);
    if (isOfState(chosen) || (isChosen && hides)) return [];
    const [weak, strong] = isChosen ? ['', printed(false) + printed(true)] : [printed(false), printed(true)];
    return [{ selector: chosen, weak, strong, hides, isChosen, liquid }];
  });
}

/** In the rule, or around it. */
function liquidAround(
  { prelude, body, offset }: CssRule,
  texts: readonly string[],
  { css, liquid }: PageSheet,
  source: ProtectedText,
): LiquidToken | undefined {
  const [inside] = [
    ...source.tokensIn(`${prelude} ${texts.join(' ')}`),
    ...source.tokensIn(body).filter(isControl),
  ];
  const before = source.tokensIn(css.slice(0, offset)).filter(isControl);
  return inside ?? (areWhole(before) ? liquid : before.at(-1));
}
