import { plural } from '../amount.js';

/** Says once what would be said several times in a row, and then how often it came. */
export class RepeatedLines {
  #last = '';
  #more = 0;

  /** @returns what is to be printed now; nothing for the same lines again. */
  next(lines: readonly string[]): readonly string[] {
    if (lines.length === 0) return lines;
    const text = lines.join('\n');
    if (text === this.#last) {
      this.#more += 1;
      return [];
    }
    const before = this.end();
    this.#last = text;
    return [...before, ...lines];
  }

  /** @returns what is left to say before anything else is printed. */
  end(): readonly string[] {
    const more = this.#more;
    this.#last = '';
    this.#more = 0;
    return more === 0 ? [] : [`  and the same ${plural(more, 'more time')}`];
  }
}
