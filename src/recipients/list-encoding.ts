/** Lists in other encodings than UTF-8: everything behind this file reads UTF-8. */

export const listEncodings = ['utf-8', 'utf-16le', 'utf-16be', 'latin1', 'windows-1252'] as const;
export type ListEncoding = (typeof listEncodings)[number];

/** Octets of a file to octets of UTF-8, piece by piece. */
export interface Transcoder {
  /** What the file is in; settled when the first octets come out. */
  readonly encoding: ListEncoding;
  write(octets: Uint8Array): Buffer;
  end(): Buffer;
}

type Transcode = (octets: Buffer, isLast: boolean) => Buffer;

/** Stands for what is no character, and is none in UTF-8 either: so the cell it is in can be named. */
const noCharacter = Buffer.of(0xff);

/** @param named what somebody says the file is in, or how its first octets tell; a byte order mark says it better. */
export function createTranscoder(
  named: ListEncoding | ((head: Buffer) => ListEncoding) | undefined,
): Transcoder {
  let encoding: ListEncoding = typeof named === 'string' ? named : 'utf-8';
  let transcode: Transcode | undefined;
  let head: Buffer = Buffer.alloc(0);

  function begin(isLast: boolean): Buffer {
    if (head.length < 3 && !isLast) return Buffer.alloc(0);
    encoding = markedEncoding(head) ?? (typeof named === 'function' ? named(head) : encoding);
    transcode = createTranscode(encoding);
    return transcode(head, isLast);
  }

  return {
    get encoding() {
      return encoding;
    },
    write(octets) {
      if (transcode !== undefined)
        return transcode(Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength), false);
      head = Buffer.concat([head, octets]);
      return begin(false);
    },
    end: () => (transcode === undefined ? begin(true) : transcode(Buffer.alloc(0), true)),
  };
}

type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/** The chunks of a file as UTF-8; none of them is empty. The byte order mark stays. */
export async function* transcode(chunks: Chunks, transcoder: Transcoder): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of chunks) {
    const octets = transcoder.write(chunk);
    if (octets.length > 0) yield octets;
  }
  const last = transcoder.end();
  if (last.length > 0) yield last;
}

/** By the byte order mark, which stays where it is. */
function markedEncoding(head: Buffer): ListEncoding | undefined {
  const mark = head.toString('hex', 0, 3);
  if (mark === 'efbbbf') return 'utf-8';
  if (mark.startsWith('fffe')) return 'utf-16le';
  return mark.startsWith('feff') ? 'utf-16be' : undefined;
}

function createTranscode(encoding: ListEncoding): Transcode {
  switch (encoding) {
    case 'utf-8':
      return octets => octets;
    case 'utf-16le':
    case 'utf-16be':
      return createUtf16Transcode(encoding === 'utf-16be');
    case 'latin1':
      return octets => Buffer.from(octets.toString('latin1'));
    case 'windows-1252':
      return encodeWindows1252;
  }
}

/** Not a TextDecoder, which leaves U+FFFD for half a pair: nobody could tell in which cell it happened. */
function createUtf16Transcode(isBigEndian: boolean): Transcode {
  let rest: Buffer = Buffer.alloc(0);
  return (octets, isLast) => {
    const all = Buffer.concat([rest, octets]);
    let whole = all.length - (all.length % 2);
    const lastUnit = all.subarray(Math.max(0, whole - 2), whole).toString('hex');
    // The other half of the pair is still to come.
    if (!isLast && /^d[89ab]/.test(isBigEndian ? lastUnit : lastUnit.slice(2))) whole -= 2;
    rest = all.subarray(whole);
    const units = all.subarray(0, whole);
    const utf8 = encodeUtf8((isBigEndian ? units.swap16() : units).toString('utf16le'));
    return isLast && rest.length > 0 ? Buffer.concat([utf8, noCharacter]) : utf8;
  };
}

function encodeUtf8(text: string): Buffer {
  const [first = '', ...others] = text.split(/\p{Cs}/u);
  return others.length === 0
    ? Buffer.from(text)
    : Buffer.concat([Buffer.from(first), ...others.flatMap(part => [noCharacter, Buffer.from(part)])]);
}

/**
 * Latin-1 but for these 32. The TextDecoder of Node 20 does not know them. The five that mean nothing stay control
 * characters, and are refused as such. https://encoding.spec.whatwg.org/index-windows-1252.txt
 */
const letters =
  '\u20ac\x81\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\x8d\u017d\x8f' +
  '\x90\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\x9d\u017e\u0178';

/** UTF-8 of each octet. */
const utf8Of: readonly Buffer[] = Array.from({ length: 0x100 }, (_, octet) =>
  Buffer.from(letters[octet - 0x80] ?? String.fromCharCode(octet)),
);
const mostUtf8Octets = 3;

function encodeWindows1252(octets: Buffer): Buffer {
  const utf8 = Buffer.allocUnsafe(octets.length * mostUtf8Octets);
  let length = 0;
  for (const octet of octets) {
    if (octet < 0x80) utf8[length++] = octet;
    else for (const one of utf8Of[octet] as Buffer) utf8[length++] = one;
  }
  return utf8.subarray(0, length);
}
