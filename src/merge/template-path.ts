import { type Parsed, parsed, refused } from '../problem.js';

/** The folder of a template, with its `/` at the end; '' for a template named without one. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

/** No system opens a longer one: PATH_MAX of Linux. */
const longestPath = 4_096;

/**
 * What a file of a template names, as a path to open. Nothing outside the template's folder is named, since a template
 * may come from somebody else; that no symlink leads there is for whoever opens it to see.
 * @param folder of the template.
 * @param from the folder the name starts in: the template's, or one in it.
 */
export function resolveInside(folder: string, from: string, written: string): Parsed<string> {
  if (written.length > longestPath) return refused(`it has more than ${longestPath} characters`);
  if (/^(?:[/\\]|[a-z]:|file:)/i.test(written))
    return refused('it is not relative to the folder of the template');
  const steps: string[] = [];
  for (const step of `${from.slice(folder.length)}${written}`.split(/[/\\]/)) {
    if (step === '..' && steps.pop() === undefined)
      return refused('it leads out of the folder of the template');
    if (step !== '' && step !== '.' && step !== '..') steps.push(step);
  }
  return steps.length === 0 ? refused('it names no file') : parsed(folder + steps.join('/'));
}
