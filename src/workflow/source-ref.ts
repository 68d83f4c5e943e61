import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { SourceRef } from '../merge/composition.js';
import { placeIn } from '../merge/source-text.js';
import { codePointName } from '../message/header-field.js';
import { Problem } from '../problem.js';
import type { Files } from './ports.js';

/** Octets of one file; a message with more text than this is nothing that is sent by mail. */
const largestSource = 2_000_000;

/** What a file was when the email was made from it. */
export function sourceRef(path: string, content: string | Uint8Array): SourceRef {
  return { path, sha256: createHash('sha256').update(content).digest('hex') };
}

/**
 * The text of a file the email is made from, with LF line ends. The file is added to `sources`.
 * @throws Problem `template-syntax` when it is too large or not valid UTF-8; as `Files` otherwise.
 */
export async function readSource(path: string, files: Files, sources: SourceRef[]): Promise<string> {
  await requireSize(path, files);
  const octets = await files.readBytes(path);
  // Of the octets: a byte order mark is not in the text, and is there when the file is looked at again.
  sources.push(sourceRef(path, octets));
  return readable(path, decode(path, octets).replaceAll(/\r\n?/g, '\n'));
}

/** Without a byte order mark. */
function decode(file: string, octets: Uint8Array): string {
  if (isUtf8(octets)) return new TextDecoder().decode(octets);
  throw new Problem('template-syntax', 'it is not valid UTF-8', {
    where: { file, line: lineOfFault(octets) },
    fix: 'Save the file as UTF-8.',
  });
}

function lineOfFault(octets: Uint8Array): number {
  let start = 0;
  for (let line = 1; ; line += 1) {
    const end = octets.indexOf(0x0a, start);
    if (end === -1 || !isUtf8(octets.subarray(start, end))) return line;
    start = end + 1;
  }
}

/** UTF-16 without a byte order mark has a NUL for each letter; others make a terminal do what a stranger wants. */
function readable(file: string, text: string): string {
  const at = text.search(/[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]/);
  if (at === -1) return text;
  throw new Problem('template-syntax', `control character ${codePointName(text[at] ?? '')}`, {
    where: placeIn({ file, text, lineOffset: 0 }, at),
    fix: 'Take it out, or save the file as UTF-8.',
  });
}

async function requireSize(path: string, files: Files): Promise<void> {
  if (!(await files.exists(path))) return;
  let octets = 0;
  for await (const chunk of files.stream(path)) {
    octets += chunk.byteLength;
    if (octets > largestSource) {
      throw new Problem('template-syntax', 'it is larger than 2 MB', {
        where: { file: path },
        fix: 'Attach what is large with --attach, and images as files beside the template.',
      });
    }
  }
}
