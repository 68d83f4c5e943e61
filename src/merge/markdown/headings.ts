/** The headings of a Markdown template as titles, from what the parser reads as headings. */
import type { Token } from 'markdown-it';
import { type TitlePiece, titleWords } from '../body-title.js';
import type { ProtectedText } from '../liquid/liquid-protection.js';

/**
 * @param tokens with the Liquid of `source` still protected.
 * @returns all that has a say in which heading is the first that a copy comes to.
 */
export function headingsIn(tokens: readonly Token[], source: ProtectedText): readonly TitlePiece[] {
  const pieces: TitlePiece[] = [];
  let hasTags = false;
  for (const [index, token] of tokens.entries()) {
    const words = wordsOf(token);
    // What stands in a quotation or an item is no title of the message.
    const isHeading =
      token.type === 'inline' && tokens[index - 1]?.type === 'heading_open' && token.level === 1;
    if (isHeading) pieces.push({ kind: 'title', words: titleWords(words, source) });
    else if (source.hasLiquid(words)) pieces.push(...piecesOf(words, source));
    hasTags ||= pieces.some(piece => piece.kind === 'liquid' && piece.liquid.startsWith('{%'));
    if (isHeading && words.trim() !== '' && !hasTags) break;
  }
  return pieces;
}

/** As somebody reads them aloud: no marks, no addresses. */
function wordsOf({ type, content, children }: Token): string {
  if (type === 'softbreak' || type === 'hardbreak') return ' ';
  if (type === 'html_inline') return /^<br\b/i.test(content) ? ' ' : '';
  if (type === 'inline' || type === 'image') return (children ?? []).map(wordsOf).join('');
  return content;
}

function piecesOf(words: string, source: ProtectedText): readonly TitlePiece[] {
  const pieces: TitlePiece[] = [];
  let at = 0;
  for (const { token, liquid } of source.tokensIn(words)) {
    const begins = words.indexOf(token, at);
    pieces.push({ kind: 'text', words: words.slice(at, begins) }, { kind: 'liquid', liquid });
    at = begins + token.length;
  }
  return pieces;
}
