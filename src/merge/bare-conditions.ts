/**
 * `{% if vip %}` beside a vip that is `false` or `no`. A value is the text that stands in the front matter or the list
 * (docs/decisions/0034, 0070), and every text is true to Liquid: whoever wrote that means the opposite.
 */
import type { Place } from '../problem.js';
import type { ProtectedText } from './liquid/liquid-protection.js';
import { tagName } from './liquid/liquid-tags.js';
import type { PlaceOf } from './source-text.js';
import type { TemplateNotice } from './template-notice.js';

/** The first condition that tests a field alone. Plain data: it crosses processes. */
export interface BareCondition {
  readonly liquid: string;
  readonly where: Place;
}

/** The longest word for no, with some blanks around it. */
const longestNo = 10;

/** Words that people write for no. */
const no = /^(?:false|no|off|none|null|nil|~|0)$/i;

export function meansNo(value: string): boolean {
  return value.length <= longestNo && no.test(value.trim());
}

/** By field. */
export function findBareConditions(
  source: ProtectedText,
  placeOf: PlaceOf,
): ReadonlyMap<string, BareCondition> {
  const found = new Map<string, BareCondition>();
  for (const { liquid, offset } of source.tokens) {
    for (const field of fieldsTested(liquid)) {
      if (!found.has(field)) found.set(field, { liquid, where: placeOf(offset) });
    }
  }
  return found;
}

/**
 * @param giver says where the value comes from, before "gives to vip".
 * @param remedy says how the field gets no value.
 */
export function bareConditionNotice(
  field: string,
  { liquid, where }: BareCondition,
  { value, giver, remedy }: { readonly value: string; readonly giver: string; readonly remedy: string },
): TemplateNotice {
  return {
    code: 'bare-condition',
    what: `${liquid} takes the text "${value.trim()}", which ${giver} gives to ${field}, for true`,
    where,
    fix: `Compare it with a text: {% if ${field} == "yes" %}. Or ${remedy}: a field without a value is false.`,
  };
}

/** Notices about values in the front matter. */
export function noticesOfDefaults(
  conditions: ReadonlyMap<string, BareCondition>,
  defaults: ReadonlyMap<string, string>,
): readonly TemplateNotice[] {
  return [...conditions].flatMap(([field, condition]) => {
    const value = defaults.get(field);
    if (value === undefined || !meansNo(value)) return [];
    const remedy = `take ${field} out of the front matter`;
    return [bareConditionNotice(field, condition, { value, giver: 'the front matter', remedy })];
  });
}

/** Fields that stand in a condition without anything to compare them with. */
function fieldsTested(liquid: string): readonly string[] {
  if (!/^(?:if|elsif|unless)$/.test(tagName(liquid) ?? '')) return [];
  const condition = liquid.replace(/^\{%-?\s*\w+/, '').replace(/-?%\}$/, '');
  return condition
    .split(/\b(?:and|or)\b/)
    .map(test => test.trim().replace(/^not\s+/, ''))
    .filter(test => /^[a-z_]\w*$/i.test(test));
}
