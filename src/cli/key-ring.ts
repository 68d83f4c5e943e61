/** The keys that seal tokens: MAILTRACK_KEY (the key itself or a file's name), else the user's key file. */
import { join } from 'node:path';
import { Problem } from '../problem.js';
import { changeKeyFile, readKeyFile, readOrCreateKeyFile } from '../system/key-file.js';
import { systemRandom } from '../system/random.js';
import {
  createKey,
  createKeyRing,
  type Key,
  type KeyEntry,
  type KeyRing,
  parseKeyFile,
  parseKeyRing,
} from '../tracking/key.js';
import { unusedKeyId, withKey, withoutKey } from '../tracking/key-file-text.js';
import { dataFolder } from './config/paths.js';

export const newKeyAdvice = 'Keep a copy. A `mailtrack serve` on another machine needs it too.';

/** @returns undefined when there is no key yet. @throws Problem `key` when there is one that cannot be used. */
export async function readKeyRing(): Promise<KeyRing | undefined> {
  const text = await readKeyText();
  return text === undefined ? undefined : parse(text, keySource());
}

/** As `readKeyRing`, the newest last, with what the file says of each. */
export async function readKeyEntries(): Promise<readonly KeyEntry[]> {
  const text = await readKeyText();
  return text === undefined ? [] : parseEntries(text, keySource());
}

/**
 * Makes a key when there is none.
 * @param announce told of the new file.
 */
export async function openKeyRing(announce: (path: string) => void): Promise<KeyRing> {
  const existing = await readKeyRing();
  if (existing !== undefined) return existing;
  const { text, created } = await readOrCreateKeyFile(keyPath(), () => withKey('', newKey(), new Date()));
  if (created) announce(keyPath());
  return parse(text, keyPath());
}

/** For copies that are only looked at: seals like a key that was kept, and is forgotten. */
export function createPassingKeyRing(): KeyRing {
  return createKeyRing([newKey()]);
}

/** A new key seals from now on; the others still verify. @throws Problem `key` */
export async function addKey(): Promise<Key> {
  const secret = systemRandom.bytes(32);
  let id = systemRandom.bytes(1)[0] ?? 0;
  await changeKeyFile(requireKeyFile(), text => {
    const taken = new Set(parseEntries(text, keyPath()).map(({ key }) => key.id));
    id = unusedKeyId(taken, id) ?? -1;
    if (id === -1) {
      throw new Problem('key', `${keyPath()} holds 256 keys: there is no id left for another`, {
        fix: 'Drop old ones with `mailtrack keys drop <id>`.',
      });
    }
    return withKey(text, createKey(id, secret), new Date());
  });
  return createKey(id, secret);
}

/** @throws Problem `key`, also when it is the last one. */
export async function removeKey(id: number): Promise<void> {
  await changeKeyFile(requireKeyFile(), text => {
    const entries = parseEntries(text, keyPath());
    checkDroppable(entries, id);
    return withoutKey(text, id);
  });
}

/** @returns the entry that may go. @throws Problem `usage` when there is no such key, or no other. */
export function checkDroppable(entries: readonly KeyEntry[], id: number): KeyEntry {
  const found = entries.find(({ key }) => key.id === id);
  const ids = entries.map(({ key }) => key.id).join(', ');
  if (found === undefined) {
    throw new Problem('usage', `there is no key ${id}`, { fix: `There are: ${ids || 'none'}.` });
  }
  if (entries.length === 1) {
    throw new Problem('usage', `key ${id} is the only one`, {
      fix: 'Make another first with `mailtrack keys rotate`.',
    });
  }
  return found;
}

/** What is looked at and said in messages; `keyPath` is a secret when the environment holds the key itself. */
export function keySource(): string {
  return isKeyInEnvironment() ? 'MAILTRACK_KEY' : keyPath();
}

/** @throws Problem `key` when there is no file that could be changed. */
export function requireKeyFile(): string {
  if (!isKeyInEnvironment()) return keyPath();
  throw new Problem('key', 'MAILTRACK_KEY holds the key itself, so that there is no file to change', {
    fix: 'Put the key into a file of its own (mode 0600) and name that in MAILTRACK_KEY.',
  });
}

function isKeyInEnvironment(): boolean {
  return process.env['MAILTRACK_KEY']?.startsWith('mt1-') === true;
}

async function readKeyText(): Promise<string | undefined> {
  return isKeyInEnvironment() ? process.env['MAILTRACK_KEY'] : readKeyFile(keyPath());
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
  throw unusable(path, ring.why);
}

function parseEntries(text: string, path: string): readonly KeyEntry[] {
  const entries = parseKeyFile(text);
  if (entries.ok) return entries.value;
  throw unusable(path, entries.why);
}

function unusable(path: string, why: string): Problem {
  return new Problem('key', `${path} holds no usable key: ${why}`, {
    fix: 'Restore the file; mail already sent can only be counted with the key it was sent with.',
  });
}
