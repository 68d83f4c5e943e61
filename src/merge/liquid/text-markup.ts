/**
 * Values that are HTML, in the text part: what `capture` kept and what `newline_to_br` wrote. Conditions ask for the value that the
 * HTML has, so that both parts of a copy come to one answer, and a reader of the text sees words without elements. A filter is
 * applied to both (docs/decisions/0033).
 */
import type { Liquid as Engine } from 'liquidjs';
import { decodeEntities } from '../html/entities.js';
import { replaceTags } from '../html/strip-markup.js';
import { Drop } from './liquidjs.js';
import { type FilterHandler, type FilterImpl, Markup } from './markup.js';
import { BrokenText } from './text-breaks.js';

export class TextMarkup extends Drop {
  readonly #html: Markup | string;
  readonly #text: BrokenText | string;

  /**
   * @param html the value in the HTML.
   * @param text the words that are printed here.
   */
  constructor(html: Markup | string, text: BrokenText | string) {
    super();
    this.#html = html;
    this.#text = text;
  }

  static htmlOf(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(TextMarkup.htmlOf);
    return value instanceof TextMarkup ? value.#html : value;
  }

  static textOf(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(TextMarkup.textOf);
    return value instanceof TextMarkup ? value.#text : value;
  }

  get size(): number {
    return this.valueOf().length;
  }

  override valueOf(): string {
    return this.#html.valueOf();
  }

  override toString(): string {
    return this.#text.toString();
  }
}

/** Where a value is printed. */
export function printText(value: unknown): string {
  return (holdsBoth(value) ? TextMarkup.textOf(value) : value) as string;
}

function holdsBoth(value: unknown): boolean {
  return (
    value instanceof TextMarkup || (Array.isArray(value) && value.some(one => one instanceof TextMarkup))
  );
}

/**
 * Has the filters of an engine for text take such values, and give them back.
 * @param html the engine that prints the HTML.
 */
export function keepTextMarkup(engine: Engine, html: Engine): void {
  for (const [name, inText] of Object.entries(engine.filters)) {
    const inHtml = html.filters[name];
    if (typeof inText !== 'function' || typeof inHtml !== 'function') continue;
    engine.registerFilter(name, function (...values: readonly unknown[]): unknown {
      if (!values.some(holdsBoth)) return inText.call(this, ...(values as [unknown]));
      if (name === 'default' && isKept(this, inHtml, values)) return values[0];
      const htmlValues = values.map(TextMarkup.htmlOf) as [unknown];
      const textValues = values.map(TextMarkup.textOf) as [unknown];
      return joined(inHtml.call(this, ...htmlValues), inText.call(this, ...textValues));
    });
  }
  // It brings no element into a text; what follows asks for the value with its entities.
  engine.registerFilter('raw', (value: unknown) => {
    const written = TextMarkup.htmlOf(value);
    return written instanceof Markup ? new TextMarkup(written.printed, wordsOf(value, written)) : value;
  });
}

/** Whether the HTML shows the value itself, and not what is there for an empty one. */
function isKept(self: FilterImpl, filter: FilterHandler, [value, ...args]: readonly unknown[]): boolean {
  const instead = {};
  return filter.call(self, TextMarkup.htmlOf(value), instead, ...args.slice(1)) !== instead;
}

function joined(html: unknown, text: unknown): unknown {
  if (Array.isArray(html)) {
    const isAlike = Array.isArray(text) && text.length === html.length;
    return html.map((one, index) => joined(one, isAlike ? text[index] : undefined));
  }
  if (typeof html === 'string' && html === text) return text;
  return html instanceof Markup || typeof html === 'string'
    ? new TextMarkup(html, wordsOf(text, html))
    : html;
}

/** The text of a value, or its HTML without elements where it has none of its own. */
function wordsOf(text: unknown, html: Markup | string): BrokenText | string {
  if (typeof text === 'string' || text instanceof BrokenText) return text;
  if (text instanceof TextMarkup) return TextMarkup.textOf(text) as BrokenText | string;
  return decodeEntities(replaceTags(html.valueOf(), () => ''));
}
