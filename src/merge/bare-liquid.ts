import { Problem, Problems } from '../problem.js';
import type { StartTag } from './html/start-tags.js';
import type { ProtectedText } from './liquid/liquid-protection.js';
import type { JoinedText } from './source-text.js';

/** Of so many at once. */
const mostTold = 1_000;

/**
 * A value inside a tag and outside quotes: escaping does not hold it there, since a blank in it begins another attribute.
 * @param html compiled, with the Liquid of `source` still protected.
 * @param tags its start tags.
 * @throws Problems `template-syntax`.
 */
export function refuseBareLiquid(
  html: string,
  tags: Iterable<StartTag>,
  source: ProtectedText,
  written: JoinedText,
): void {
  if (source.tokens.length === 0) return;
  const places = source.places(html);
  let next = 0;
  let outside = '';
  for (const tag of tags) {
    while (next < places.length && (places[next]?.at ?? 0) < tag.offset) next += 1;
    if (next === places.length) break;
    if ((places[next]?.at ?? 0) < tag.end) outside += withoutQuoted(tag, html);
  }
  const inTags = new Set(source.tokensIn(outside));
  if (inTags.size === 0) return;
  const bare = source.tokens
    .filter(token => token.liquid.startsWith('{{') && inTags.has(token))
    .slice(0, mostTold);
  if (bare.length === 0) return;
  throw new Problems(
    bare.map(
      ({ liquid, offset }) =>
        new Problem('template-syntax', `${liquid} stands in a tag without quotes around it`, {
          where: written.placeOf(offset),
          fix: `Put it into quotes: name="${liquid}". A value with a blank in it would be read as another attribute.`,
        }),
    ),
  );
}

function withoutQuoted({ offset, end, attributes }: StartTag, html: string): string {
  let at = offset;
  let outside = '';
  for (const { quote, valueOffset, end: behind } of attributes) {
    if (quote === '') continue;
    outside += html.slice(at, valueOffset);
    at = behind;
  }
  return outside + html.slice(at, end);
}
