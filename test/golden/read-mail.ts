/** A message as postal-mime and as Python's `email` package read it, in one form that can be compared. */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import PostalMime, { type Address, decodeWords } from 'postal-mime';
import { treeOf } from '../message/tree.js';

export interface ReadMail {
  readonly subject: string;
  readonly from: string;
  readonly to: readonly string[];
  readonly cc: readonly string[];
  readonly replyTo: readonly string[];
  /** Names in lower case. */
  readonly fields: Readonly<Record<string, string>>;
  readonly tree: string;
  readonly text: string;
  readonly html: string;
  /** Name, media type and SHA-256 of each. */
  readonly files: readonly (readonly [string, string, string])[];
  /** What the parser has to say against it; postal-mime says nothing. */
  readonly defects: readonly string[];
}

export async function readWithPostalMime(message: Buffer): Promise<ReadMail> {
  const read = await PostalMime.parse(message, { forceRfc822Attachments: true });
  return {
    subject: read.subject ?? '',
    from: printAddresses(read.from === undefined ? [] : [read.from])[0] ?? '',
    to: printAddresses(read.to),
    cc: printAddresses(read.cc),
    replyTo: printAddresses(read.replyTo),
    fields: Object.fromEntries(read.headers.map(({ key, value }) => [key, decodeWords(value)])),
    tree: treeOf(message.toString('latin1')),
    text: withOneEnd(read.text),
    html: withOneEnd(read.html),
    files: read.attachments.map(({ filename, mimeType, content }) => [
      filename ?? '',
      mimeType,
      fileHash(mimeType, Buffer.from(content as ArrayBuffer)),
    ]),
    defects: [],
  };
}

/** Of text by its lines: parsers give them other ends. */
export function fileHash(mediaType: string, content: string | Uint8Array): string {
  const octets = Buffer.from(content);
  const isText = /^(?:text|message)\//.test(mediaType);
  const lines = octets.toString('latin1').replaceAll('\r\n', '\n').replace(/\n+$/, '');
  return createHash('sha256')
    .update(isText ? Buffer.from(lines, 'latin1') : octets)
    .digest('hex');
}

/** Whether the line end before a boundary is the part's own is read in two ways. RFC 2046 §5.1.1 */
function withOneEnd(text = ''): string {
  return `${text.replaceAll('\r\n', '\n').replace(/\n+$/, '')}\n`;
}

/** A group without members is nobody. */
function printAddresses(addresses: readonly Address[] = []): readonly string[] {
  return addresses
    .filter(({ group }) => group === undefined)
    .map(({ name, address }) => (name === '' ? (address ?? '') : `${name} <${address}>`));
}

export const hasPython = spawnSync('python3', ['-c', 'import email.policy']).status === 0;

/** One run of Python for all files. */
export function readWithPython(paths: readonly string[]): readonly ReadMail[] {
  const { stdout, stderr } = spawnSync('python3', [`${import.meta.dirname}/read_mail.py`], {
    input: JSON.stringify(paths),
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as readonly ReadMail[];
}
