import { type FrontMatter, splitFrontMatter } from '../merge/front-matter.js';
import { findForeignSyntax, readableHtml } from '../merge/leftovers.js';
import { findLiquid } from '../merge/liquid/liquid-protection.js';
import { findInTemplate } from '../merge/template-place.js';
import { Problem } from '../problem.js';
import { placeholderFix } from './placeholder-fix.js';
import type { Files } from './ports.js';
import { readSource } from './source-ref.js';

/** What can be said of a template that does not compile: its other faults are to be told with that one, and not one by one. */
export interface BrokenTemplate {
  /** undefined when it cannot be read either. */
  readonly frontMatter: FrontMatter | undefined;
  readonly source: string;
}

/** @returns undefined when the file cannot be read at all. */
export async function readBrokenTemplate(path: string, files: Files): Promise<BrokenTemplate | undefined> {
  try {
    const source = await readSource(path, files, []);
    const split = await splitFrontMatter(path, source).catch(() => undefined);
    return { source, frontMatter: split?.frontMatter };
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** `{{#each …}}`, `{{/if}}`, `{{else}}`, `{{> part}}`: Handlebars and Mustache. */
const ofHandlebars = /^\{\{\s*(?:[#/^>]|else\b)/;

/** Merge fields in the syntax of other programs, each kind once, where the template has them. */
export function findForeignFields(
  path: string,
  source: string,
  columns: ReadonlySet<string>,
): readonly Problem[] {
  const tags = [...findLiquid(source)];
  const words: string[] = [];
  let at = 0;
  for (const { offset, end } of tags) {
    words.push(source.slice(at, offset));
    at = end;
  }
  words.push(source.slice(at));
  const handlebars = tags
    .map(({ offset, end }) => source.slice(offset, end))
    .find(tag => ofHandlebars.test(tag));
  const found = [
    ...(handlebars === undefined ? [] : [handlebars]),
    // What Liquid begins and never ends is told by Liquid.
    ...findForeignSyntax(readableHtml(words.join(' '))).filter(field => !/^\{[{%]/.test(field)),
  ];
  return found.map(
    field =>
      new Problem('template-placeholder', `"${field}" is a merge field of another program`, {
        where: findInTemplate({ path, source, text: undefined }, field) ?? { file: path },
        fix: placeholderFix(field, columns),
      }),
  );
}
