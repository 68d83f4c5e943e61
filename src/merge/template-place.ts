import type { Place } from '../problem.js';
import type { TemplateFile } from './compile-template.js';

/** Where the words stand that were found in a copy; undefined when they were put together from several places. */
export function findInTemplate({ path, source, text }: TemplateFile, words: string): Place | undefined {
  for (const file of [{ path, source }, ...(text === undefined ? [] : [text])]) {
    const at = words === '' ? -1 : file.source.indexOf(words);
    if (at === -1) continue;
    const before = file.source.slice(0, at).split('\n');
    return { file: file.path, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
  return undefined;
}
