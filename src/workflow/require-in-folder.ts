import type { RootFolder } from '../merge/template-path.js';
import { type Place, Problem } from '../problem.js';
import type { Files } from './ports.js';

/**
 * A file that a template names, which may come from somebody else: nothing of the sender's outside the folder is read.
 * @param folder with its `/`, or '' for the one the command runs in.
 * @param root another folder whose files it may name.
 * @throws Problem `input-missing` or `template-syntax`, at the place that names it.
 */
export async function requireInFolder(
  path: string,
  folder: string,
  files: Files,
  where: Place,
  root?: RootFolder,
): Promise<void> {
  if (!(await files.exists(path))) {
    throw new Problem('input-missing', `${path} does not exist`, {
      where,
      fix: 'Check the name and the folder.',
    });
  }
  if (await files.isInside(path, folder === '' ? '.' : folder)) return;
  if (root !== undefined && (await files.isInside(path, root.path))) return;
  const folders = root === undefined ? 'the folder of the template' : 'the folder of the template and --root';
  throw new Problem('template-syntax', `${path} is a link to somewhere outside ${folders}`, {
    where,
    fix: 'Copy the file into that folder.',
  });
}
