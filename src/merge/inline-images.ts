/**
 * Images of the template's own folder: what an element or a style names by a relative path is attached to the message and
 * shown by its Content-ID (RFC 2392). What is somewhere else, with http or inside the HTML, stays as it is.
 */
import { type Place, Problem, Problems } from '../problem.js';
import type { CompiledTemplate, TemplateFile } from './compile-template.js';
import { decodeAttribute } from './html/entities.js';
import { replaceReferences } from './html/references.js';
import { type ProtectedText, protectLiquid, sourceOffset } from './liquid/liquid-protection.js';
import type { JoinedText } from './source-text.js';
import { folderOf, resolveInside } from './template-path.js';
import { replaceMarkup } from './text-captured-html.js';

/** A letter and a colon begin a path of Windows, not a URL. */
const elsewhere = /^(?:(?!file:)[a-z][a-z\d+.-]+:|\/\/|#)/i;

/**
 * @param html compiled, with the Liquid of `source` still protected.
 * @param template wherever an image is named, its path starts in the folder of the template.
 * @returns paths to open the images by, each with the place of its first use.
 * @throws Problems `template-syntax`: all that cannot be attached.
 */
export function findImages(
  html: string,
  source: ProtectedText,
  written: JoinedText,
  { path: template, root }: Pick<TemplateFile, 'path' | 'root'>,
): ReadonlyMap<string, Place> {
  const images = new Map<string, Place>();
  const problems: Problem[] = [];
  const folder = folderOf(template);
  replaceReferences(html, ({ value, isImage }) => {
    const name = nameIn(value, source);
    if (name === undefined) return value;
    const where = findUse(value, name, source, written) ?? { file: template };
    if (!isImage) {
      problems.push(
        new Problem('template-syntax', `${source.restore(name)} cannot be attached: it is no image`, {
          where,
          fix: 'Mail clients show images alone. Leave it out, or link to it with https.',
        }),
      );
      return value;
    }
    const path =
      source.restore(name) === name
        ? resolveInside(folder, folder, name, root)
        : { ok: false as const, why: 'which file is attached is the same for everybody' };
    if (!path.ok) {
      problems.push(
        new Problem('template-syntax', `the image ${source.restore(name)} cannot be attached: ${path.why}`, {
          where,
          fix: 'Copy it into the folder of the template, name a folder that holds it with --root, or link to it with https. A condition goes around an image.',
        }),
      );
    } else if (!images.has(path.value)) {
      images.set(path.value, where);
    }
    return value;
  });
  if (problems.length > 0) throw new Problems(firstOfEach(problems));
  return images;
}

/** @param contentIds of the images that `findImages` found, by path. */
export function showImages(
  compiled: CompiledTemplate,
  contentIds: ReadonlyMap<string, string>,
  { path: template, root }: Pick<TemplateFile, 'path' | 'root'>,
): CompiledTemplate {
  if (compiled.html === undefined || contentIds.size === 0) return compiled;
  const folder = folderOf(template);
  const show = (html: string) => {
    const source = protectLiquid(html);
    const shown = replaceReferences(source.text, ({ value }) => {
      const name = nameIn(value, source);
      const path = name === undefined ? undefined : resolveInside(folder, folder, name, root);
      const contentId = path?.ok ? contentIds.get(path.value) : undefined;
      return contentId === undefined ? value : `cid:${contentId}`;
    });
    return source.restore(shown);
  };
  return { ...compiled, html: show(compiled.html), text: replaceMarkup(compiled.text, show) };
}

/** MJML and the inlining of CSS write one reference in several places. */
function firstOfEach(problems: readonly Problem[]): readonly Problem[] {
  const key = ({ message, where }: Problem) => `${where?.file}:${where?.line}:${where?.column} ${message}`;
  return [...new Map(problems.toReversed().map(problem => [key(problem), problem])).values()].toReversed();
}

/** More characters than a token has. */
const longestToken = 40;

/** The file that a `src` names; undefined when it names none, or Liquid says what it names. */
function nameIn(value: string, source: ProtectedText): string | undefined {
  const decoded = decodeAttribute(value.trim());
  // `{{ url }}` may be anything; after `{% if … %}` something written begins.
  let rest = decoded;
  for (let token = tokenAt(rest); token?.liquid.startsWith('{%'); token = tokenAt(rest))
    rest = rest.slice(token.token.length);
  if (rest === '' || elsewhere.test(rest) || tokenAt(rest) !== undefined) return undefined;
  try {
    return decodeURIComponent(decoded);
  } catch {
    return decoded;
  }

  function tokenAt(text: string) {
    const [first] = source.tokensIn(text.slice(0, longestToken));
    return first !== undefined && text.startsWith(first.token) ? first : undefined;
  }
}

/** Compilers keep what is written in a `src`, or encode it as a URL has it. */
function findUse(value: string, name: string, source: ProtectedText, written: JoinedText): Place | undefined {
  // The last for `srcset`, where it stands among others.
  for (const before of [/["'(=<;]\s*$/, /[\s,]$/]) {
    for (const spelling of [value, name]) {
      for (let at = source.text.indexOf(spelling); at !== -1; at = source.text.indexOf(spelling, at + 1)) {
        if (before.test(source.text.slice(Math.max(0, at - 20), at)))
          return written.placeOf(sourceOffset(source, at));
      }
    }
  }
  return undefined;
}
