/** The tokens of a document, block and inline, in one row: what opens, what closes, and the Liquid tags between. */
import type { StateCore, Token } from 'markdown-it';
import type { LiquidToken } from '../liquid/liquid-protection.js';
import type { ControlTags } from './control-tags.js';

export interface FlatToken {
  /** `held`: a tag in code, in an address or in raw HTML, which stays where it is. */
  readonly kind: 'open' | 'close' | 'tag' | 'held' | 'blank' | 'words';
  /** Of a held tag: undefined, since another token prints it. */
  readonly token: Token | undefined;
  readonly tag?: LiquidToken;
  /** Index of what it stands in; -1 for the document. */
  readonly parent: number;
  /** Of what opens: index of what closes it. */
  closesAt: number;
}

export function flatten(state: StateCore, tags: ControlTags): readonly FlatToken[] {
  return new Flattener(state, tags).read();
}

class Flattener {
  readonly #flat: FlatToken[] = [];
  readonly #open: number[] = [];

  constructor(
    private readonly state: StateCore,
    private readonly tags: ControlTags,
  ) {}

  read(): readonly FlatToken[] {
    for (const token of this.state.tokens) {
      if (token.type === 'liquid') for (const tag of this.tags.in(token.content)) this.#addTag(tag);
      else if (token.type === 'inline') this.#readInline(token);
      else this.#readToken(token);
    }
    return this.#flat;
  }

  #readInline(token: Token): void {
    this.#enter(token);
    for (const child of token.children ?? []) {
      if (child.type === 'text') this.#readWords(child);
      else if (/break$/.test(child.type)) this.#add('blank', child);
      else this.#readToken(child);
    }
    this.#leave(undefined);
  }

  #readToken(token: Token): void {
    if (token.nesting === -1) {
      this.#leave(token);
      return;
    }
    if (token.nesting === 1) this.#enter(token);
    const texts = [token.content, ...(token.attrs ?? []).map(([, value]) => String(value))];
    // Raw HTML has elements of its own, which are its author's.
    const isBlock = token.type === 'html_block';
    for (const text of texts) {
      const found = this.tags.in(text);
      if (found.length === 0) continue;
      if (!isBlock) this.#enter(undefined);
      for (const tag of found) this.#add('held', undefined, tag);
      if (!isBlock) this.#leave(undefined);
    }
    if (token.nesting === 0) this.#add('words', token);
  }

  #readWords(token: Token): void {
    for (const part of this.tags.split(token.content)) {
      if (part.kind === 'tag') {
        this.#addTag(part.tag);
        continue;
      }
      const words = new this.state.Token('text', '', 0);
      words.content = part.text;
      this.#add(part.text.trim() === '' ? 'blank' : 'words', words);
    }
  }

  #addTag(tag: LiquidToken): void {
    const token = new this.state.Token('liquid', '', 0);
    token.content = tag.token;
    this.#add('tag', token, tag);
  }

  #enter(token: Token | undefined): void {
    this.#add('open', token);
    this.#open.push(this.#flat.length - 1);
  }

  #leave(token: Token | undefined): void {
    const opened = this.#flat[this.#open.pop() ?? -1];
    if (opened !== undefined) opened.closesAt = this.#flat.length;
    this.#add('close', token);
  }

  #add(kind: FlatToken['kind'], token: Token | undefined, tag?: LiquidToken): void {
    const parent = this.#open.at(-1) ?? -1;
    this.#flat.push({ kind, token, parent, closesAt: -1, ...(tag === undefined ? {} : { tag }) });
  }
}
