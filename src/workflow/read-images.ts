import type { TemplateResult } from '../merge/compile-template.js';
import { showImages } from '../merge/inline-images.js';
import { folderOf } from '../merge/template-path.js';
import { attachmentName } from '../message/attachment-name.js';
import { createContentId } from '../message/content-id.js';
import { type Place, Problem, Problems } from '../problem.js';
import type { Files } from './ports.js';
import type { AttachedFile } from './read-draft.js';
import { requireInFolder } from './require-in-folder.js';

/** A folder, or a file that may not be read, is told of where the template names it. */
async function readAt(path: string, files: Files, where: Place): Promise<Uint8Array> {
  try {
    return await files.readBytes(path);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code, message, fix } = error;
    throw new Problem(code, message, { where, fix, cause: error });
  }
}

export interface Illustrated {
  readonly template: TemplateResult;
  /** Each content once, whatever names it has. */
  readonly images: readonly AttachedFile[];
}

/**
 * Reads the images that a template shows from its folder and the root, and has it show what is attached.
 * @throws Problems `input-missing`, `template-syntax`, `header-value`, `io`: at the place of each image.
 */
export async function readImages(template: TemplateResult, files: Files): Promise<Illustrated> {
  const { path: templatePath, root } = template.file;
  const folder = folderOf(templatePath);
  const images = new Map<string, AttachedFile>();
  const contentIds = new Map<string, string>();
  const problems: Problem[] = [];
  for (const [path, where] of template.images) {
    try {
      await requireInFolder(path, folder, files, where, root);
      const filename = attachmentName(path);
      if (!filename.ok) {
        throw new Problem('header-value', `the file name ${JSON.stringify(path)} ${filename.why}`, {
          where,
          fix: 'Rename the file.',
        });
      }
      const content = await readAt(path, files, where);
      const contentId = createContentId(content);
      contentIds.set(path, contentId);
      if (!images.has(contentId))
        images.set(contentId, { path, filename: filename.value, content, contentId });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      problems.push(error);
    }
  }
  if (problems.length > 0) throw new Problems(problems);
  return {
    template: { ...template, compiled: showImages(template.compiled, contentIds, template.file) },
    images: [...images.values()],
  };
}
