/**
 * The keys that seal tokens. A ring knows no file: it is parsed from text and printed to text.
 * A token names the key it was sealed with, so a new key does not end the life of mail already sent.
 */
import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { printBase32, readBase32 } from '../base32.js';
import { type Parsed, parsed, refused } from '../problem.js';

export interface Key {
  /** 0 to 255; stands in each token sealed with this key. */
  readonly id: number;
  readonly secret: KeyObject;
}

/** A key as it stands in a key file. */
export interface KeyEntry {
  readonly key: Key;
  /** What the comment above it says, `# made <time>`; undefined for keys of before there were such comments. */
  readonly madeAt: Date | undefined;
}

export interface KeyRing {
  /** Seals new tokens: the newest key. */
  readonly signing: Key;
  /** All keys, each of which still verifies. */
  readonly byId: ReadonlyMap<number, Key>;
  /** 16 hex digits that say which key signs and nothing about it, so that two machines can compare. */
  readonly fingerprint: string;
}

const lineEnd = /\r\n|\r|\n/;
const keyBytes = 32;
const fingerprintDomain = 'mailtrack key fingerprint 1\0';

/**
 * One key per line, the newest last; `#` begins a comment line.
 * The reason for a refusal names the line and never quotes it.
 */
export function parseKeyRing(text: string): Parsed<KeyRing> {
  const entries = parseKeyFile(text);
  if (!entries.ok) return entries;
  const [first, ...others] = entries.value.map(({ key }) => key);
  return first === undefined ? refused('there is no key in it') : parsed(createKeyRing([first, ...others]));
}

/** Characters: 256 keys with four lines of comment each take less. */
const longestFile = 100_000;

/** As `parseKeyRing`, with what the comments say; a file without a key is an empty list. */
export function parseKeyFile(text: string): Parsed<readonly KeyEntry[]> {
  if (text.length > longestFile) return refused('it is longer than 256 keys with their comments are');
  const entries = new Map<number, KeyEntry>();
  let madeAt: Date | undefined;
  for (const [index, line] of text.split(lineEnd).entries()) {
    const content = line.trim();
    if (content.startsWith('#')) madeAt = timeInComment(content) ?? madeAt;
    if (content === '' || content.startsWith('#')) continue;
    const key = parseKey(content);
    if (key === undefined) return refused(`line ${index + 1} is not a key (mt1-<0 to 255>-<52 characters>)`);
    if (entries.has(key.id)) return refused(`line ${index + 1} is a second key with the id ${key.id}`);
    entries.set(key.id, { key, madeAt });
    madeAt = undefined;
  }
  return parsed([...entries.values()]);
}

/** @param keys the newest last, no two with one id. */
export function createKeyRing(keys: readonly [Key, ...Key[]]): KeyRing {
  const signing = keys.at(-1) ?? keys[0];
  return { signing, byId: new Map(keys.map(key => [key.id, key])), fingerprint: keyFingerprint(signing) };
}

/**
 * @param id 0 to 255, not used by another key of the ring.
 * @param random 32 bytes from a cryptographic source.
 */
export function createKey(id: number, random: Uint8Array): Key {
  return { id, secret: createSecretKey(random) };
}

/** The same ring, but that this key of it seals: what was begun with a key is gone on with that key. */
export function sealingWith(ring: KeyRing, fingerprint: string): KeyRing | undefined {
  const signing = [...ring.byId.values()].find(key => keyFingerprint(key) === fingerprint);
  return signing && { signing, byId: ring.byId, fingerprint };
}

/** 16 hex digits. The id counts too: the same secret under another id does not verify the same tokens. */
export function keyFingerprint(key: Key): string {
  const hash = createHash('sha256').update(fingerprintDomain).update(Uint8Array.of(key.id));
  return hash.update(key.secret.export()).digest('hex').slice(0, 16);
}

/** `mt1-7-…`: the key as a line of the key file, without a line end. */
export function printKey(key: Key): string {
  return `mt1-${key.id}-${printBase32(key.secret.export())}`;
}

function parseKey(line: string): Key | undefined {
  const match = /^mt1-(?<id>0|[1-9][0-9]{0,2})-(?<secret>[a-z2-7]{52})$/.exec(line);
  const id = Number(match?.groups?.['id']);
  const secret = readBase32(match?.groups?.['secret'] ?? '');
  return id <= 255 && secret?.length === keyBytes ? createKey(id, secret) : undefined;
}

function timeInComment(line: string): Date | undefined {
  const text = /^# made (\S+)$/.exec(line)?.[1] ?? '';
  const time = new Date(text);
  return Number.isNaN(time.getTime()) ? undefined : time;
}
