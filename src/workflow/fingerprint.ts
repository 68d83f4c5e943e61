import { createHash } from 'node:crypto';
import type { CompiledTemplate } from '../merge/compile-template.js';
import type { Fields, Role } from '../recipients/recipient.js';
import type { Mode } from './ports.js';

/** What of a recipient tells one email from another. */
export interface Fingerprinted {
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  readonly fields: Fields;
}

/** Equal for the same words to the same people in the same order, added one at a time. SHA-256 in hex. */
export class Fingerprint {
  readonly #hash: ReturnType<typeof createHash>;

  constructor(mode: Mode, template: CompiledTemplate) {
    this.#hash = createHash('sha256').update(JSON.stringify([mode, template]));
  }

  add({ emailAddress, name, role, fields }: Fingerprinted): void {
    this.#hash.update(JSON.stringify([emailAddress, name, role, [...fields]]));
  }

  digest(): string {
    return this.#hash.digest('hex');
  }
}
