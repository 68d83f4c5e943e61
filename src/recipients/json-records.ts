/**
 * Lists as JSON (RFC 8259): one object a line, or an array of objects. The keys of the first name the columns. What is
 * not flat, or has other keys, is refused and never made to fit.
 */
import { isUtf8 } from 'node:buffer';
import { type Parsed, Problem, type ProblemCode, parsed, refused } from '../problem.js';
import { createTranscoder, type ListEncoding, type Transcoder, transcode } from './list-encoding.js';
import { type ListRecord, maxRecordOctets } from './list-record.js';
import { skipInvalid } from './list-row.js';
import { quoteInput } from './quote-input.js';

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
type Records = AsyncGenerator<ListRecord | Problem, void, void>;

/** The text of an array is held in memory as a whole. */
const maxArrayBytes = 50_000_000;
const keysShown = 5;

/**
 * One object a line, read as a stream; blank lines are left out.
 * @returns the names of the columns, then each row, or in its place what is wrong with it.
 * @throws Problem `list-syntax` when already the first line is no object, or a line has no end.
 */
export async function* readNdjson(chunks: Chunks, file: string): Records {
  const transcoder = createTranscoder(jsonEncoding);
  const read = createObjectReader(file, 'Write one object on each line.', transcoder);
  for await (const { octets, line } of readLines(transcode(chunks, transcoder), file)) {
    if (isUtf8(octets)) {
      const text = octets.toString();
      if (text.trim() !== '') yield* read(text, line);
    } else
      yield new Problem('list-syntax', `the line is not valid ${encodingName(transcoder)}`, {
        where: { file, line },
      });
  }
}

/**
 * An array of objects, which are numbered from 1 in place of lines.
 * @throws Problem `list-syntax` when it is too large or no array, after the rows before that was seen.
 */
export async function* readJsonArray(chunks: Chunks, file: string): Records {
  const fix = 'Write [{"email": "a@example.com"}, …]; one object a line goes into an .ndjson file.';
  const transcoder = createTranscoder(jsonEncoding);
  const text = await readText(chunks, file, transcoder);
  const read = createObjectReader(file, fix, transcoder);
  const refuse = (what: string, line?: number) =>
    new Problem('list-syntax', what, { where: line === undefined ? { file } : { file, line }, fix });
  let number = 0;
  for (const element of elementsOf(text, refuse)) {
    number += 1;
    yield* read(element, number);
  }
}

/** Lines with their numbers, without their ends and without empty ones; a byte order mark is no part of the first. */
async function* readLines(
  chunks: Chunks,
  file: string,
): AsyncGenerator<{ readonly octets: Buffer; readonly line: number }, void, void> {
  let line = 1;
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const octets = Buffer.concat([rest, chunk]);
    let start = 0;
    for (let end = octets.indexOf(10); end !== -1; end = octets.indexOf(10, start)) {
      // To hand over each of a million empty lines would take a second.
      if (!isEmpty(octets, start, end)) yield { octets: withoutBom(octets.subarray(start, end), line), line };
      line += 1;
      start = end + 1;
    }
    rest = octets.subarray(start);
    if (rest.length > maxRecordOctets)
      throw new Problem('list-syntax', 'a line of more than a million octets', { where: { file, line } });
  }
  if (rest.length > 0) yield { octets: withoutBom(rest, line), line };
}

/** Nothing but blanks, and the CR of a line end. */
function isEmpty(octets: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && (octets[at] === 32 || octets[at] === 9 || octets[at] === 13)) at += 1;
  return at === end;
}

/**
 * RFC 8259 §8.1 asks for UTF-8, and Windows PowerShell writes UTF-16. JSON begins with a sign of ASCII, so the place of
 * the NUL beside it tells which one.
 */
function jsonEncoding(head: Buffer): ListEncoding {
  if (head[0] === 0) return 'utf-16be';
  return head[1] === 0 ? 'utf-16le' : 'utf-8';
}

function encodingName({ encoding }: Transcoder): string {
  return encoding.toUpperCase();
}

function withoutBom(octets: Buffer, line: number): Buffer {
  return line === 1 && octets.toString('latin1', 0, 3) === '\u00ef\u00bb\u00bf' ? octets.subarray(3) : octets;
}

async function readText(chunks: Chunks, file: string, transcoder: Transcoder): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of transcode(chunks, transcoder)) {
    parts.push(chunk);
    bytes += chunk.length;
    if (bytes > maxArrayBytes) {
      throw new Problem('list-syntax', `more than ${maxArrayBytes / 1_000_000} MB in one array`, {
        where: { file },
        fix: 'Write one object a line into an .ndjson file, which is read as a stream.',
      });
    }
  }
  const octets = withoutBom(Buffer.concat(parts), 1);
  if (!isUtf8(octets))
    throw new Problem('list-syntax', `the list is not valid ${encodingName(transcoder)}`, {
      where: { file },
    });
  return octets.toString();
}

/** The elements of an array as they are written: with all of them JSON, the array is. */
function* elementsOf(
  text: string,
  refuse: (what: string, line?: number) => Problem,
): Generator<string, void, void> {
  if (text.trim() === '') return;
  if (!/^\s*\[/.test(text)) throw refuse('the list is not an array of objects');
  const mark = /["[\]{},]/g;
  let depth = 0;
  let elements = 0;
  let start = 0;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    const { 0: character, index } = found;
    if (character === '"') mark.lastIndex = endOfString(text, index);
    else if (character === '[' || character === '{') depth += 1;
    else if (character !== ',') depth -= 1;
    const isEnd = character === ']' && depth === 0;
    const isEdge = isEnd || (character === ',' && depth === 1);
    if (isEdge) {
      const element = text.slice(start, index);
      const isNone = isEnd && elements === 0 && element.trim() === '';
      if (!isNone) yield element;
      elements += 1;
    }
    if (isEnd && text.slice(index + 1).trim() !== '') throw refuse('something follows the array', elements);
    if (isEnd) return;
    if (isEdge || (character === '[' && depth === 1)) start = index + 1;
  }
  throw refuse('the file ends before the array does', elements + 1);
}

/** @returns the index after the closing quote. A regular expression would run out of stack with a string of many MB. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** Makes records of objects: of the first one two, since its keys are the names of the columns. */
function createObjectReader(
  file: string,
  fix: string,
  transcoder: Transcoder,
): (text: string, line: number) => readonly (ListRecord | Problem)[] {
  let names: readonly string[] | undefined;
  return (text, line) => {
    const { encoding } = transcoder;
    const where = { file, line };
    const refuse = (code: ProblemCode, what: string, fix: string) => new Problem(code, what, { where, fix });
    const object =
      text.length > maxRecordOctets ? refused('a row of more than a million characters') : readObject(text);
    if (!object.ok) {
      const problem = refuse('list-syntax', object.why, fix);
      // Nothing says yet that this is a list at all.
      if (names === undefined) throw problem;
      return [problem];
    }
    const header = names === undefined ? [{ cells: object.value.names, line, encoding }] : [];
    names ??= object.value.names;
    const { values, faults } = object.value;
    if (faults.length > 0)
      return [
        ...header,
        ...faults.map(what => refuse('list-row', what, `Correct the row, or ${skipInvalid}.`)),
      ];
    const strange = keyFault(names, values);
    if (strange !== undefined) {
      return [refuse('list-row', strange, `Give every object the keys of the first, or ${skipInvalid}.`)];
    }
    return [...header, { cells: names.map(name => values.get(name)), line, encoding }];
  };
}

interface FlatObject {
  readonly names: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
}

const string = '"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"';
const pair = new RegExp(`(${string})\\s*:\\s*(${string}|[^\\s,}]+)`, 'g');

/** Numbers as they are written: as numbers, long ones would become others, and 1.10 would be 1.1. */
function readObject(text: string): Parsed<FlatObject> {
  if (isDeep(text)) return refused(`arrays or objects stand in one another, ${deepest} deep`);
  let object: unknown;
  try {
    object = JSON.parse(text);
  } catch {
    return refused('the row is not JSON');
  }
  if (typeof object !== 'object' || object === null || Array.isArray(object))
    return refused('the row is not an object');
  const nested = Object.entries(object)
    .filter(([, value]) => typeof value === 'object' && value !== null)
    .map(
      ([name, value]) =>
        `the value of ${quoteInput(name)} is an ${Array.isArray(value) ? 'array' : 'object'}`,
    );
  if (nested.length > 0) return parsed({ names: Object.keys(object), values: new Map(), faults: nested });
  const values = new Map<string, string>();
  const faults: string[] = [];
  for (const [, key = '', value = ''] of text.matchAll(pair)) {
    const name = JSON.parse(key) as string;
    // The later one would silently win.
    if (values.has(name)) faults.push(`the key ${quoteInput(name)} is there twice`);
    values.set(name, value.startsWith('"') ? (JSON.parse(value) as string) : value === 'null' ? '' : value);
  }
  return parsed({ names: [...values.keys()], values, faults });
}

/** A row is flat. JSON.parse takes a quarter of a second for a million brackets. */
const deepest = 100;

function isDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === doubleQuote) at = endOfString(text, at) - 1;
    else if (code === openSquare || code === openBrace) depth += 1;
    else if (code === closeSquare || code === closeBrace) depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
}

const doubleQuote = 0x22;
const openSquare = 0x5b;
const closeSquare = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

function keyFault(names: readonly string[], values: ReadonlyMap<string, string>): string | undefined {
  const missing = names.filter(name => !values.has(name));
  if (missing.length === 0 && values.size === names.length) return undefined;
  const known = new Set(names);
  const unknown = [...values.keys()].filter(name => !known.has(name));
  const say = (what: string, keys: readonly string[]) =>
    keys.length === 0 ? [] : [`${what} ${keys.slice(0, keysShown).map(quoteInput).join(', ')}`];
  return [...say('no key', missing), ...say('an unknown key', unknown)].join(', ');
}
