/**
 * `{% if %}` and its `{% endif %}` have to stand in the same element, or a copy gets half of a paragraph: `<p>` without `</p>`.
 * Where one stands at the edge of an element it is moved out, over the edge; where it stands among words it is refused.
 */
import type { StateCore, Token } from 'markdown-it';
import { Problem } from '../../problem.js';
import { blockPart, tagName } from '../liquid/tag-names.js';
import type { ControlTags } from './control-tags.js';
import { type FlatToken, flatten } from './flat-tokens.js';

/**
 * Runs when inline content is parsed.
 * @throws Problem `template-syntax`.
 */
export function alignLiquidBlocks(state: StateCore, tags: ControlTags): void {
  if (tags.isEmpty) return;
  state.tokens = withoutTagRows(state.tokens, tags).filter(
    ({ type, content }) => type !== 'liquid' || content !== '',
  );
  const flat = flatten(state, tags);
  if (!flat.some(({ tag }) => tag !== undefined)) return;
  state.tokens = withoutEmptyParagraphs(rebuild(flat, new Moves(flat, tags)));
}

/** Liquid between the rows of a table was read as a row with one cell. */
function withoutTagRows(tokens: readonly Token[], tags: ControlTags): Token[] {
  const kept: Token[] = [];
  let row: number | undefined;
  for (const token of tokens) {
    kept.push(token);
    if (token.type === 'tr_open') row = kept.length - 1;
    if (token.type !== 'tr_close' || row === undefined) continue;
    const cells = kept.slice(row).filter(({ type }) => type === 'inline');
    const [first, ...others] = cells.map(({ content }) => content);
    const found = others.some(content => content !== '') ? undefined : tags.only(first ?? '');
    if (found === undefined) continue;
    kept.length = row;
    token.type = 'liquid';
    token.tag = '';
    token.nesting = 0;
    token.content = found.map(tag => tag.token).join('');
    kept.push(token);
  }
  return kept;
}

/** Where tags go. */
class Moves {
  /** By index of what opens. */
  readonly before = new Map<number, FlatToken[]>();
  /** By index of what closes. */
  readonly behind = new Map<number, FlatToken[]>();
  readonly moved = new Set<FlatToken>();
  readonly #flat: readonly FlatToken[];
  readonly #tags: ControlTags;
  /** Of each place: the nearest words before it, and the nearest behind it. */
  readonly #wordsBefore: Int32Array;
  readonly #wordsBehind: Int32Array;
  /** How far tags go over an opening and a closing edge. */
  readonly #overOpening = new Map<number, number>();
  readonly #overClosing = new Map<number, number>();

  constructor(flat: readonly FlatToken[], tags: ControlTags) {
    this.#flat = flat;
    this.#tags = tags;
    this.#wordsBefore = nearest(flat, 1, ['words', 'held', 'close']);
    this.#wordsBehind = nearest(flat, -1, ['words', 'held', 'open']);
    for (const members of blocksOf(flat)) this.#align(members);
    this.#collect();
  }

  #align(members: readonly number[]): void {
    const parents = members.map(index => this.#at(index).parent);
    const common = parents.reduce((one, other) => this.#commonOf(one, other));
    for (const index of members) this.#moveInto(index, common, members);
  }

  #moveInto(index: number, common: number, members: readonly number[]): void {
    const { parent, kind, tag } = this.#at(index);
    if (parent === common) return;
    let edge = parent;
    while (this.#at(edge).parent !== common) edge = this.#at(edge).parent;
    const end = this.#at(edge).closesAt;
    const isFirst = (this.#wordsBefore[index] ?? -1) < edge;
    const isLast = (this.#wordsBehind[index] ?? 0) > end;
    const prefersEnd = blockPart(tagName(tag?.liquid ?? '')) === 'closes';
    if (kind === 'held' || !(isFirst || isLast)) throw this.#refuse(members);
    if (isFirst && !(isLast && prefersEnd)) {
      this.#overOpening.set(edge, Math.max(index, this.#overOpening.get(edge) ?? index));
    } else {
      this.#overClosing.set(end, Math.min(index, this.#overClosing.get(end) ?? index));
    }
  }

  /** What stands beside a tag at the edge goes with it: the order stays. */
  #collect(): void {
    for (const [edge, last] of [...this.#overOpening].sort(([a], [b]) => a - b))
      this.before.set(edge, this.#take(edge + 1, last + 1));
    for (const [edge, first] of [...this.#overClosing].sort(([a], [b]) => b - a))
      this.behind.set(edge, this.#take(first, edge));
  }

  #take(from: number, to: number): FlatToken[] {
    const taken = this.#flat.slice(from, to).filter(flat => flat.kind === 'tag' && !this.moved.has(flat));
    for (const flat of taken) this.moved.add(flat);
    return taken;
  }

  #commonOf(one: number, other: number): number {
    let [a, b] = [one, other];
    while (a !== b) {
      if (a > b) a = this.#at(a).parent;
      else b = this.#at(b).parent;
    }
    return a;
  }

  #at(index: number): FlatToken {
    return this.#flat[index] as FlatToken;
  }

  #refuse(members: readonly number[]): Problem {
    const [first, last] = [members[0], members.at(-1)].map(index => this.#at(index ?? 0).tag);
    const where = first === undefined ? undefined : this.#tags.placeOfTag(first);
    return new Problem(
      'template-syntax',
      `${first?.liquid} and its ${last?.liquid} stand in different paragraphs, items, cells or emphasis`,
      {
        where,
        fix: 'Put each on a line of its own, with an empty line around it; or both into one paragraph.',
      },
    );
  }
}

/** For each place the index of the nearest of these kinds, seen in one direction; itself not counted. */
function nearest(flat: readonly FlatToken[], step: 1 | -1, kinds: readonly FlatToken['kind'][]): Int32Array {
  const found = new Int32Array(flat.length);
  let last = step === 1 ? -1 : flat.length;
  for (let at = step === 1 ? 0 : flat.length - 1; at >= 0 && at < flat.length; at += step) {
    found[at] = last;
    if (kinds.includes(flat[at]?.kind ?? 'blank')) last = at;
  }
  return found;
}

/** The tags of each block: what opens, divides and closes it. */
function blocksOf(flat: readonly FlatToken[]): readonly (readonly number[])[] {
  const blocks: number[][] = [];
  const open: { readonly name: string; readonly members: number[] }[] = [];
  for (const [index, { tag }] of flat.entries()) {
    const name = tagName(tag?.liquid ?? '');
    const part = blockPart(name);
    const isComment = open.at(-1)?.name === 'comment';
    if (part === undefined || (isComment && name !== 'endcomment')) continue;
    if (part === 'opens') open.push({ name: name ?? '', members: [index] });
    // A `break` is the loop's, and may stand in any of its branches.
    else if (name !== 'break' && name !== 'continue') open.at(-1)?.members.push(index);
    if (part === 'closes') blocks.push(open.pop()?.members ?? []);
  }
  return blocks.filter(members => members.length > 1);
}

function rebuild(flat: readonly FlatToken[], moves: Moves): Token[] {
  const inlineEnds = new Set(
    flat.filter(({ token }) => token?.type === 'inline').map(({ closesAt }) => closesAt),
  );
  const tokens: Token[] = [];
  let inline: Token | undefined;
  let children: Token[] = [];
  const put = (token: Token | undefined) => {
    if (token === undefined) return;
    token.block = inline === undefined;
    (inline === undefined ? tokens : children).push(token);
  };
  for (const [index, one] of flat.entries()) {
    for (const { token } of moves.before.get(index) ?? []) put(token);
    if (one.token?.type === 'inline') {
      inline = one.token;
      children = [];
    } else if (inlineEnds.has(index) && inline !== undefined) {
      inline.children = trimmed(children);
      tokens.push(inline);
      inline = undefined;
    } else if (!moves.moved.has(one)) put(one.token);
    for (const { token } of moves.behind.get(index) ?? []) put(token);
  }
  return tokens;
}

/** Without the blanks and line ends that stood beside a tag. */
function trimmed(children: readonly Token[]): Token[] {
  const isBlank = (token: Token) =>
    /break$/.test(token.type) || (token.type === 'text' && token.content.trim() === '');
  const first = children.findIndex(token => !isBlank(token));
  const kept = children.slice(Math.max(0, first), children.findLastIndex(token => !isBlank(token)) + 1);
  const [begin, end] = [kept[0], kept.at(-1)];
  if (begin?.type === 'text') begin.content = begin.content.trimStart();
  if (end?.type === 'text') end.content = end.content.trimEnd();
  return kept;
}

/** `<p>` around tags alone would leave an empty paragraph in every copy. */
function withoutEmptyParagraphs(tokens: readonly Token[]): Token[] {
  const kept: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const [open, inline] = [tokens[at] as Token, tokens[at + 1]];
    const children = inline?.children ?? [];
    if (
      open.type === 'paragraph_open' &&
      children.every(({ type, content }) => type === 'liquid' || (content.trim() === '' && type === 'text'))
    ) {
      kept.push(...children.filter(({ type }) => type === 'liquid'));
      at += 2;
    } else kept.push(open);
  }
  return kept;
}
