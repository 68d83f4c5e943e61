/**
 * HTML in Markdown works, or is refused with its line. Comments go: they are for whoever writes the template. What a word in
 * angle brackets means, `<name>`, nobody can guess, and a browser would show nothing.
 */
import type { MarkdownIt, StateCore, Token } from 'markdown-it';
import { type Place, Problem, Problems } from '../../problem.js';
import { otherElements, shownElements } from '../html/element-names.js';
import { type HtmlPiece, htmlPieces } from '../html/html-pieces.js';
import type { LiquidToken } from '../liquid/liquid-protection.js';
import { tagName } from '../liquid/tag-names.js';
import type { ControlTags } from './control-tags.js';

const withoutEnd = new Set('area br col hr img source wbr'.split(' '));
const endMayLack = new Set('p li dt dd td th tr thead tbody tfoot colgroup caption rp rt'.split(' '));
/** Tags that do the same outside of a comment, where nothing hides what they print. */
const survivors =
  /^(?:if|elsif|else|endif|unless|endunless|case|when|endcase|for|endfor|break|continue|assign|comment|endcomment)$/;

/** To markdown-it a tag or comment that it cannot read is text, and readers would get it. */
export function readBrokenHtml(markdown: MarkdownIt): void {
  markdown.inline.ruler.after('html_inline', 'broken_html', (state, silent) => {
    if (state.src[state.pos] !== '<') return false;
    const rest = state.src.slice(state.pos, state.posMax);
    const [tag, name = ''] = brokenTag.exec(rest) ?? [];
    const found = rest.startsWith('<!--') ? rest : shownElements.has(name.toLowerCase()) ? tag : undefined;
    if (found === undefined) return false;
    if (!silent) {
      const token = state.push('html_inline', '', 0);
      token.content = found;
      token.info = broken;
    }
    state.pos += found.length;
    return true;
  });
}

/** With an attribute that has a value, else it may be words: `a <b and c`. */
const brokenTag = /^<\/?([a-z][a-z0-9-]*)[\s/][^<>]*=[^<>]*>?/i;
const broken = 'broken';

/**
 * Runs when inline content is parsed.
 * @param placeOf a text of the template, on a line of what is parsed or behind it.
 * @returns the Liquid that stood in comments.
 * @throws Problems `template-syntax`.
 */
export function readRawHtml(
  { tokens }: StateCore,
  tags: ControlTags,
  placeOf: (line: number, text: string) => Place,
): readonly LiquidToken[] {
  const reader = new RawHtml(tags, placeOf);
  for (const token of tokens) {
    const line = token.map?.[0] ?? 0;
    if (token.type === 'html_block') reader.readBlock(token, line);
    for (const child of token.children ?? []) {
      if (child.type === 'html_inline') reader.readInline(child, line);
    }
  }
  reader.end();
  return reader.inComments;
}

/** Nobody reads more, and each has its place looked for. */
export const mostProblems = 100;

class RawHtml {
  readonly inComments: LiquidToken[] = [];
  readonly #problems: Problem[] = [];
  /** How many of each are open, and where the first of them begins. */
  readonly #open = new Map<
    string,
    { count: number; closed: number; readonly where: () => Place; readonly tag: string }
  >();

  constructor(
    private readonly tags: ControlTags,
    private readonly placeOf: (line: number, text: string) => Place,
  ) {}

  readBlock(token: Token, line: number): void {
    token.content = this.#read(token.content, line);
    const found = this.tags.only(token.content);
    if (token.content.trim() === '' || found !== undefined) {
      token.type = 'liquid';
      token.content = (found ?? []).map(tag => tag.token).join('');
    }
  }

  readInline(token: Token, line: number): void {
    if (token.info === broken && !token.content.startsWith('<!--')) {
      this.#refuse(
        () => this.placeOf(line, token.content),
        `${this.#shown(token.content)} cannot be read as HTML`,
        'Put the values of attributes in quotes, and end the tag with ">".',
      );
      return;
    }
    const isComment = token.content.startsWith('<!--');
    token.content = this.#read(token.content, line);
    // As words, in which tags are looked for.
    if (isComment && !token.content.startsWith('<!')) token.type = 'text';
  }

  end(): void {
    for (const [name, { count, closed, where, tag }] of this.#open) {
      // Of two branches each may begin it, and one end tag close both.
      if (count > 0 && closed === 0 && !endMayLack.has(name))
        this.#refuse(where, `${tag} is not closed`, `Write </${name}> where it ends.`);
    }
    if (this.#problems.length > 0) throw new Problems(this.#problems);
  }

  #read(html: string, line: number): string {
    let read = '';
    let at = 0;
    let lines = 0;
    for (const piece of htmlPieces(html)) {
      lines += html.slice(at, piece.start).split('\n').length - 1;
      read += html.slice(at, piece.start);
      const text = html.slice(piece.start, piece.end);
      read += this.#readPiece(piece, text, line + lines);
      lines += text.split('\n').length - 1;
      at = piece.end;
    }
    return read + html.slice(at);
  }

  #readPiece(piece: HtmlPiece, text: string, line: number): string {
    if (piece.kind === 'comment') return this.#readComment(text, line);
    if (piece.kind === 'tag') this.#readTag(piece, text, line);
    return text;
  }

  #readComment(text: string, line: number): string {
    const where = () => this.placeOf(line, text);
    const tags = this.tags.in(text);
    if (!text.startsWith('<!--')) {
      this.#refuse(where, `${this.#shown(text)} is no text and no element`, 'Write &lt; for the bracket.');
      return '';
    }
    if (!text.endsWith('-->')) {
      this.#refuse(
        where,
        'the comment that begins here does not end before an empty line',
        'Write --> where it ends.',
      );
      return '';
    }
    const isCondition = /^<!--\[if\b|<!\[endif\]-*->$/i.test(text);
    const other = tags.find(({ liquid }) => isCondition || !survivors.test(tagName(liquid) ?? 'else'));
    if (other !== undefined) {
      this.#refuse(
        () => this.tags.placeOfTag(other),
        `${other.liquid} stands in a comment`,
        'Take it out of the comment: comments are left out of the message.',
      );
    }
    this.inComments.push(...this.tags.source.tokensIn(text));
    return isCondition ? text : tags.map(tag => tag.token).join('');
  }

  #readTag({ name, isEnd }: Extract<HtmlPiece, { kind: 'tag' }>, text: string, line: number): void {
    const where = () => this.placeOf(line, text);
    const shown = this.#shown(/^<\/?[^\s>]*/.exec(text)?.[0] ?? text);
    const tag = `${shown}>`;
    if (!shownElements.has(name)) {
      const isKnown = otherElements.has(name);
      this.#refuse(
        where,
        isKnown ? `${tag} has no place in a Markdown template` : `${tag} is not an element of HTML`,
        isKnown
          ? 'Take it out, or write the template as .html.'
          : `Write &lt; for the bracket, or put the words in backquotes.`,
      );
      return;
    }
    if (!text.endsWith('>')) {
      this.#refuse(where, `${shown} does not end in ">"`, 'Write the bracket, with no empty line before it.');
      return;
    }
    if (withoutEnd.has(name)) return;
    const open = this.#open.get(name) ?? { count: 0, closed: 0, where, tag };
    this.#open.set(name, open);
    if (!isEnd) open.count += 1;
    else if (open.count > 0) {
      open.count -= 1;
      open.closed += 1;
    } else {
      this.#refuse(where, `${tag} closes nothing`, 'Take it out, or write the tag that it closes.');
    }
  }

  #refuse(where: () => Place, what: string, fix: string): void {
    if (this.#problems.length < mostProblems)
      this.#problems.push(new Problem('template-syntax', what, { where: where(), fix }));
  }

  #shown(text: string): string {
    const restored = this.tags.source.restore(text);
    return restored.length > 40 ? `${restored.slice(0, 39)}…` : restored;
  }
}
