/**
 * Liquid on its way through the layout of the text part, as words: with each what stands there in the end, and whether that
 * prints anything.
 */
import type { LiquidToken, ProtectedText } from './liquid-protection.js';
import { type LiquidRole, roleOf, withoutTrim } from './liquid-tags.js';

/** One occurrence of a piece of Liquid. */
export interface Word {
  /** As it stands in the text that is laid out. */
  readonly text: string;
  readonly liquid: string;
  readonly role: LiquidRole;
  /** It decides about other words and prints none. */
  readonly isSilent: boolean;
  /** It decides about nothing, and is left out. */
  isDropped: boolean;
}

export class TextWords {
  readonly #source: ProtectedText;
  readonly #instead: ReadonlyMap<LiquidToken, string>;
  readonly #known = new Map<string, Word>();
  readonly #events: (Word | 'content')[] = [];
  #made = 0;
  #brace: Word | undefined;

  /** @param instead what stands in the text in the place of a tag. */
  constructor(source: ProtectedText, instead: ReadonlyMap<LiquidToken, string> = new Map()) {
    this.#source = source;
    this.#instead = instead;
  }

  /** Of the template. */
  take(token: LiquidToken): Word {
    const role = roleOf(token);
    const isPrinting =
      /^(?:output|counts|raw)$/.test(role) || /^\{%-?\s*(?:end)?tablerow\b/.test(token.liquid);
    const liquid = this.#instead.get(token) ?? withoutTrim(token.liquid);
    return this.#add(token.token, liquid, role, !isPrinting);
  }

  /** Put there for the text part alone. */
  make(liquid: string, role: LiquidRole, isSilent: boolean): Word {
    const text = this.#source.spareWord(this.#made);
    this.#made += 1;
    return this.#add(text, liquid, role, isSilent);
  }

  /** A brace that begins no Liquid. */
  brace(): Word {
    this.#brace ??= this.make('{% raw %}{{% endraw %}', 'raw', false);
    return this.#brace;
  }

  isBrace(text: string): boolean {
    return text === this.#brace?.text;
  }

  #add(text: string, liquid: string, role: LiquidRole, isSilent: boolean): Word {
    const word = { text, liquid, role, isSilent, isDropped: false };
    this.#known.set(text, word);
    this.#events.push(word);
    return word;
  }

  /** Something to read stands here. */
  addContent(): void {
    if (this.#events.at(-1) !== 'content') this.#events.push('content');
  }

  isSilent(text: string): boolean {
    return this.#known.get(text)?.isSilent === true;
  }

  liquidOf(text: string): string {
    return this.#known.get(text)?.liquid ?? text;
  }

  /** Blocks in which nothing is to be read and no value changes: those in attributes and styles, mostly. */
  dropEmptyBlocks(): void {
    const open: { readonly tags: Word[]; isFull: boolean }[] = [];
    for (const event of this.#events) {
      const innermost = open.at(-1);
      const role = event === 'content' ? 'output' : event.role;
      if (role === 'opens' && event !== 'content') {
        open.push({ tags: [event], isFull: false });
      } else if (innermost !== undefined && event !== 'content' && /^(?:divides|ends)$/.test(role)) {
        innermost.tags.push(event);
        if (role === 'divides') continue;
        open.pop();
        if (!innermost.isFull) for (const tag of innermost.tags) tag.isDropped = true;
        const around = open.at(-1);
        if (innermost.isFull && around !== undefined) around.isFull = true;
      } else if (innermost !== undefined) {
        innermost.isFull = true;
      }
    }
  }

  /** Puts the Liquid where its words stand. */
  restore(text: string): string {
    return this.#source.replaceWords(text, word => this.liquidOf(word));
  }
}
