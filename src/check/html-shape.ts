/**
 * HTML of which copies have all in common but some values: what the common part says of itself is found out once, and a copy is
 * asked about the tags that hold its values. Knows which values cannot change how the HTML around them is read.
 */
import { type StartTag, startTags } from '../merge/html/start-tags.js';
import type { RuleFinding } from './finding.js';
import {
  checkElements,
  createPlaceFinder,
  findInsecureStyles,
  isLookedAt,
  lookedAtIn,
} from './html-rules.js';

/** Stands for a value. A character of no text (Unicode §23.7). */
const slot = '\ufdd0';

/** A tag with values in the quotes of its attributes: the text before, between and behind them, and which values those are. */
interface OpenTag {
  readonly pieces: readonly string[];
  readonly gaps: readonly number[];
  /** The rules are about elements of its name. */
  readonly isLookedAt: boolean;
}

export interface HtmlShape {
  /** Findings that all copies of this shape share, whatever their values are. */
  readonly shared: readonly RuleFinding[];
  /**
   * Finds what the values of one copy add.
   * @returns undefined when a value may change how the HTML around it is read: then the whole copy has to be looked at.
   */
  check(values: readonly string[]): readonly RuleFinding[] | undefined;
}

/**
 * @param texts runs of the template, as they follow one another in a copy.
 * @param gaps where a value stands: 0 before the first run, and so on.
 * @returns undefined when a value stands where any text may change what follows: in a comment, a style, the name of a tag.
 */
export function shapeOfHtml(
  texts: readonly string[],
  gaps: ReadonlySet<number>,
  imageFiles: ReadonlyMap<string, string>,
): HtmlShape | undefined {
  const { html, places } = withSlots(texts, gaps);
  if (html === undefined) return undefined;
  const open: OpenTag[] = [];
  const closed: StartTag[] = [];
  let next = 0;
  for (const tag of startTags(html)) {
    for (; next < places.length && (places[next]?.at ?? 0) < tag.offset; next += 1)
      if (!isPlainText(html, places[next]?.at ?? 0)) return undefined;
    const inside: Place[] = [];
    for (; next < places.length && (places[next]?.at ?? 0) < tag.end; next += 1)
      inside.push(places[next] as Place);
    if (inside.length === 0) {
      if (isLookedAt(tag)) closed.push(tag);
    } else {
      if (!inside.every(({ at }) => isInQuotes(html, tag, at))) return undefined;
      open.push(openTag(html, tag, inside, isLookedAt(tag)));
    }
    if (tag.content === undefined || (places[next]?.at ?? html.length) >= tag.content.end) continue;
    // A title is not shown in a message; a script or a style may turn into anything.
    if (tag.name !== 'title') return undefined;
  }
  for (; next < places.length; next += 1) if (!isPlainText(html, places[next]?.at ?? 0)) return undefined;

  const hasPlace = createPlaceFinder(html);
  const shared = checkElements({
    elements: closed,
    insecure: [...findInsecureStyles(html)].filter(url => !url.includes(slot)),
    hasPlace,
    imageFiles,
  });
  const inTags = new Set(open.flatMap(tag => tag.gaps));
  const checkTag = (tag: OpenTag, values: readonly string[]): readonly RuleFinding[] => {
    const written = fill(tag, values);
    return checkElements({
      elements: tag.isLookedAt ? lookedAtIn(written) : [],
      insecure: findInsecureStyles(written),
      hasPlace,
      imageFiles,
    });
  };
  return {
    shared,
    check(values) {
      for (const [gap, value] of values.entries()) {
        if (value === '') continue;
        if (!gaps.has(gap) || !(inTags.has(gap) ? isPlainInQuotes(value) : isPlainInText(value)))
          return undefined;
      }
      return open.flatMap(tag => checkTag(tag, values));
    },
  };
}

interface Place {
  readonly gap: number;
  readonly at: number;
}

function withSlots(
  texts: readonly string[],
  gaps: ReadonlySet<number>,
): { readonly html: string | undefined; readonly places: readonly Place[] } {
  const places: Place[] = [];
  let html = '';
  for (let gap = 0; gap <= texts.length; gap += 1) {
    const text = texts[gap] ?? '';
    if (text.includes(slot)) return { html: undefined, places };
    if (gaps.has(gap)) {
      places.push({ gap, at: html.length });
      html += slot;
    }
    html += text;
  }
  return { html, places };
}

/** Within the quotes of an attribute other than `id` and `name`, whose values other links may lead to. */
function isInQuotes(html: string, { attributes }: StartTag, at: number): boolean {
  const attribute = attributes.find(({ offset, end }) => offset <= at && at < end);
  if (attribute === undefined || attribute.quote === '' || at < attribute.valueOffset) return false;
  return !placeBegins.test(html.slice(Math.max(attribute.offset, at - beside), at));
}

/** The name of a place in the message, as far as it stands before a value. */
const placeBegins = /(?:id|name)="[^"]*$/;

function openTag(html: string, tag: StartTag, places: readonly Place[], isLooked: boolean): OpenTag {
  const pieces: string[] = [];
  let from = tag.offset;
  for (const { at } of places) {
    pieces.push(html.slice(from, at));
    from = at + slot.length;
  }
  pieces.push(html.slice(from, tag.end));
  return { pieces, gaps: places.map(({ gap }) => gap), isLookedAt: isLooked };
}

function fill({ pieces, gaps }: OpenTag, values: readonly string[]): string {
  let written = pieces[0] ?? '';
  for (const [index, gap] of gaps.entries()) written += (values[gap] ?? '') + (pieces[index + 1] ?? '');
  return written;
}

/** As much of the text beside a value as can be one thing with it. */
const beside = 300;

/**
 * Whether what stands there is shown and is no part of markup: no `<` is open, and no character reference, address in a style or
 * end of a comment begins before it or goes on behind it.
 */
function isPlainText(html: string, at: number): boolean {
  if (at > 0 && html.lastIndexOf('<', at - 1) > html.lastIndexOf('>', at - 1)) return false;
  const before = html.slice(Math.max(0, at - beside), at);
  const after = html.slice(at + slot.length, at + beside);
  if (/&[#\w]*$/.test(before) || /(?:url\(|@import)\s*(?:["']|&quot;|&#39;)?[^"')&;\s]*$/i.test(before))
    return false;
  if (placeBegins.test(before) || (before.endsWith('-') && /^[->]/.test(after))) return false;
  return !/^(?:u?r?l?\(|@?i?m?p?o?r?t?)?\s*(?:["']|&quot;|&#39;)?http:/i.test(after);
}

/** A value that is read as words, and its character references as one character each. */
function isPlainInText(value: string): boolean {
  return (
    !/[<>"'`\ufdd0]|^-|-$/.test(value) &&
    !/&(?!(?:#\d{1,8}|#x[\da-f]{1,8}|[a-z]\w{0,40});)/i.test(value) &&
    !/http:|url\(|@import/i.test(value)
  );
}

/** A value that does not end the attribute it stands in. */
function isPlainInQuotes(value: string): boolean {
  return !/[<>"'`\ufdd0]/.test(value);
}
