import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { Problem } from '../problem.js';
import { fileProblem } from './file-problem.js';
import { systemFiles } from './files.js';
import { readStandardInput } from './standard-input.js';

/** Fronts allow request lines and header fields of some kilobytes; what is longer is none of theirs. */
const longestLine = 65_536;

/**
 * The lines of a log, as Latin-1 and without their ends; undefined for one of more than 64 KiB, which is not kept. Gzip is read
 * as well. @param path `-` is standard input. @throws Problem `input-missing`, `io`.
 */
export async function* readLogLines(path: string): AsyncGenerator<string | undefined, void, void> {
  try {
    yield* splitLines(await unpacked(path));
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw fileProblem(path === '-' ? 'standard input' : path, cause);
  }
}

type Octets = AsyncIterable<Uint8Array>;

async function unpacked(path: string): Promise<Octets> {
  const source = path === '-' ? readStandardInput() : systemFiles.stream(path);
  const iterator = source[Symbol.asyncIterator]();
  const first = await iterator.next();
  const head: Uint8Array = first.done === true ? new Uint8Array() : first.value;
  const all = resumed(head, iterator);
  if (head[0] === 0x1f && head[1] === 0x8b) return gunzipped(all);
  if (head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd) {
    throw new Problem('io', `${path} is compressed with zstd, which is not read here`, {
      fix: `Run zstdcat ${path} | mailtrack ingest -`,
    });
  }
  return all;
}

function gunzipped(octets: Octets): Octets {
  const gunzip = createGunzip();
  // What fails is told to whoever reads.
  pipeline(Readable.from(octets), gunzip, () => undefined);
  return gunzip as Octets;
}

async function* resumed(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  yield head;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

async function* splitLines(octets: Octets): AsyncGenerator<string | undefined, void, void> {
  let begun = '';
  let isTooLong = false;
  for await (const chunk of octets) {
    const parts = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length).toString('latin1').split('\n');
    for (const [index, part] of parts.entries()) {
      if (index > 0) {
        yield isTooLong ? undefined : begun.replace(/\r$/, '');
        begun = '';
        isTooLong = false;
      }
      if (begun.length + part.length > longestLine) isTooLong = true;
      begun = isTooLong ? '' : begun + part;
    }
  }
  if (isTooLong || begun !== '') yield isTooLong ? undefined : begun;
}
