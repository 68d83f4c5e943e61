import { htmlPieces } from '../html/html-pieces.js';
import { findEndTag } from '../html/start-tags.js';
import { findLiquid } from '../liquid/liquid-protection.js';
import { isStateful } from '../liquid/liquid-tags.js';
import { type JoinedText, lineStart } from '../source-text.js';
import { unusedWord } from '../unused-word.js';

/**
 * MJML prints the title twice, as `<title>` and as the name of the body. What sets a value in it, or counts, is to be come to once: the
 * title is captured at the beginning of the file, and printed in both places.
 */
export function withCapturedTitle(joined: JoinedText): JoinedText {
  const { text } = joined;
  const title = titleIn(text);
  if (title === undefined) return joined;
  const name = unusedWord(text, 'mj_title');
  const pieces = [
    { text: text.slice(0, title.start), offset: 0, isAdded: false },
    added(`<mj-raw position="file-start">{% capture ${name} %}`, title.offset),
    ...contentOf(text.slice(title.offset, title.end), title.offset),
    added('{% endcapture %}</mj-raw>', title.offset),
    { text: text.slice(title.start, title.offset), offset: title.start, isAdded: false },
    added(`{{ ${name} }}`, title.offset),
    { text: text.slice(title.end), offset: title.end, isAdded: false },
  ];
  const whole = pieces.map(piece => piece.text).join('');
  const placeOf = (offset: number) => {
    let at = 0;
    for (const piece of pieces) {
      if (offset < at + piece.text.length)
        return joined.placeOf(piece.isAdded ? piece.offset : piece.offset + offset - at);
      at += piece.text.length;
    }
    return joined.placeOf(text.length);
  };
  return {
    text: whole,
    placeOf,
    placeAt: (line, column) => placeOf(lineStart(whole, line) + column - 1),
  };
}

interface Title {
  /** Behind `<mjml>`. */
  readonly start: number;
  /** Of its content. */
  readonly offset: number;
  readonly end: number;
}

interface TitlePiece {
  readonly text: string;
  /** In the text before. */
  readonly offset: number;
  readonly isAdded: boolean;
}

/** The content of the first title with such Liquid. */
function titleIn(text: string): Title | undefined {
  if (!text.includes('<mj-title')) return undefined;
  let start: number | undefined;
  for (const piece of htmlPieces(text)) {
    if (piece.kind === 'tag' && piece.name === 'mjml') start ??= piece.end;
    if (start === undefined || piece.kind !== 'tag' || piece.name !== 'mj-title' || piece.isEnd) continue;
    const offset = piece.end;
    const end = findEndTag(text, 'mj-title', offset);
    if (end === undefined) return undefined;
    const liquid = [...findLiquid(text.slice(offset, end))].map(one => ({
      liquid: text.slice(offset + one.offset, offset + one.end),
    }));
    if (liquid.some(isStateful)) return { start, offset, end };
  }
  return undefined;
}

/** It goes into an attribute: a quote between its Liquid would end that. */
function* contentOf(content: string, offset: number): Generator<TitlePiece, void, void> {
  let at = 0;
  for (const liquid of [...findLiquid(content), { offset: content.length, end: content.length }]) {
    const words = content.slice(at, liquid.offset);
    yield { text: words.replaceAll('"', '&quot;'), offset: offset + at, isAdded: words.includes('"') };
    yield { text: content.slice(liquid.offset, liquid.end), offset: offset + liquid.offset, isAdded: false };
    at = liquid.end;
  }
}

function added(text: string, offset: number): TitlePiece {
  return { text, offset, isAdded: true };
}
