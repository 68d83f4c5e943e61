import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { parseList } from '../../src/recipients/list.js';
import { createTranscoder, type ListEncoding, listEncodings } from '../../src/recipients/list-encoding.js';
import { fc } from '../properties/fast-check.js';

/** Rows as `line address {note}`, problems as they are printed. */
async function read(
  chunks: readonly Uint8Array[],
  encoding?: ListEncoding,
  file = 'people.csv',
): Promise<readonly string[]> {
  const items: string[] = [];
  for await (const item of parseList(chunks, file, { encoding })) {
    items.push(
      item instanceof Problem
        ? `${item.where?.line}: ${item.message} [${item.code}]`
        : `${item.line} ${item.mailbox.addrSpec} ${item.fields.get('note')}`,
    );
  }
  return items;
}

function encode(text: string, encoding: ListEncoding): Buffer {
  if (encoding === 'utf-16be') return Buffer.from(text, 'utf16le').swap16();
  if (encoding === 'windows-1252') return Buffer.from(text.replaceAll('€', '\x80'), 'latin1');
  return Buffer.from(text, encoding);
}

const octetByOctet = (octets: Buffer) => [...octets].map(octet => Buffer.of(octet));
const list = 'email;note\r\na@bücher.example;"Grüße\r\nan alle"\r\nc@d;x\r\n';
const rows = ['2 a@xn--bcher-kva.example Grüße\r\nan alle', '4 c@d x'];

describe('a list', () => {
  it.each(['utf-8', 'utf-16le', 'utf-16be'] as const)(
    'with the mark of %s is read, whatever is said',
    async encoding => {
      const octets = encode(`\ufeff${list}`, encoding);
      expect(await read([octets])).toEqual(rows);
      expect(await read(octetByOctet(octets))).toEqual(rows);
      for (const named of listEncodings) expect(await read([octets], named)).toEqual(rows);
    },
  );

  it.each(listEncodings)('in %s without a mark is read when it is said', async encoding => {
    const octets = encode(list, encoding);
    expect(await read([octets], encoding)).toEqual(rows);
    expect(await read(octetByOctet(octets), encoding)).toEqual(rows);
  });

  it('has the letters of Windows that Latin-1 has not', async () => {
    const euro = Buffer.from('email,note\na@b,5 \x80 \x93x\x94\nc@d,\x81\n', 'latin1');
    expect(await read([euro], 'windows-1252')).toEqual([
      '2 a@b 5 € “x”',
      '3: control character U+0081 in column "note" [list-row]',
    ]);
    expect(await read([euro], 'latin1')).toEqual([
      '2: control character U+0080 in column "note" [list-row]',
      '3: control character U+0081 in column "note" [list-row]',
    ]);
  });

  it('is empty in every encoding', async () => {
    for (const encoding of listEncodings) {
      expect(await read([], encoding)).toEqual(['undefined: the list is empty [list-syntax]']);
      expect(await read([Buffer.alloc(0)], encoding)).toEqual(['undefined: the list is empty [list-syntax]']);
    }
    expect(await read([encode('\ufeff', 'utf-16be')])).toEqual([
      'undefined: the list is empty [list-syntax]',
    ]);
  });

  it('in UTF-16 is refused in the cells that are none, and the rows after them are read', async () => {
    const broken = 'email,note\na@b,\ud83d\nc@d,\udca9x\ne@f,\ud83d\ud83d\udca9\ng@h,\ud83d\udca9\n';
    const expected = [
      '2: column "note" is not valid UTF-16LE [list-syntax]',
      '3: column "note" is not valid UTF-16LE [list-syntax]',
      '4: column "note" is not valid UTF-16LE [list-syntax]',
      '5 g@h \ud83d\udca9',
    ];
    const octets = encode(broken, 'utf-16le');
    expect(await read([octets], 'utf-16le')).toEqual(expected);
    expect(await read(octetByOctet(octets), 'utf-16le')).toEqual(expected);
    const bigEndian = encode(broken, 'utf-16be');
    expect(await read([bigEndian], 'utf-16be')).toEqual(expected.map(line => line.replace('LE', 'BE')));
    expect(await read([encode('email,\ud83d\n', 'utf-16le')], 'utf-16le')).toEqual([
      '1: the name of column 2 is not valid UTF-16LE [list-column]',
    ]);
  });

  it('in UTF-16 that ends in half a character is refused there', async () => {
    const octets = encode('email,note\na@b,x', 'utf-16le');
    const expected = ['2: column "note" is not valid UTF-16LE [list-syntax]'];
    expect(await read([octets.subarray(0, -1)], 'utf-16le')).toEqual(expected);
    const pair = encode('email,note\na@b,\ud83d', 'utf-16be');
    expect(await read([pair], 'utf-16be')).toEqual([expected[0]?.replace('LE', 'BE')]);
  });

  it('of objects is UTF-8, whatever is said of others', async () => {
    const object = Buffer.from('{"email":"a@b","note":"ä"}');
    expect(await read([object], 'latin1', 'people.ndjson')).toEqual(['1 a@b ä']);
  });
});

it('says to name the encoding', async () => {
  for await (const item of parseList([Buffer.from('email,n\na@b,\xe4\n', 'latin1')], 'people.csv')) {
    expect(item instanceof Problem && item.fix).toBe(
      'Pass --encoding windows-1252 if a program on Windows saved this list; otherwise save it as "CSV UTF-8".',
    );
  }
});

it('transcodes the same however the octets are cut', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('utf-16le', 'utf-16be'),
      fc.string({ unit: fc.constantFrom('a', 'ä', '日', '😀', '\ufeff', '\n') }),
      fc.array(fc.nat(40)),
      (encoding: ListEncoding, text, cuts) => {
        const octets = encode(text, encoding);
        const transcoder = createTranscoder(encoding);
        const edges = [0, ...cuts.sort((a, b) => a - b), octets.length];
        const pieces = edges
          .slice(1)
          .map((edge, index) => transcoder.write(octets.subarray(edges[index], edge)));
        expect(Buffer.concat([...pieces, transcoder.end()]).toString()).toBe(text);
      },
    ),
  );
});
