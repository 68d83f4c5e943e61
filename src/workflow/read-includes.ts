import type { SourceRef } from '../merge/composition.js';
import { findLinkedSheets } from '../merge/css/linked-sheets.js';
import { findIncludes, type Include } from '../merge/mjml/mjml-include.js';
import type { SourceText } from '../merge/source-text.js';
import { templateKind } from '../merge/template-kind.js';
import { folderOf, type RootFolder } from '../merge/template-path.js';
import { Problem, Problems } from '../problem.js';
import type { Files } from './ports.js';
import { requireInFolder } from './require-in-folder.js';
import { readSource } from './source-ref.js';

export interface Includes {
  /** By path. */
  readonly texts: ReadonlyMap<string, string>;
  readonly sources: readonly SourceRef[];
}

/**
 * Every file that an MJML template includes, and those include; every style sheet of a file that an HTML template links to.
 * @param root a folder whose files it may name, beside its own.
 * @throws Problems `template-syntax`, `input-missing`, `io`: all that is wrong with the includes, at the line of each.
 */
export async function readIncludes(template: SourceText, files: Files, root?: RootFolder): Promise<Includes> {
  const folder = folderOf(template.file);
  const texts = new Map<string, string>();
  const sources: SourceRef[] = [];
  const problems: Problem[] = [];
  const followed = new Set<string>();

  async function follow(source: SourceText, trail: readonly string[]): Promise<void> {
    followed.add(source.file);
    for (const include of await findIncludes(source, folder, root)) {
      const { path, type } = include;
      if (trail.includes(path)) {
        problems.push(cycle(include, trail));
        continue;
      }
      const text = texts.get(path) ?? (await attempt(() => read(include)));
      if (text !== undefined && type === 'mjml' && !followed.has(path))
        await attempt(() => follow({ file: path, text, lineOffset: 0 }, [...trail, path]));
    }
  }

  async function readSheets(): Promise<void> {
    for (const sheet of findLinkedSheets(template, root))
      if (!texts.has(sheet.path)) await attempt(() => read(sheet));
  }

  async function read({ path, where }: Pick<Include, 'path' | 'where'>): Promise<string> {
    await requireInFolder(path, folder, files, where, root);
    const text = await readSource(path, files, sources);
    texts.set(path, text);
    return text;
  }

  /** One include's fault does not hide another's. */
  async function attempt<T>(step: () => Promise<T>): Promise<T | undefined> {
    try {
      return await step();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
      return undefined;
    }
  }

  const kind = templateKind(template.file);
  if (kind === 'mjml') await attempt(() => follow(template, [template.file]));
  if (kind === 'html') await attempt(readSheets);
  if (problems.length > 0) throw new Problems(problems);
  return { texts, sources };
}

function cycle({ path, where }: Include, trail: readonly string[]): Problem {
  const round = [...trail.slice(trail.indexOf(path)), path].join(' → ');
  return new Problem('template-syntax', `mj-include goes in a circle: ${round}`, { where });
}
