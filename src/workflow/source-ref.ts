import { createHash } from 'node:crypto';
import type { SourceRef } from '../merge/composition.js';
import type { Files } from './ports.js';

/** What a file was when the email was made from it. */
export function sourceRef(path: string, content: string | Uint8Array): SourceRef {
  return { path, sha256: createHash('sha256').update(content).digest('hex') };
}

/** The text of a file the email is made from, with LF line ends. The file is added to `sources`. */
export async function readSource(path: string, files: Files, sources: SourceRef[]): Promise<string> {
  const text = await files.readText(path);
  // Of the octets: a byte order mark is not in the text, and is there when the file is looked at again.
  sources.push(sourceRef(path, await files.readBytes(path)));
  return text.replace(/^\uFEFF/, '').replaceAll(/\r\n?/g, '\n');
}
