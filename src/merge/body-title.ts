/**
 * What the body of a template says its title is, for a message whose subject nobody gave: `<title>`, `<mj-title>`, the first
 * heading of Markdown. It is what each reader's copy shows: a title in a branch is that of the people the branch is for.
 */

import { Problem } from '../problem.js';
import { isLetter } from '../text-scan.js';
import { decodeEntities } from './html/entities.js';
import { htmlPieces } from './html/html-pieces.js';
import { findEndTag } from './html/start-tags.js';
import { findLiquid, type ProtectedText, protectLiquid } from './liquid/liquid-protection.js';
import { blockPart, printsWords, tagName } from './liquid/tag-names.js';
import type { PlaceOf } from './source-text.js';

/** The Liquid and the titles of a body, in their order. */
export type TitlePiece =
  | { readonly kind: 'liquid'; readonly liquid: string }
  /** Words as a reader sees them, and Liquid. */
  | { readonly kind: 'title'; readonly words: string }
  /** Other words, which only `{% capture %}` asks for, and the HTML that conditions find in what is captured. */
  | { readonly kind: 'text'; readonly words: string; readonly html?: string };

/** A hundred times what a line of a message may have: Liquid and references are longer than what they say. RFC 5322 §2.1.1 */
const longestTitle = 100_000;

/**
 * @param text the whole body, with its Liquid.
 * @param placeOf an offset of it, to name it in a problem.
 * @throws Problem `template-syntax` for a title that is too long for a subject.
 */
export function titlesInHtml(kind: 'mjml' | 'html', text: string, placeOf?: PlaceOf): readonly TitlePiece[] {
  const pieces: TitlePiece[] = [];
  let at = 0;
  const name = kind === 'mjml' ? 'mj-title' : 'title';
  for (const { start, end, content } of titleElements(text, name)) {
    if (content.length > longestTitle) {
      throw new Problem(
        'template-syntax',
        `<${name}> has more than ${longestTitle.toLocaleString('en')} characters`,
        {
          where: placeOf?.(start),
          fix: 'Shorten it, or give the subject in the front matter or with --subject.',
        },
      );
    }
    pieces.push(...liquidIn(text.slice(at, start)), { kind: 'title', words: decodedWords(content) });
    at = end;
  }
  // A branch that the last title is in ends behind it.
  return at === 0 ? [] : [...pieces, ...liquidIn(text.slice(at))];
}

interface TitleElement {
  readonly start: number;
  readonly end: number;
  readonly content: string;
}

/** The title of a drawing is shown beside it, and a `<template>` is no part of the page. */
const ownTitles = new Set(['svg', 'template']);

function* titleElements(html: string, wanted: string): Generator<TitleElement, void, void> {
  let depth = 0;
  let behind = 0;
  for (const piece of htmlPieces(html)) {
    if (piece.kind !== 'tag' || piece.start < behind) continue;
    if (ownTitles.has(piece.name)) depth = Math.max(0, depth + (piece.isEnd ? -1 : 1));
    if (piece.name !== wanted || piece.isEnd || depth > 0) continue;
    const from = html.indexOf('>', piece.start) + 1;
    const until = findEndTag(html, wanted, from);
    if (from === 0 || until === undefined) return;
    behind = html.indexOf('>', until) + 1;
    yield { start: piece.start, end: behind, content: html.slice(from, until) };
  }
}

function liquidIn(html: string): readonly TitlePiece[] {
  const pieces: TitlePiece[] = [];
  let at = 0;
  for (const { offset, end } of findLiquid(html)) {
    const between = html.slice(at, offset);
    pieces.push({ kind: 'text', words: asText(decodeEntities(between)), html: between });
    pieces.push({ kind: 'liquid', liquid: html.slice(offset, end) });
    at = end;
  }
  return pieces;
}

/** References are decoded outside of the Liquid alone, in which `&amp;` is what was meant. */
function decodedWords(content: string): string {
  const source = protectLiquid(content);
  return titleWords(decodeEntities(source.text), source);
}

/**
 * Words in which nothing is Liquid but what is still protected, though `&#123;&#123;` has become two braces.
 * @returns with the Liquid of `source` in its places again.
 */
export function titleWords(words: string, source: ProtectedText): string {
  const text = words.replaceAll(/\s+/g, ' ');
  const parts: string[] = [];
  let at = 0;
  for (const { token, liquid } of source.tokensIn(text)) {
    const begins = text.indexOf(token, at);
    parts.push(asText(text.slice(at, begins)), liquid);
    at = begins + token.length;
  }
  return parts.join('') + asText(text.slice(at));
}

function asText(words: string): string {
  if (!/\{[{%]/.test(words)) return words;
  // What ends a raw block cannot stand in one.
  if (words.includes('endraw')) return words.replaceAll(/\{(?=[{%])/g, '{% raw %}{{% endraw %}');
  return `{% raw %}${words}{% endraw %}`;
}

const found = 'title_found';

/**
 * The Liquid that prints the first title a copy comes to.
 * @returns undefined when there is none.
 */
export function firstTitle(pieces: readonly TitlePiece[]): string | undefined {
  const kept: string[] = [];
  const open: string[] = [];
  let captured = '';
  let isInBranch = false;
  const lastTitle = pieces.findLastIndex(({ kind }) => kind === 'title');
  for (const [index, piece] of pieces.entries()) {
    if (index > lastTitle && open.length === 0) break;
    const hidden = open.includes('comment');
    if (piece.kind === 'liquid') {
      const { liquid } = piece;
      const wasCaptured = open.includes('capture');
      const decides = moveInto(open, liquid) && !hidden && !open.includes('comment');
      const isCaptured = open.includes('capture');
      if (wasCaptured && !isCaptured && /[<&]/.test(captured)) kept.push('{% markup %}', captured);
      captured = wasCaptured && isCaptured ? captured + liquid : '';
      if (decides || (!hidden && isCaptured)) kept.push(liquid);
    } else if (piece.kind === 'text') {
      if (!open.includes('capture')) continue;
      kept.push(piece.words);
      captured += piece.html ?? piece.words;
    } else if (!hidden && !open.includes('capture') && piece.words.trim() !== '') {
      const words = piece.words.trim();
      if (open.length === 0) return isInBranch ? asFirst([...kept, onlyFirst(words)]) : plain(kept, words);
      isInBranch = true;
      kept.push(onlyFirst(words));
    }
  }
  return isInBranch ? asFirst(kept) : undefined;
}

/** Enters or leaves the block of a tag. @returns whether the tag has a say in which title is the first. */
function moveInto(open: string[], liquid: string): boolean {
  const name = tagName(liquid);
  if (open.at(-1) === 'comment' && name !== 'endcomment') return false;
  const part = blockPart(name);
  if (part === 'opens') open.push(name ?? '');
  if (part === 'closes') open.pop();
  return name !== undefined && name !== 'endcomment' && !printsWords(liquid);
}

/** What comes before counts when it gives a value to a name that the title uses. */
function plain(kept: readonly string[], words: string): string {
  const names = new Set(
    kept.flatMap(liquid => /^\{%-?\s*(?:assign|capture)\s+([\w-]+)/.exec(liquid)?.[1] ?? []),
  );
  return names.size > 0 && hasOneOf(words, names) ? kept.join('') + words : words;
}

function hasOneOf(words: string, names: ReadonlySet<string>): boolean {
  for (let at = 0; at < words.length; at += 1) {
    const begins = at;
    while (isOfName(words.charCodeAt(at))) at += 1;
    if (at > begins && names.has(words.slice(begins, at))) return true;
  }
  return false;
}

/** `\w` or a hyphen; the code of no character is NaN. */
function isOfName(code: number): boolean {
  const isDigit = code >= 0x30 && code <= 0x39;
  return isLetter(code) || isDigit || code === 0x5f || code === 0x2d;
}

function onlyFirst(words: string): string {
  return `{% unless ${found} %}${words}{% assign ${found} = true %}{% endunless %}`;
}

function asFirst(kept: readonly string[]): string {
  return `{% assign ${found} = false %}${kept.join('')}`;
}
