import { Problem } from '../../problem.js';
import type { PlaceOf } from '../source-text.js';
import type { TemplateKind } from '../template-kind.js';
import { findLiquid } from './liquid-protection.js';

/**
 * A raw block goes through compilers as one word. What begins or ends in it for them, they would miss: the HTML part would hide what
 * the text part shows, and MJML would print components as they are written.
 * @throws Problem `template-syntax` with line and column.
 */
export function refuseRawMarkup(kind: TemplateKind, text: string, placeOf: PlaceOf): void {
  if (kind === 'txt') return;
  for (const { offset, raw } of findLiquid(text)) {
    if (raw === undefined) continue;
    const what = hasHalfComment(raw)
      ? 'the beginning or the end of a comment stands in {% raw %}'
      : kind === 'mjml' && /<\/?mj-/i.test(raw)
        ? 'components of MJML stand in {% raw %}, where they are not compiled'
        : undefined;
    if (what === undefined) continue;
    throw new Problem('template-syntax', what, {
      where: placeOf(offset),
      fix: 'Put {% raw %} and {% endraw %} around words alone.',
    });
  }
}

function hasHalfComment(html: string): boolean {
  let at = 0;
  for (;;) {
    const begins = html.indexOf('<!--', at);
    const ends = html.indexOf('-->', at);
    if (begins === -1) return ends !== -1;
    if (ends !== -1 && ends < begins) return true;
    const closes = html.indexOf('-->', begins + 4);
    if (closes === -1) return true;
    at = closes + 3;
  }
}
