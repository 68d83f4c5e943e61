import { type FrontMatter, type SplitTemplate, splitFrontMatter } from '../merge/front-matter.js';
import { findForeignSyntax, readableHtml } from '../merge/leftovers.js';
import { fieldsOf, parseLiquid } from '../merge/liquid/liquid.js';
import { findLiquid, protectLiquid } from '../merge/liquid/liquid-protection.js';
import { joinPieces, wholeOf } from '../merge/source-text.js';
import { templateKind } from '../merge/template-kind.js';
import { folderOf, type RootFolder } from '../merge/template-path.js';
import { findInTemplate } from '../merge/template-place.js';
import { type Place, Problem, Problems } from '../problem.js';
import { placeholderFix } from './placeholder-fix.js';
import type { Files } from './ports.js';
import { requireInFolder } from './require-in-folder.js';
import { readSource } from './source-ref.js';

/** What can be said of a template that does not compile: its other faults are to be told with that one, and not one by one. */
export interface BrokenTemplate {
  /** undefined when it cannot be read either. */
  readonly frontMatter: FrontMatter | undefined;
  readonly source: string;
  /** Fields it asks for, as far as its Liquid can be read. */
  readonly asked: ReadonlyMap<string, Place>;
  /** Images of its folder, by path. */
  readonly images: ReadonlyMap<string, Place>;
}

/** @returns undefined when the file cannot be read at all. */
export async function readBrokenTemplate(
  path: string,
  files: Files,
  root: RootFolder | undefined,
): Promise<BrokenTemplate | undefined> {
  try {
    const source = await readSource(path, files, []);
    const split = await splitFrontMatter(path, source).catch(() => undefined);
    return {
      source,
      frontMatter: split?.frontMatter,
      asked: (split && attempt(() => readFields(path, split))) ?? new Map(),
      images: (split && (await attempt(() => readImageNames(path, split, root)))) ?? new Map(),
    };
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}

/** What cannot be read for its own fault is left to the problem that says so. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof Problem || error instanceof Problems) return undefined;
    throw error;
  }
}

/** liquidjs looks for fields in time that grows with the square of the tags: a tenth of a second for these. */
const mostTags = 2_000;

function readFields(path: string, { body, bodyLineOffset }: SplitTemplate): ReadonlyMap<string, Place> {
  if ([...findLiquid(body)].length > mostTags) return new Map();
  const origin = { place: { file: path }, lineOffset: bodyLineOffset };
  return fieldsOf(parseLiquid('html', withoutHandlebars(body), origin), origin);
}

/** Of HTML and MJML, where an element names them. */
async function readImageNames(
  path: string,
  { body, bodyLineOffset }: SplitTemplate,
  root: RootFolder | undefined,
): Promise<ReadonlyMap<string, Place>> {
  const kind = templateKind(path);
  if (kind !== 'html' && kind !== 'mjml') return new Map();
  const { findImages } = await import('../merge/inline-images.js');
  // Of one length, so that places stay what they are.
  const text = withoutHandlebars(body).replaceAll(/<mj-image\b/g, '<img     ');
  const source = protectLiquid(text);
  const written = joinPieces([wholeOf({ file: path, text, lineOffset: bodyLineOffset })]);
  try {
    return findImages(source.text, source, written, { path, root });
  } catch (error) {
    if (error instanceof Problems) return new Map();
    throw error;
  }
}

/** With blanks in their place. */
function withoutHandlebars(body: string): string {
  let words = '';
  let at = 0;
  for (const { offset, end } of findLiquid(body)) {
    const tag = body.slice(offset, end);
    const isForeign = ofHandlebars.test(tag) || closesBlock.test(tag);
    words += body.slice(at, offset) + (isForeign ? tag.replaceAll(/[^\n]/g, ' ') : tag);
    at = end;
  }
  return words + body.slice(at);
}

/** @returns a problem for each image of the template that is not there. */
export async function findMissingImages(
  { images }: BrokenTemplate,
  path: string,
  files: Files,
  root: RootFolder | undefined,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const [image, where] of images) {
    try {
      await requireInFolder(image, folderOf(path), files, where, root);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
    }
  }
  return problems;
}

/** `{{#each …}}`, `{{/if}}`, `{{else}}`, `{{> part}}`, `{{{name}}}`, `{{&name}}`: Handlebars and Mustache. */
const ofHandlebars = /^\{\{(?:[{&]|\s*(?:[#^>]|else\b))/;
/** Closes what was told where it opens. */
const closesBlock = /^\{\{\s*\//;

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
  const written = tags.map(({ offset, end }) => source.slice(offset, end));
  const handlebars = written.filter(tag => ofHandlebars.test(tag));
  const found = [
    ...new Set(handlebars.length > 0 ? handlebars : written.filter(tag => closesBlock.test(tag))),
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
