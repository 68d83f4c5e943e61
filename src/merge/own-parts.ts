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
): (recipient: CopyRecipient) => Promise<readonly Part[]> {
  const underway = new Map<string, Promise<Part>>();
  const made = new Map<string, readonly (Uint8Array | WeakRef<Uint8Array>)[]>();

  async function compose(attachment: AttachmentRef, key: string): Promise<Part> {
    try {
      const content = await readAttachment(attachment);
      const part = await composeAttachment({ filename: attachment.filename, content }, boundary);
      if (part.some(isLarge)) {
        if (made.size >= mostRemembered) made.clear();
        made.set(
          key,
          part.map(piece => (isLarge(piece) ? new WeakRef(piece) : piece)),
        );
      }
      return part;
    } finally {
      underway.delete(key);
    }
  }

  /** @returns undefined when a piece of it is gone. */
  function remembered(key: string): Part | undefined {
    const pieces = made.get(key)?.map(piece => (piece instanceof WeakRef ? piece.deref() : piece));
    return pieces?.every(piece => piece !== undefined) === true ? pieces : undefined;
  }

  function partOf(attachment: AttachmentRef): Part | Promise<Part> {
    const { path, filename, sha256 } = attachment;
    const key = JSON.stringify([path, filename, sha256]);
    const known = remembered(key) ?? underway.get(key);
    if (known !== undefined) return known;
    const part = compose(attachment, key);
    underway.set(key, part);
    return part;
  }

  return async ({ attachments }) => {
    const parts: Part[] = [];
    for (const attachment of attachments) parts.push(await partOf(attachment));
    return parts;
  };
}

/** One attachment, in pieces that follow one another. */
type Part = readonly Uint8Array[];

/** Octets. Smaller ones are read anew. */
const largePiece = 1_000_000;
const isLarge = ({ length }: Uint8Array) => length >= largePiece;
/** Their names alone: the parts are let go of with the copies. */
const mostRemembered = 1_000;
