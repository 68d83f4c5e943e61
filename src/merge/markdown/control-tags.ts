import type { Place } from '../../problem.js';
import { type LiquidToken, type ProtectedText, sourceOffset } from '../liquid/liquid-protection.js';
import { printsWords } from '../liquid/tag-names.js';
import type { PlaceOf } from '../source-text.js';

/** Text with the words that stand for tags cut out of it. */
export type Part =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'tag'; readonly tag: LiquidToken };

/** The tags of a Markdown template that decide which words there are, and leave none themselves. */
export class ControlTags {
  readonly #control: ReadonlySet<LiquidToken>;

  constructor(
    readonly source: ProtectedText,
    private readonly placeOf: PlaceOf,
  ) {
    this.#control = new Set(source.tokens.filter(({ liquid }) => !printsWords(liquid)));
  }

  /** Whether the template has none. */
  get isEmpty(): boolean {
    return this.#control.size === 0;
  }

  in(text: string): readonly LiquidToken[] {
    if (this.isEmpty || !this.source.hasLiquid(text)) return [];
    return this.source.tokensIn(text).filter(token => this.#control.has(token));
  }

  split(text: string): readonly Part[] {
    const parts: Part[] = [];
    let at = 0;
    for (const tag of this.in(text)) {
      const begins = text.indexOf(tag.token, at);
      if (begins > at) parts.push({ kind: 'words', text: text.slice(at, begins) });
      parts.push({ kind: 'tag', tag });
      at = begins + tag.token.length;
    }
    if (at < text.length) parts.push({ kind: 'words', text: text.slice(at) });
    return parts;
  }

  /** The tags of a text that has nothing else; undefined when it has. */
  only(text: string): readonly LiquidToken[] | undefined {
    if (this.isEmpty || !this.source.hasLiquid(text)) return undefined;
    const parts = this.split(text);
    const tags = parts.flatMap(part => (part.kind === 'tag' ? [part.tag] : []));
    const isBare = parts.every(part => part.kind === 'tag' || part.text.trim() === '');
    return isBare && tags.length > 0 ? tags : undefined;
  }

  placeOfTag({ offset }: LiquidToken): Place {
    return this.placeOf(offset);
  }

  /** @param offset into the protected text. */
  placeOfOffset(offset: number): Place {
    return this.placeOf(sourceOffset(this.source, offset));
  }
}
