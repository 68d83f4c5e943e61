import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const blockBytes = 64 * 1024;
let spooled: Promise<FileHandle> | undefined;

/** Standard input, as often as it is asked for: kept in a file without a name (0600), which ends with the process. */
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

async function spool(): Promise<FileHandle> {
  const folder = await mkdtemp(join(tmpdir(), 'mailtrack-'));
  const file = await open(join(folder, 'stdin'), 'wx+', 0o600);
  // Open, it stays; unnamed, nothing is left behind whatever ends the process.
  await rm(folder, { recursive: true });
  for await (const chunk of process.stdin) await file.write(chunk as Buffer);
  return file;
}
