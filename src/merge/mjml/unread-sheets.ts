/** `<link rel="stylesheet">` in MJML to a file beside the template, which nobody who gets the message has. */
import { Problem } from '../../problem.js';
import { elsewhere, isStyleSheetLink } from '../css/linked-sheets.js';
import { attributeValue, startTags } from '../html/start-tags.js';
import { type ProtectedText, sourceOffset } from '../liquid/liquid-protection.js';
import type { PlaceOf } from '../source-text.js';

export function findUnreadSheets(html: string, source: ProtectedText, placeOf: PlaceOf): readonly Problem[] {
  if (!/<link\b/i.test(source.text)) return [];
  const hrefs = [...startTags(html)]
    .filter(isStyleSheetLink)
    .map(({ attributes }) => attributeValue(attributes, 'href')?.trim() ?? '')
    .filter(href => !elsewhere.test(href) && source.tokensIn(href).length === 0);
  return hrefs.map(href => {
    const tag = [...startTags(source.text)].find(
      one => isStyleSheetLink(one) && attributeValue(one.attributes, 'href')?.trim() === href,
    );
    return new Problem('template-syntax', `the style sheet ${href} is not read`, {
      where: placeOf(sourceOffset(source, tag?.offset ?? 0)),
      fix: `Write <mj-include path="${href}" type="css" /> into <mj-head>.`,
    });
  });
}
