import { Problem, Problems } from '../problem.js';
import type { ProtectedText } from './liquid-protection.js';
import type { JoinedText } from './source-text.js';

/** A comment; what has no elements in it; or a tag. */
const pieces =
  /<!--[\s\S]*?-->|<(style|script|title|textarea)\b[\s\S]*?<\/\1\s*>|<\/?[a-z](?:"[^"]*"|'[^']*'|[^"'<>])*>/gi;

/**
 * A value inside a tag and outside quotes: escaping does not hold it there, since a blank in it begins another attribute.
 * @param html compiled, with the Liquid of `source` still protected.
 * @throws Problems `template-syntax`.
 */
export function refuseBareLiquid(html: string, source: ProtectedText, written: JoinedText): void {
  if (source.tokens.length === 0) return;
  const outside = [...html.matchAll(pieces)]
    .filter(([piece, element]) => element === undefined && !piece.startsWith('<!--'))
    .map(([tag]) => tag.replaceAll(/"[^"]*"|'[^']*'/g, ''))
    .join('');
  const bare = source.tokens.filter(
    ({ token, liquid }) => liquid.startsWith('{{') && outside.includes(token),
  );
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
