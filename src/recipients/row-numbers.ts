import type { Place, Rows } from '../problem.js';
import type { Recipient } from './recipient.js';

/** Named in one sentence before it says how many more there are. */
const mostShown = 8;

/** Who has one fault in common: a few by name, all of them by number, since a list may have a million rows. */
export class RowNumbers {
  readonly #lines = new Map<string, number[]>();
  readonly #shown: string[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param said is printed behind the row. */
  add({ source, mailbox }: Pick<Recipient, 'source' | 'mailbox'>, said = ''): void {
    if ('file' in source) this.addPlace(source, said);
    else this.#show(mailbox.addrSpec + said);
  }

  addPlace({ file, line = 0 }: Place, said = ''): void {
    this.#show(line === 0 ? `${file}${said}` : `${file}:${line}${said}`);
    const lines = this.#lines.get(file);
    if (lines === undefined) this.#lines.set(file, [line]);
    else lines.push(line);
  }

  #show(who: string): void {
    this.#count += 1;
    if (this.#shown.length < mostShown) this.#shown.push(who);
  }

  /** `list.csv:4, list.csv:9 and 12 more`. */
  print(): string {
    const more = this.#count - this.#shown.length;
    return this.#shown.join(', ') + (more > 0 ? ` and ${more} more` : '');
  }

  /** People typed by hand are in none. */
  rows(): readonly Rows[] {
    return [...this.#lines].map(([file, lines]) => ({ file, lines }));
  }
}
