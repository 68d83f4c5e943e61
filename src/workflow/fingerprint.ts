import { createHash } from 'node:crypto';
import type { CompiledTemplate } from '../merge/compile-template.js';
import type { AttachmentRef } from '../merge/composition.js';
import type { Fields, Role } from '../recipients/recipient.js';
import type { Mode } from './ports.js';

/** What of a recipient tells one email from another. */
export interface Fingerprinted {
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  readonly fields: Fields;
}

/** Equal for the same words and files to the same people in the same order, added one at a time. SHA-256 in hex. */
export class Fingerprint {
  readonly #hash: ReturnType<typeof createHash>;
  /** Of files, which are known later than the people; none for an email whose copies have none of their own. */
  #files: ReturnType<typeof createHash> | undefined;

  constructor(mode: Mode, template: CompiledTemplate) {
    this.#hash = createHash('sha256').update(JSON.stringify([mode, template]));
  }

  add({ emailAddress, name, role, fields }: Fingerprinted): void {
    this.#hash.update(JSON.stringify([emailAddress, name, role, [...fields]]));
  }

  /** For those who have any, in the same order. */
  addAttachments(emailAddress: string, attachments: readonly AttachmentRef[]): void {
    if (attachments.length === 0) return;
    this.#files ??= createHash('sha256');
    const files = attachments.map(({ path, filename, sha256 }) => [path, filename, sha256]);
    this.#files.update(JSON.stringify([emailAddress, files]));
  }

  digest(): string {
    if (this.#files !== undefined) this.#hash.update(this.#files.digest());
    return this.#hash.digest('hex');
  }
}
