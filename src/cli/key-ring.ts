/** The keys that seal tokens: MAILTRACK_KEY (the key itself or a file's name), else the user's key file. */
import { join } from 'node:path';
import { Problem } from '../problem.js';
import { readKeyFile, readOrCreateKeyFile } from '../system/key-file.js';
import { systemRandom } from '../system/random.js';
import { createKey, createKeyRing, type KeyRing, parseKeyRing, printKey } from '../tracking/key.js';
import { dataFolder } from './config/paths.js';

export const newKeyAdvice = 'Keep a copy. A `mailtrack serve` on another machine needs it too.';

/** @returns undefined when there is no key yet. @throws Problem `key` when there is one that cannot be used. */
export async function readKeyRing(): Promise<KeyRing | undefined> {
  const named = process.env['MAILTRACK_KEY'];
  if (named?.startsWith('mt1-')) return parse(named, 'MAILTRACK_KEY');
  const text = await readKeyFile(keyPath());
  return text === undefined ? undefined : parse(text, keyPath());
}

/**
 * Makes a key when there is none.
 * @param announce told of the new file.
 */
export async function openKeyRing(announce: (path: string) => void): Promise<KeyRing> {
  const existing = await readKeyRing();
  if (existing !== undefined) return existing;
  const { text, created } = await readOrCreateKeyFile(keyPath(), () => `${printKey(newKey())}\n`);
  if (created) announce(keyPath());
  return parse(text, keyPath());
}

/** For copies that are only looked at: seals like a key that was kept, and is forgotten. */
export function createPassingKeyRing(): KeyRing {
  return createKeyRing([newKey()]);
}

export function keyPath(): string {
  return process.env['MAILTRACK_KEY'] || join(dataFolder(process.env), 'key');
}

function newKey() {
  return createKey(systemRandom.bytes(1)[0] ?? 0, systemRandom.bytes(32));
}

function parse(text: string, path: string): KeyRing {
  const ring = parseKeyRing(text);
  if (ring.ok) return ring.value;
  throw new Problem('key', `${path} holds no usable key: ${ring.why}`, {
    fix: 'Restore the file; mail already sent can only be counted with the key it was sent with.',
  });
}
