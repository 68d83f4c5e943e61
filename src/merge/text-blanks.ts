/** White space of the HTML as the text part has it: what Liquid eats with its `-`, and characters that only keep a distance. */
import { isSpacer } from './html/visibility.js';
import type { LiquidToken } from './liquid/liquid-protection.js';

type Piece = string | LiquidToken | undefined;

/** A text without the blanks that the Liquid before and behind it eats. */
export function trimmed(text: string, before: Piece, after: Piece): string {
  const isTrimmedLeft = typeof before === 'object' && /-[%}]\}$|^\{%-?\s*tablerow\b/.test(before.liquid);
  const isTrimmedRight = typeof after === 'object' && /^\{[{%]-|^\{%\s*endtablerow\b/.test(after.liquid);
  const rest = isTrimmedLeft ? text.replace(/^[ \t\r\n\f\v]+/, '') : text;
  return isTrimmedRight ? withoutTrailingBlanks(rest) : rest;
}

function withoutTrailingBlanks(text: string): string {
  let end = text.length;
  while (end > 0 && ' \t\r\n\f\v'.includes(text[end - 1] as string)) end -= 1;
  return text.slice(0, end);
}

/** Of no width, and written where list views would show the words that follow: soft hyphens, joiners, fillers. Both stand in `runs`. */
const filler = /[\u034f\u17b4\u17b5\u00ad\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff]/;
const blank = /[ \t\r\n\f\u00a0\u2000-\u200a\u202f\u205f\u3000]/;
const runs =
  /[\u034f\u17b4\u17b5\u00ad\u115f\u1160\u180e\u200b-\u200d\u2060-\u2064\u3164\ufeff \t\r\n\f\u00a0\u2000-\u200a\u202f\u205f\u3000]{2,}/g;

/** Characters that only keep a distance become one blank, or nothing. */
export function spaced(text: string): string {
  if (!/[^ -~\t\r\n\f]/.test(text)) return text;
  if (isSpacer(text)) return blank.test(text) ? ' ' : '';
  if (!filler.test(text)) return text;
  return text.replaceAll(runs, (run, at: number) => {
    // One behind a letter belongs to it, as in Persian and Bengali.
    const others = at > 0 ? run.slice(1) : run;
    if (!filler.test(others)) return run;
    return blank.test(run) ? ' ' : '';
  });
}
