import type { Liquid as Engine } from 'liquidjs';
import { toValue } from './liquidjs.js';

type FilterHandler = Extract<Engine['filters'][string], (...values: never[]) => unknown>;

/** Characters; words that somebody wants to have taken out are a few. */
const longestWords = 200;

/**
 * Filters that look for the last of some words compare all of them anew at each place, which for two long values of a list takes
 * minutes; nothing ends a filter before its time. Both are refused for longer words.
 */
export function boundSearches(engine: Engine): void {
  for (const name of ['remove_last', 'replace_last']) {
    const filter = engine.filters[name] as FilterHandler;
    engine.registerFilter(name, function (value: unknown, words: unknown, ...more: readonly unknown[]) {
      if (String(toValue(words) ?? '').length > longestWords)
        throw new Error(`${name} looks for ${longestWords} characters at most`);
      return filter.call(this, value, words, ...more);
    });
  }
}
