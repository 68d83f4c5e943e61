import { printJson } from './json.js';

/** Objects of one field, some at a time. */
export interface JsonList {
  readonly name: string;
  readonly batches: Iterable<readonly object[]> | AsyncIterable<readonly object[]>;
}

/**
 * One line of JSON, as `printJson` would print it, in pieces: an object whose last fields are lists of any length.
 * @param head what comes before them; not empty.
 */
export async function* printJsonLists(
  head: object,
  lists: readonly JsonList[],
): AsyncGenerator<string, void, void> {
  yield printJson(head).slice(0, -1);
  for (const { name, batches } of lists) {
    yield `,${printJson(name)}:[`;
    let before = '';
    for await (const batch of batches) {
      if (batch.length === 0) continue;
      yield before + batch.map(printJson).join(',');
      before = ',';
    }
    yield ']';
  }
  yield '}\n';
}

/** @param size of a batch. */
export function* inBatches<Item, Made>(
  items: readonly Item[],
  size: number,
  make: (item: Item) => Made,
): Generator<readonly Made[], void, void> {
  for (let from = 0; from < items.length; from += size) yield items.slice(from, from + size).map(make);
}
