import { createHash } from 'node:crypto';
import type { AttachmentRef } from '../merge/composition.js';
import { Problem } from '../problem.js';
import type { Files } from './ports.js';

/**
 * Reads what one recipient gets, as it was when the email was planned: another file is never sent in its place.
 * @param pathOf from where the process runs.
 * @returns a function that throws Problem `unfinished` when the file is another one now, or none.
 */
export function createAttachmentReader(
  files: Files,
  pathOf: (attachment: AttachmentRef) => string,
): (attachment: AttachmentRef) => Promise<Uint8Array> {
  return async attachment => {
    const content = await files.readBytes(pathOf(attachment)).catch((cause: unknown) => {
      throw changed(attachment, 'cannot be read any more', cause);
    });
    const sha256 = createHash('sha256').update(content).digest('hex');
    if (sha256 !== attachment.sha256) throw changed(attachment, 'changed since the email was begun');
    return content;
  };
}

function changed({ path }: AttachmentRef, what: string, cause?: unknown): Problem {
  return new Problem('unfinished', `the attachment ${path} ${what}: the copy it belongs to was not sent`, {
    fix: 'Put it back, then `mailtrack resume`; or cancel this email and send the new file with another.',
    cause,
  });
}
