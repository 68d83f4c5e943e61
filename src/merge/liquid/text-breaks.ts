/** Lines that `newline_to_br` broke, in a text: line ends where they are printed, and `<br />` to filters that look for it. */
import type { Liquid as Engine } from 'liquidjs';
import { Drop } from './liquidjs.js';

const lineEnds = /\r?\n/g;
const breaks = /<br \/>\n?/gi;

export class BrokenText extends Drop {
  readonly #filtered: string;

  constructor(filtered: string) {
    super();
    this.#filtered = filtered;
  }

  get filtered(): string {
    return this.#filtered;
  }

  get size(): number {
    return this.#filtered.length;
  }

  override valueOf(): string {
    return this.#filtered.replaceAll(breaks, '\n');
  }

  override toString(): string {
    return this.valueOf();
  }
}

/** @returns the text itself where it is one line. */
export function breakInText(text: string): BrokenText | string {
  const broken = text.replaceAll(lineEnds, '<br />\n');
  return broken === text ? text : new BrokenText(broken);
}

function keepBreaks(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(keepBreaks);
  return typeof value === 'string' && /<br \/>/i.test(value) ? new BrokenText(value) : value;
}

/** Has the filters of an engine take such texts, and give them back. */
export function keepBrokenTexts(engine: Engine): void {
  for (const [name, filter] of Object.entries(engine.filters)) {
    if (typeof filter !== 'function') continue;
    engine.registerFilter(name, function (value: unknown, ...args: readonly unknown[]): unknown {
      if (!(value instanceof BrokenText)) return filter.call(this, value, ...args);
      return keepBreaks(filter.call(this, value.filtered, ...args));
    });
  }
}
