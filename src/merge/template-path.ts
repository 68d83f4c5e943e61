import { type Parsed, parsed, refused } from '../problem.js';

/** A folder that the user names beside the template's, whose files a template may use: `--root`. Plain data: it crosses processes. */
export interface RootFolder {
  /** As it was typed. */
  readonly path: string;
  /** What relative paths are relative to; absolute. */
  readonly workingFolder: string;
}

/** The folder of a template, with its `/` at the end; '' for a template named without one. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** No system opens a longer one: PATH_MAX of Linux. */
const longestPath = 4_096;

/**
 * What a file of a template names, as a path to open. Nothing outside the template's folder and the root is named, since a
 * template may come from somebody else; that no symlink leads out is for whoever opens it to see.
 * @param folder of the template.
 * @param from the folder the name starts in: the template's, one in it, or one in the root.
 */
export function resolveInside(
  folder: string,
  from: string,
  written: string,
  root?: RootFolder,
): Parsed<string> {
  if (written.length > longestPath) return refused(`it has more than ${longestPath} characters`);
  if (/^(?:[/\\]|[a-z]:|file:)/i.test(written))
    return refused('it is not relative to the folder of the template');
  const steps = from.startsWith(folder) ? stepsOf(from.slice(folder.length) + written) : undefined;
  if (steps?.length === 0) return refused('it names no file');
  if (steps !== undefined && steps[0] !== '..') return parsed(folder + steps.join('/'));
  if (root === undefined) return refused('it leads out of the folder of the template');
  const path = normalize(from + written);
  const own = normalize(folder);
  if (own !== '' && path.startsWith(`${own}/`)) return parsed(folder + path.slice(own.length + 1));
  const isInRoot = absolute(path, root).startsWith(`${absolute(root.path, root)}/`.replace('//', '/'));
  return isInRoot ? parsed(path) : refused('it leads out of the folder of the template and of --root');
}

/** Without `.` and empty steps; `..` stands at the beginning alone. */
function stepsOf(path: string): readonly string[] {
  const steps: string[] = [];
  for (const step of path.split(/[/\\]/)) {
    if (step === '' || step === '.') continue;
    if (step === '..' && steps.length > 0 && steps.at(-1) !== '..') steps.pop();
    else steps.push(step);
  }
  return steps;
}

function normalize(path: string): string {
  return (/^[/\\]/.test(path) ? '/' : '') + stepsOf(path).join('/');
}

function absolute(path: string, { workingFolder }: RootFolder): string {
  const isAbsolute = /^(?:[/\\]|[a-z]:)/i.test(path);
  // Above the first folder there is nothing: `/..` is `/`.
  const steps = stepsOf(isAbsolute ? path : `${workingFolder}/${path}`);
  return `/${steps.filter(step => step !== '..').join('/')}`;
}
