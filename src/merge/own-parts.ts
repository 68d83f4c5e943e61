import { composeAttachment } from '../message/compose.js';
import type { AttachmentRef } from './composition.js';
import type { CopyContext, CopyRecipient } from './copy-plan.js';

/**
 * Attachments of single recipients as parts of a message. A large file that several people get is in memory once, as long as the copy
 * of one of them is under way.
 */
export function createOwnParts(
  { readAttachment }: Pick<CopyContext, 'readAttachment'>,
  boundary: string,
): (recipient: CopyRecipient) => Promise<readonly Uint8Array[]> {
  const underway = new Map<string, Promise<Buffer>>();
  const made = new Map<string, WeakRef<Buffer>>();

  async function compose(attachment: AttachmentRef, key: string): Promise<Buffer> {
    try {
      const content = await readAttachment(attachment);
      const part = await composeAttachment({ filename: attachment.filename, content }, boundary);
      if (part.length >= largePart) {
        if (made.size >= mostRemembered) made.clear();
        made.set(key, new WeakRef(part));
      }
      return part;
    } finally {
      underway.delete(key);
    }
  }

  function partOf(attachment: AttachmentRef): Buffer | Promise<Buffer> {
    const { path, filename, sha256 } = attachment;
    const key = JSON.stringify([path, filename, sha256]);
    const known = made.get(key)?.deref() ?? underway.get(key);
    if (known !== undefined) return known;
    const part = compose(attachment, key);
    underway.set(key, part);
    return part;
  }

  return async ({ attachments }) => {
    const parts: Uint8Array[] = [];
    for (const attachment of attachments) parts.push(await partOf(attachment));
    return parts;
  };
}

/** Octets. Smaller ones are read anew. */
const largePart = 1_000_000;
/** Their names alone: the parts are let go of with the copies. */
const mostRemembered = 1_000;
