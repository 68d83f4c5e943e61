import { type Place, Problem } from '../problem.js';
import type { Files } from './ports.js';

/**
 * A file that a template names, which may come from somebody else: nothing of the sender's outside the folder is read.
 * @param folder with its `/`, or '' for the one the command runs in.
 * @throws Problem `input-missing` or `template-syntax`, at the place that names it.
 */
export async function requireInFolder(
  path: string,
  folder: string,
  files: Files,
  where: Place,
): Promise<void> {
  if (!(await files.exists(path))) {
    throw new Problem('input-missing', `${path} does not exist`, {
      where,
      fix: 'Check the name and the folder.',
    });
  }
  if (!(await files.isInside(path, folder === '' ? '.' : folder))) {
    throw new Problem(
      'template-syntax',
      `${path} is a link to somewhere outside the folder of the template`,
      {
        where,
        fix: 'Copy the file into that folder.',
      },
    );
  }
}
