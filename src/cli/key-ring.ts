/** The keys that seal tokens: MAILTRACK_KEY (the text of a key file, or a file's name), else the user's key file. */
import { join } from 'node:path';
import { Problem } from '../problem.js';
import { changeKeyFile, isOpenToOthers, readKeyFile, readOrCreateKeyFile } from '../system/key-file.js';
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

/**
 * @returns undefined when there is no key yet.
 * @throws Problem `key` when there is one that cannot be used, or MAILTRACK_KEY names a file that is not there.
 */
export async function readKeyRing(): Promise<KeyRing | undefined> {
  const text = await readKeyText();
  if (text !== undefined) return parse(text, keySource());
  if (keyVariable() === '') return undefined;
  throw new Problem('key', `the key file ${keyPath()} does not exist`, {
    fix: 'Copy it there, correct MAILTRACK_KEY, make a first key with `mailtrack keys rotate`, or unset it for the usual file.',
  });
}

/** As `readKeyRing`, the newest last, with what the file says of each. */
export async function readKeyEntries(): Promise<readonly KeyEntry[]> {
  const text = await readKeyText();
  return text === undefined ? [] : parseEntries(text, keySource());
}

/**
 * Makes a key when there is none, but for a file that MAILTRACK_KEY names: a mistyped name must not be a new key.
 * @param announce told of the new file.
 */
export async function openKeyRing(announce: (path: string) => void): Promise<KeyRing> {
  return (await readKeyRing()) ?? makeKeyRing(announce);
}

/** As `openKeyRing`, but that it makes a file with any name: for who asks for a new key. */
export async function makeKeyRing(announce: (path: string) => void): Promise<KeyRing> {
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

export interface ExposedKey {
  readonly file: string;
  readonly warning: string;
}

/** @returns undefined when no other account may read the key, as far as a file's mode tells. */
export async function findExposedKey(): Promise<ExposedKey | undefined> {
  if (isKeyInEnvironment() || !(await isOpenToOthers(keyPath()))) return undefined;
  const file = keyPath();
  return {
    file,
    warning: `other accounts can read the key file ${file}, and could forge opens with it: chmod 600 ${file}`,
  };
}

/** @throws Problem `key` when there is no file that could be changed. */
export function requireKeyFile(): string {
  if (!isKeyInEnvironment()) return keyPath();
  throw new Problem('key', 'MAILTRACK_KEY holds the key itself, so that there is no file to change', {
    fix: 'Put the key into a file of its own (mode 0600) and name that in MAILTRACK_KEY.',
  });
}

/** What may hold a key, whole or in part, is never taken for a name: names are printed, and files are made with them. */
function isKeyInEnvironment(): boolean {
  const text = keyVariable();
  return /[\r\n]|mt1-|[a-z2-7]{52}/i.test(text) || !canBePath(text);
}

/** As Linux has it: 4,095 octets in all, 255 in each name. */
function canBePath(text: string): boolean {
  return Buffer.byteLength(text) < 4_096 && text.split('/').every(name => Buffer.byteLength(name) <= 255);
}

async function readKeyText(): Promise<string | undefined> {
  return isKeyInEnvironment() ? keyVariable() : readKeyFile(keyPath());
}

export function keyPath(): string {
  return keyVariable() || join(dataFolder(process.env), 'key');
}

function keyVariable(): string {
  return process.env['MAILTRACK_KEY'] ?? '';
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
    fix: isKeyInEnvironment()
      ? 'Give it the whole text of the key file, with its line ends, or the name of that file.'
      : 'Restore the file; mail already sent can only be counted with the key it was sent with.',
  });
}
