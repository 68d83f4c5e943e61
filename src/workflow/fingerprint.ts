import { createHash } from 'node:crypto';
import type { CompiledTemplate, TemplateFile } from '../merge/compile-template.js';
import type { AttachmentRef } from '../merge/composition.js';
import { templateKind } from '../merge/template-kind.js';
import type { Fields, Role } from '../recipients/recipient.js';
import type { Mode } from './ports.js';

/** What of a recipient tells one email from another. */
export interface Fingerprinted {
  readonly emailAddress: string;
  readonly name: string;
  readonly role: Role;
  readonly fields: Fields;
}

/** The message as its author wrote it, before anything was compiled. */
export interface WrittenMessage {
  readonly file: TemplateFile;
  /** In effect, wherever it was written. */
  readonly subject: string;
  readonly set: ReadonlyMap<string, string>;
  /** Everybody's: images that the template shows, and attached files. */
  readonly attachments: readonly Pick<AttachmentRef, 'filename' | 'sha256'>[];
}

/** Lines of recipients, in characters, that are hashed at a time: a call for each costs more than its octets. */
const hashedAtOnce = 64 * 1024;

/**
 * Two digests of one email, both SHA-256 in hex, both over the same recipients in the same order, added one at a time.
 * `digest` is of what is stored: it has to come out again before an email is resumed. `digestOfSource` is of what the user
 * wrote: equal for a second send of the same, although MJML gives each compiled carousel and menu another random id.
 */
export class Fingerprint {
  readonly #hash: ReturnType<typeof createHash>;
  readonly #people = createHash('sha256');
  #lines = '';
  /** Files are known later than the recipients. Undefined while no copy has a file of its own. */
  #files: ReturnType<typeof createHash> | undefined;
  readonly #mode: Mode;

  constructor(mode: Mode, template: CompiledTemplate) {
    this.#mode = mode;
    this.#hash = createHash('sha256').update(JSON.stringify([mode, template]));
  }

  add({ emailAddress, name, role, fields }: Fingerprinted): void {
    this.#lines += JSON.stringify([emailAddress, name, role, [...fields]]);
    if (this.#lines.length >= hashedAtOnce) this.#hashLines();
  }

  /** For those who have any, in the same order. */
  addAttachments(emailAddress: string, attachments: readonly AttachmentRef[]): void {
    if (attachments.length === 0) return;
    this.#files ??= createHash('sha256');
    const files = attachments.map(({ path, filename, sha256 }) => [path, filename, sha256]);
    this.#files.update(JSON.stringify([emailAddress, files]));
  }

  digest(): string {
    this.#hashLines();
    const files = this.#files?.copy().digest();
    const hash = this.#hash.copy();
    if (files !== undefined) hash.update(files);
    return hash.digest('hex');
  }

  digestOfSource({ file, subject, set, attachments }: WrittenMessage): string {
    this.#hashLines();
    const message = [
      this.#mode,
      templateKind(file.path),
      file.source,
      file.text?.source ?? null,
      // In the order in which the template names them; their paths are in its text.
      [...(file.includes ?? new Map<string, string>()).values()],
      subject,
      [...set].sort(([one], [other]) => (one < other ? -1 : 1)),
      attachments.map(({ filename, sha256 }) => [filename, sha256]),
    ];
    return createHash('sha256')
      .update(JSON.stringify(message))
      .update(this.#people.copy().digest())
      .update(this.#files?.copy().digest() ?? '')
      .digest('hex');
  }

  #hashLines(): void {
    const octets = Buffer.from(this.#lines);
    this.#hash.update(octets);
    this.#people.update(octets);
    this.#lines = '';
  }
}
