/**
 * Where tags end, of a text in which anything may stand. A regular expression for it, `<[a-z](?:"[^"]*"|'[^']*'|[^"'>])*>`, runs
 * to the end of the text for each tag that never ends; here each place is passed once over all calls.
 */
export class TagEnds {
  readonly #text: string;
  /** Places outside quotes from which no `>` is reached. Made with the first tag that does not end. */
  #endless: Uint8Array | undefined;
  /** Where the last `>` is. */
  readonly #last: number;
  #steps = 0;

  constructor(text: string) {
    this.#text = text;
    this.#last = text.lastIndexOf('>');
  }

  /** How many places were looked at, which is what tests count. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * @param from behind the name of the tag; in quotes, single or double, a `>` ends nothing.
   * @returns behind the `>`, or undefined when the tag does not end.
   */
  endOf(from: number): number | undefined {
    const text = this.#text;
    const endless = this.#endless;
    if (from > this.#last) return undefined;
    for (let at = from; at !== -1 && at < text.length && endless?.[at] !== 1; at = this.#next(at)) {
      if (text.charCodeAt(at) === greaterThan) return at + 1;
    }
    this.#remember(from);
    return undefined;
  }

  /** The next place outside quotes; -1 when a quote does not end. */
  #next(at: number): number {
    this.#steps += 1;
    const code = this.#text.charCodeAt(at);
    if (code !== doubleQuote && code !== singleQuote) return at + 1;
    const end = this.#text.indexOf(code === doubleQuote ? '"' : "'", at + 1);
    return end === -1 ? -1 : end + 1;
  }

  #remember(from: number): void {
    const endless = this.#endless ?? new Uint8Array(this.#text.length);
    this.#endless = endless;
    for (let at = from; at !== -1 && at < endless.length && endless[at] !== 1; at = this.#next(at)) {
      endless[at] = 1;
    }
  }
}

const doubleQuote = 0x22;
const singleQuote = 0x27;
const greaterThan = 0x3e;
