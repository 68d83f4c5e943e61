import { fstatSync } from 'node:fs';
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../problem.js';
import { fileProblem } from './file-problem.js';

const blockBytes = 64 * 1024;
let spooled: Promise<FileHandle> | undefined;

/**
 * Standard input, as often as it is asked for: kept in a file without a name (0600), which ends with the process.
 * @throws Problem as `readStandardInput`, and `cannot-create` when it cannot be kept.
 */
export async function* streamStandardInput(): AsyncGenerator<Uint8Array, void, void> {
  spooled ??= spool();
  const file = await spooled;
  for (let position = 0; ; ) {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(blockBytes), 0, blockBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/**
 * Standard input, once.
 * @throws Problem `io` when it is a folder or cannot be read, `input-missing` when it is closed.
 */
export async function* readStandardInput(): AsyncGenerator<Uint8Array, void, void> {
  const kind = kindOfStandardInput();
  if (kind === 'folder') {
    // Node reads a folder as an empty stream.
    throw new Problem('io', 'standard input is a folder', { fix: 'Redirect a file (< list.csv) or a pipe.' });
  }
  let isEmpty = true;
  const chunks = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Uint8Array, void, void>;
  for (;;) {
    const next = await chunks.next().catch((cause: unknown) => {
      throw fileProblem('standard input', cause);
    });
    if (next.done === true) break;
    isEmpty = false;
    yield next.value;
  }
  if (isEmpty && kind === 'device') {
    throw new Problem('input-missing', 'standard input is closed or /dev/null: there is nothing to read', {
      fix: 'Redirect a file (< list.csv) or a pipe.',
    });
  }
}

/** At its start Node opens /dev/null in place of a standard input that is closed. */
function kindOfStandardInput(): 'folder' | 'device' | 'other' {
  const facts = fstatSync(0);
  if (facts.isDirectory()) return 'folder';
  return facts.isCharacterDevice() && process.stdin.isTTY !== true ? 'device' : 'other';
}

async function spool(): Promise<FileHandle> {
  const file = await orCannotKeep(openWithoutName());
  for await (const chunk of readStandardInput()) await orCannotKeep(file.writeFile(chunk));
  return file;
}

async function openWithoutName(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrack-'));
  const file = await open(join(folder, 'stdin'), 'wx+', 0o600);
  // Unlinked while open: the data stays readable and vanishes with the process.
  await rm(folder, { recursive: true });
  return file;
}

function orCannotKeep<T>(keeping: Promise<T>): Promise<T> {
  return keeping.catch((cause: unknown) => {
    const why = (cause as Error).message;
    throw new Problem('cannot-create', `standard input cannot be kept in ${tmpdir()}: ${why}`, {
      fix: 'Make room there, or set TMPDIR to another folder.',
      cause,
    });
  });
}
