import { Problem } from '../../src/problem.js';
import type { Files } from '../../src/workflow/ports.js';

/** A disk as small as its test. Paths are relative to where the command runs. */
export class MemoryFiles implements Files {
  readonly contents: Map<string, string | Uint8Array>;
  /** Files that are links to somewhere else. */
  readonly linked = new Set<string>();
  /** Directories, FIFOs and devices. */
  readonly noFiles = new Set<string>();

  constructor(contents: Readonly<Record<string, string | Uint8Array>>) {
    this.contents = new Map(Object.entries(contents));
  }

  async readText(path: string): Promise<string> {
    return new TextDecoder().decode(await this.readBytes(path));
  }

  async readBytes(path: string): Promise<Uint8Array> {
    const content = this.contents.get(path);
    if (this.noFiles.has(path)) throw new Problem('io', `${path} is not a file`);
    if (content === undefined) throw new Problem('input-missing', `${path} does not exist`);
    return Buffer.from(content);
  }

  async *stream(path: string): AsyncGenerator<Uint8Array, void, void> {
    yield await this.readBytes(path);
  }

  async exists(path: string): Promise<boolean> {
    return this.contents.has(path);
  }

  async isInside(path: string): Promise<boolean> {
    return !this.linked.has(path);
  }
}
