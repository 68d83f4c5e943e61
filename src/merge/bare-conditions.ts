/**
 * `{% if vip %}` beside `vip: false` in the front matter. A value is the text that stands there (docs/decisions/0034), and every text is
 * true to Liquid: whoever wrote that means the opposite.
 */
import type { ProtectedText } from './liquid/liquid-protection.js';
import { tagName } from './liquid/liquid-tags.js';
import type { PlaceOf } from './source-text.js';
import type { TemplateNotice } from './template-notice.js';

/** What people write for no. */
const no = /^(?:false|no|off|none|null|nil|~|0)$/i;

/** @returns a notice at the first condition of each field. */
export function findBareConditions(
  source: ProtectedText,
  defaults: ReadonlyMap<string, string>,
  placeOf: PlaceOf,
): readonly TemplateNotice[] {
  const meant = new Map([...defaults].filter(([, value]) => no.test(value.trim())));
  if (meant.size === 0) return [];
  const found = new Map<string, TemplateNotice>();
  for (const { liquid, offset } of source.tokens) {
    for (const field of fieldsTested(liquid)) {
      const value = meant.get(field);
      if (value === undefined || found.has(field)) continue;
      found.set(field, {
        code: 'bare-condition',
        what: `${liquid} takes the text "${value}", which the front matter gives to ${field}, for true`,
        where: placeOf(offset),
        fix: `Compare it with a text: {% if ${field} == "yes" %}. Or take ${field} out of the front matter: a field without a value is false.`,
      });
    }
  }
  return [...found.values()];
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
