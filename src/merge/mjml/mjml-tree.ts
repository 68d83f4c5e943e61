/**
 * An MJML template as the tree that mjml compiles, with the place of each element. What mjml would drop without a word is kept,
 * or refused: Liquid between components goes into `mj-raw`, and so does a comment whose Liquid reaches beyond it.
 */
import { type Place, Problem } from '../../problem.js';
import type { MarkupAttribute } from '../html/markup-tokens.js';
import { applyEdits } from '../html/text-edits.js';
import { type LiquidToken, type ProtectedText, sourceOffset } from '../liquid/liquid-protection.js';
import type { PlaceOf } from '../source-text.js';
import type { TemplateNotice } from '../template-notice.js';
import { valuesOf, withoutQuotes, withPlainStyles } from './attribute-values.js';
import { isHalf, isPrinting, tagsAlone } from './comment-liquid.js';
import { isBalanced, isWholeInItself, LiquidBlocks, tagNameOf } from './liquid-blocks.js';
import { rawParents } from './mjml-names.js';
import { loadMjmlPieces, type MjmlEnd, type MjmlPiece, type MjmlStart } from './mjml-pieces.js';

/** As mjml's own parser makes it. */
export interface MjmlNode {
  readonly tagName: string;
  attributes: Readonly<Record<string, string | boolean>>;
  children: MjmlNode[];
  content?: string;
  /** mjml names it with what it finds wrong; here it is the element's number. */
  readonly line: number;
  readonly file: string;
  readonly absoluteFilePath: string;
  readonly includedIn: readonly [];
}

export interface MjmlElement {
  readonly node: MjmlNode;
  /** In the protected text. */
  readonly offset: number;
  readonly attributes: readonly MarkupAttribute[];
}

export interface MjmlTree {
  readonly root: MjmlNode;
  /** By the `line` of each node. */
  readonly elements: readonly MjmlElement[];
  /** Liquid in comments that are left out. */
  readonly leftOut: ReadonlySet<LiquidToken>;
  readonly notices: readonly TemplateNotice[];
  placeOf(offset: number): Place;
}

/** @throws Problem `template-syntax` with line and column. */
export async function readMjmlTree(source: ProtectedText, placeOf: PlaceOf): Promise<MjmlTree> {
  const readPieces = await loadMjmlPieces();
  const placeIn = (offset: number) => placeOf(sourceOffset(source, offset));
  const builder = new TreeBuilder(source, placeIn);
  for (const piece of readPieces(source.text, placeIn)) builder.add(piece);
  return builder.finish();
}

interface Span {
  readonly offset: number;
  readonly end: number;
}

class TreeBuilder {
  readonly #source: ProtectedText;
  readonly #placeOf: (offset: number) => Place;
  readonly #elements: MjmlElement[] = [];
  readonly #open: MjmlElement[] = [];
  readonly #blocks = new LiquidBlocks();
  readonly #leftOut = new Set<LiquidToken>();
  readonly #notices: TemplateNotice[] = [];
  /** What stands before everything that a browser reads. */
  readonly #fileStart: MjmlNode[] = [];
  /** A style of the head is written into `style` attributes. */
  #isInlined = false;
  #root: MjmlElement | undefined;
  #unclosedComment: number | undefined;

  constructor(source: ProtectedText, placeOf: (offset: number) => Place) {
    this.#source = source;
    this.#placeOf = placeOf;
  }

  add(piece: MjmlPiece): void {
    if (piece.kind === 'start') this.#addElement(piece);
    else if (piece.kind === 'end') this.#close(piece);
    else if (piece.kind === 'comment') this.#addComment(piece.offset, this.#textOf(piece));
    else this.#addText(piece.offset, this.#textOf(piece));
  }

  finish(): MjmlTree {
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) {
      throw this.#unclosedComment === undefined
        ? this.#refuse(unclosed.offset, `<${unclosed.node.tagName}> is not closed`)
        : this.#refuse(this.#unclosedComment, 'the comment is not closed');
    }
    if (this.#root === undefined) throw this.#refuseDocument(0, 'there is no <mjml>');
    const { node } = this.#root;
    if (!node.children.some(({ tagName }) => tagName === 'mj-body'))
      throw this.#refuseDocument(this.#root.offset, 'there is no <mj-body>');
    node.children.unshift(...this.#fileStart);
    return {
      root: node,
      elements: this.#elements,
      leftOut: this.#leftOut,
      notices: this.#notices,
      placeOf: this.#placeOf,
    };
  }

  #addElement(piece: MjmlStart): void {
    const { name, offset, attributes, content } = piece;
    if ([name, ...attributes.map(attribute => attribute.name)].some(one => one.includes('<')))
      throw this.#refuse(offset, `<${name.replace(/<.*/, '')} has no ">" at its end`);
    if (piece.unclosed !== undefined)
      throw this.#refuse(piece.unclosed.offset, `<${piece.unclosed.name}> is not closed`);
    const parent = this.#open.at(-1);
    this.#checkStructure(piece, parent?.node);
    for (const attribute of attributes) this.#checkAttribute(attribute);
    const element = this.#create(name, offset, attributes);
    if (parent === undefined) this.#root = element;
    else parent.node.children.push(element.node);
    if (content !== undefined) {
      this.#addContent(element, parent, content.offset, this.#textOf(content));
      const written = element.node.content;
      if (name === 'mj-raw' && written !== undefined)
        element.node.content = this.#withoutHalfComments(written, content, piece.comments ?? []);
      this.#checkEndTag(content.end, piece.end);
    }
    if (!piece.isWhole) this.#open.push(element);
  }

  #create(tagName: string, offset: number, attributes: readonly MarkupAttribute[]): MjmlElement {
    const node: MjmlNode = {
      tagName,
      attributes: valuesOf(tagName, attributes),
      children: [],
      line: this.#elements.length,
      file: '.',
      absoluteFilePath: '.',
      includedIn: [],
    };
    const element = { node, offset, attributes };
    this.#elements.push(element);
    if (tagName === 'mj-style' && node.attributes['inline'] === 'inline') this.#isInlined = true;
    return element;
  }

  /** What mjml would leave out in silence. */
  #checkStructure({ name, offset, attributes }: MjmlStart, parent: MjmlNode | undefined): void {
    if (parent === undefined && name !== 'mjml')
      throw this.#refuseDocument(offset, `<${name}> stands outside <mjml>`);
    if (parent === undefined && this.#root !== undefined)
      throw this.#refuseDocument(offset, 'there is a second <mjml>');
    if (parent?.tagName !== 'mjml') return;
    if ((name === 'mj-head' || name === 'mj-body') && parent.children.some(({ tagName }) => tagName === name))
      throw this.#refuse(offset, `a second <${name}> would be dropped`, 'Put its content into the first.');
    const isFileStart = attributes.some(one => one.name === 'position' && one.value === 'file-start');
    if (name === 'mj-raw' && !isFileStart) {
      throw this.#refuse(
        offset,
        'mj-raw directly inside <mjml> would be dropped',
        'Move it into <mj-head> or <mj-body>, or give it position="file-start".',
      );
    }
  }

  #checkAttribute({ name, value, offset, valueOffset }: MarkupAttribute): void {
    const [among] = this.#source.tokensIn(name);
    if (among !== undefined) {
      const at = offset + name.indexOf(among.token);
      throw this.#refuse(
        at,
        `${among.liquid} cannot stand among attributes`,
        'Move it into the value of one.',
      );
    }
    this.#keepBlocksWhole(value, valueOffset);
  }

  #addContent(element: MjmlElement, parent: MjmlElement | undefined, from: number, content: string): void {
    const { node, offset } = element;
    const include = content.indexOf('<mj-include');
    if (include !== -1) {
      throw this.#refuse(
        from + include,
        `mj-include has no effect inside <${node.tagName}>`,
        'Put it between components; type="html" includes text.',
      );
    }
    if (parent?.node.tagName === 'mj-attributes' && this.#source.hasLiquid(content)) {
      throw this.#refuse(
        offset,
        'Liquid between the elements of <mj-attributes> has no effect',
        'Move it into a value: <mj-class name="…" color="{% if … %}red{% else %}blue{% endif %}" />.',
      );
    }
    // mj-raw is printed where it stands: Liquid in it is Liquid between the components around it.
    const isBetween = node.tagName === 'mj-raw' && rawParents.has(parent?.node.tagName ?? '');
    this.#keepBlocksWhole(content, isBetween && parent !== undefined ? parent.offset : offset);
    const trimmed = (this.#isInlined ? withPlainStyles(content) : content).trim();
    // MJML writes both into an attribute.
    const isInAttribute = node.tagName === 'mj-title' || node.tagName === 'mj-html-attribute';
    if (trimmed !== '') node.content = isInAttribute ? withoutQuotes(trimmed) : trimmed;
  }

  #close(piece: MjmlEnd): void {
    this.#checkEndTag(piece.offset, piece.end);
    const opened = this.#open.pop();
    if (opened?.node.tagName === piece.name) return;
    const what = opened === undefined ? 'nothing is open' : `<${opened.node.tagName}> is still open`;
    throw this.#refuse(piece.offset, `</${piece.name}> closes nothing: ${what}`);
  }

  #checkEndTag(from: number, to: number): void {
    const text = this.#source.text.slice(from, to);
    const [liquid] = this.#source.tokensIn(text);
    if (liquid === undefined) return;
    throw this.#refuse(
      from + text.indexOf(liquid.token),
      `${liquid.liquid} cannot stand in an end tag`,
      'Move it before or behind the tag.',
    );
  }

  #addText(from: number, text: string): void {
    const tokens = this.#source.tokensIn(text);
    const words = withoutTokens(text, tokens);
    const parent = this.#open.at(-1)?.node.tagName;
    // A slip of the keyboard, not words that somebody wants to have read.
    if (words.trim().length === 1 && parent !== undefined && tokens.length === 0) {
      this.#addStray(from + words.search(/\S/), words.trim(), parent);
    } else if (words.trim() !== '') {
      const place = parent === undefined ? 'outside <mjml>' : `directly inside <${parent}>`;
      throw this.#refuse(
        from + words.search(/\S/),
        `text ${place} would be dropped`,
        'Put it into an <mj-text>.',
      );
    }
    if (tokens.length > 0) this.#keepLiquid(from + text.search(/\S/), text.trim());
  }

  #addStray(offset: number, letter: string, parent: string): void {
    this.#notices.push({
      code: 'mjml-text',
      what: `"${letter}" directly inside <${parent}> is dropped`,
      where: this.#placeOf(offset),
      fix: 'Take it out, or put it into an <mj-text>.',
    });
  }

  /** Liquid in a comment counts as anywhere else, and the words of the comment go. */
  #addComment(from: number, comment: string): void {
    if (comment.startsWith('<!--') && !comment.endsWith('-->')) this.#unclosedComment ??= from;
    const tokens = this.#source.tokensIn(comment);
    if (isWholeInItself(tokens)) for (const token of tokens) this.#leftOut.add(token);
    else this.#keepLiquid(from, isBalanced(tokens) ? comment : this.#tagsOf(from, comment));
  }

  /** Of a comment with half of a block. */
  #tagsOf(from: number, comment: string): string {
    const tokens = this.#source.tokensIn(comment);
    const printing = tokens.find(isPrinting);
    if (printing !== undefined) {
      throw this.#refuse(
        from + comment.indexOf(printing.token),
        `${printing.liquid} cannot stand in a comment with half of a block`,
        'Put it into an <mj-raw> of its own.',
      );
    }
    for (const token of tokens) if (tagNameOf(token) === undefined) this.#leftOut.add(token);
    return tagsAlone(tokens);
  }

  #withoutHalfComments(written: string, content: Span, comments: readonly Span[]): string {
    const edits = comments.flatMap(({ offset, end }) => {
      const comment = this.#textOf({ offset, end });
      if (!isHalf(comment, this.#source.tokensIn(comment))) return [];
      const text = this.#tagsOf(offset, comment);
      return [{ offset: offset - content.offset, end: end - content.offset, text }];
    });
    return edits.length === 0 ? written : applyEdits(this.#textOf(content), edits).trim();
  }

  #keepLiquid(from: number, text: string): void {
    const parent = this.#open.at(-1);
    const name = parent?.node.tagName ?? 'mjml';
    if (parent !== undefined && rawParents.has(name)) {
      this.#keepBlocksWhole(text, parent.offset);
      const { node } = this.#create('mj-raw', from, []);
      parent.node.children.push({ ...node, content: text });
      return;
    }
    // MJML sorts the elements beside the body: a block around one of them would be around nothing.
    const isKept = isBalanced(this.#source.tokensIn(text));
    const isBehind = this.#elements.some(({ node }) => node.tagName === 'mj-body');
    if (!isKept || isBehind || !(name === 'mj-head' || name === 'mjml')) {
      throw this.#refuse(
        from,
        `Liquid directly inside <${name}> has no effect`,
        name === 'mj-head'
          ? 'Move it into an element of the head, <mj-title>{% if … %}…{% endif %}</mj-title>, or between components of the body.'
          : 'Move it into the text or an attribute of a component, or between components of the body.',
      );
    }
    const { node } = this.#create('mj-raw', from, []);
    if (name === 'mj-head') parent?.node.children.push({ ...node, content: text });
    else this.#fileStart.push({ ...node, attributes: { position: 'file-start' }, content: text });
  }

  /** @param place where an element or attribute begins. */
  #keepBlocksWhole(part: string, place: number): void {
    const split = this.#blocks.meet(this.#source.tokensIn(part), place);
    if (split === undefined) return;
    const { opener, tag } = split;
    throw this.#refuse(
      this.#source.text.indexOf(tag.token),
      `${tag.liquid} stands in another element than its ${opener.liquid}: some readers would get half of one`,
      'Put both before and behind whole elements, or both into one.',
    );
  }

  #textOf({ offset, end }: Span): string {
    return this.#source.text.slice(offset, end);
  }

  #refuse(offset: number, what: string, fix?: string): Problem {
    return new Problem('template-syntax', what, { where: this.#placeOf(offset), fix });
  }

  #refuseDocument(offset: number, why: string): Problem {
    return this.#refuse(
      offset,
      `not an MJML document: ${why}`,
      'It starts with <mjml> and holds one <mj-body>.',
    );
  }
}

/** Of the same length. */
function withoutTokens(text: string, tokens: readonly LiquidToken[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { token } of tokens) {
    const begins = text.indexOf(token, at);
    parts.push(text.slice(at, begins), ' '.repeat(token.length));
    at = begins + token.length;
  }
  return parts.join('') + text.slice(at);
}
