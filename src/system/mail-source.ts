import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Problem } from '../problem.js';
import { beginsHeader, splitMbox } from '../returned/mbox.js';
import { maxReadOctets } from '../returned/message-parts.js';
import type { MailItem } from '../workflow/inbox-ports.js';
import { fileProblem } from './file-problem.js';
import { readStandardInput } from './standard-input.js';

/**
 * The messages of a Maildir, an mbox, a file with one message, a folder of such files, or standard input (`-`), one after the other.
 * Nothing is written, moved or marked. Of a message, the first 4 MB are read.
 * @throws Problem `input-missing`, `io` when the source itself cannot be read; what cannot be read in it is an item.
 */
export async function* readMailSource(path: string): AsyncGenerator<MailItem, void, void> {
  if (path === '-') {
    yield* readMessages(readStandardInput(), 'standard input');
    return;
  }
  const facts = await stat(path).catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
  if (facts.isDirectory()) yield* readFolder(path);
  else if (facts.isFile()) yield* readMessages(streamFile(path), path);
  else
    throw new Problem('io', `${path} is neither a file nor a folder`, {
      fix: 'Name a file, a folder, or -.',
    });
}

async function* readFolder(path: string): AsyncGenerator<MailItem, void, void> {
  const entries = await listFolder(path);
  const has = (name: string) => entries.some(entry => entry.isDirectory() && entry.name === name);
  if (has('cur') && has('new')) {
    for (const folder of ['new', 'cur']) yield* readMaildirFolder(join(path, folder), join(path, 'cur'));
    return;
  }
  const names = entries
    .filter(entry => !entry.isDirectory() && isMailFile(entry.name))
    .map(({ name }) => name);
  if (names.length === 0) {
    throw new Problem('input-missing', `${path} is neither a Maildir nor a folder with .eml or .mbox files`, {
      fix: 'A Maildir has the folders cur and new. Name one of them, or a folder with saved messages.',
    });
  }
  for (const name of inOrder(names)) yield* readAnyway(join(path, name));
}

/** Saved messages, an mbox, or the numbered files of an MH folder. */
function isMailFile(name: string): boolean {
  return /\.(?:eml|emlx|mbox|mbx)$|^\d+$|^mbox$/i.test(name);
}

/** Names of a Maildir begin with the time of delivery. */
async function* readMaildirFolder(folder: string, current: string): AsyncGenerator<MailItem, void, void> {
  const entries = await listFolder(folder);
  const names = entries
    .filter(entry => !entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name);
  for (const name of inOrder(names)) {
    const path = join(folder, name);
    for await (const item of readAnyway(path)) {
      const isGone = item.kind === 'unreadable' && item.problem.code === 'input-missing';
      if (!isGone) yield item;
      else yield* readRenamed(name, current);
    }
  }
}

/** A mail program moves a message that it shows, and renames one that it marks. One that was deleted is not missed. */
async function* readRenamed(name: string, current: string): AsyncGenerator<MailItem, void, void> {
  const uniqueName = (one: string) => one.split(/[:;!]/, 1)[0];
  const found = (await listFolder(current)).find(entry => uniqueName(entry.name) === uniqueName(name));
  if (found !== undefined) yield* readAnyway(join(current, found.name));
}

/** With a file that cannot be read as an item: the others are read all the same. */
async function* readAnyway(path: string): AsyncGenerator<MailItem, void, void> {
  try {
    yield* readMessages(streamFile(path), path);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    yield { kind: 'unreadable', problem: error };
  }
}

/** One message, or those of an mbox: that begins with a separator. */
async function* readMessages(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<MailItem, void, void> {
  const iterator = chunks[Symbol.asyncIterator]();
  const first = await iterator.next();
  if (first.done === true) return;
  const head = Buffer.from(first.value);
  const all = resumed(head, iterator);
  if (head.toString('latin1', 0, 5) === 'From ') {
    for await (const { octets, line } of splitMbox(all))
      yield { kind: 'message', octets, where: { file, line } };
    return;
  }
  const octets = withoutCount(await firstOctets(all));
  const fault = faultOf(octets);
  if (fault === undefined) yield { kind: 'message', octets, where: { file } };
  else
    yield {
      kind: 'unreadable',
      problem: new Problem('io', `${file} ${fault.why}`, { fix: fault.fix, where: { file, line: 1 } }),
    };
}

/** Apple Mail's `.emlx` has the length of the message in a line before it. */
function withoutCount(octets: Buffer): Buffer {
  const [count] = /^\d{1,10} *\n/.exec(octets.toString('latin1', 0, 20)) ?? [];
  return count === undefined ? octets : octets.subarray(count.length, count.length + Number(count));
}

function faultOf(octets: Buffer): { readonly why: string; readonly fix: string } | undefined {
  const text = octets.toString('latin1', 0, 1_000).replace(/^(?:ï»¿)?[\r\n]*/, '');
  if (octets[0] === 0x1f && octets[1] === 0x8b)
    return {
      why: 'is compressed with gzip',
      fix: 'Unpack it first: gunzip, or zcat FILE | mailtrack inbox -',
    };
  if (octets[0] === 0xd0 && octets[1] === 0xcf)
    return { why: 'is a message in the format of Outlook (.msg)', fix: 'Save it as .eml.' };
  if (!beginsHeader(text))
    return {
      why: 'is not a message: it does not begin with a header field',
      fix: 'Save the message with its whole source (.eml).',
    };
  return undefined;
}

async function firstOctets(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    pieces.push(chunk);
    length += chunk.length;
    if (length >= maxReadOctets) break;
  }
  return Buffer.concat(pieces).subarray(0, maxReadOctets);
}

/** Nothing of a file is read that nobody asks for, and it is closed however reading ends. */
async function* streamFile(path: string): AsyncGenerator<Uint8Array, void, void> {
  const failed = (cause: unknown): never => {
    throw fileProblem(path, cause);
  };
  const file = await open(path).catch(failed);
  try {
    for (let size = firstBlockOctets; ; size = blockOctets) {
      const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(size), 0, size, null).catch(failed);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}

/** Most messages are smaller. */
const firstBlockOctets = 16 * 1024;
const blockOctets = 256 * 1024;

async function* resumed(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  try {
    yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function listFolder(path: string) {
  return readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw fileProblem(path, cause);
  });
}

/** By number where names begin with one: `2.eml` before `10.eml`. */
function inOrder(names: readonly string[]): readonly string[] {
  const byNumber = (name: string) => Number(/^\d{1,15}/.exec(name)?.[0] ?? Number.POSITIVE_INFINITY);
  return names
    .map(name => ({ name, number: byNumber(name) }))
    .sort((one, other) => compare(one.number, other.number) || compare(one.name, other.name))
    .map(({ name }) => name);
}

function compare<T extends string | number>(one: T, other: T): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
