import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { createBlankRemover } from '../../src/recipients/csv-blanks.js';
import { findDelimiter } from '../../src/recipients/csv-dialect.js';
import { type ListReading, parseList } from '../../src/recipients/list.js';
import { fc } from '../properties/fast-check.js';

async function read(
  text: string | readonly Uint8Array[],
  reading: ListReading = {},
  file = 'people.csv',
): Promise<readonly string[]> {
  const items: string[] = [];
  const chunks = typeof text === 'string' ? [Buffer.from(text)] : text;
  for await (const item of parseList(chunks, file, reading)) {
    if (item instanceof Problem) items.push(`${item.where?.line ?? '-'}: ${item.message} | ${item.fix}`);
    else items.push(`${item.line} ${JSON.stringify([...item.fields])}`);
  }
  return items;
}

const octetByOctet = (text: string) => [...Buffer.from(text)].map(octet => Buffer.of(octet));

describe('the delimiter', () => {
  it.each([
    ['a header with more commas than columns', 'Name, first;email\nDoe;a@b\nRoe;c@d\n', ';'],
    ['commas in quotes with line ends', '"a,b\nc,d,e,f";email\nx;a@b\n', ';'],
    ['semicolons in quotes with line ends', '"a;b\nc;d;e",email\nx,a@b\n', ','],
    ['quotes that hold quotes', '"a ""b;c;d"" e",email\nx,a@b\n', ','],
    ['lists in cells behind the delimiter', "id;n;email\n1;['x', 'y'];a@b\n2;['x', 'y'];c@d\n", ';'],
    ['a tab beside a quote', 'Surname;First Name;email\n"\tDoe;Jane"\t;x;a@b\n', ';'],
    ['one column', 'email\na@b\n', ','],
    ['nothing but a header', 'email\tname', '\t'],
    ['a row that is cut off behind the sample', 'email;n\na@b;x\nc@d', ';'],
  ])('is found in spite of %s', (_, head, delimiter) => {
    expect(findDelimiter(head, true)).toBe(delimiter);
    expect(findDelimiter(head, false)).toBe(delimiter);
  });

  it('is the one that is said', async () => {
    expect(await read('email|n\na@b|x,y\n', { delimiter: '|' })).toEqual(['2 [["email","a@b"],["n","x,y"]]']);
    expect(await read('email;n,m\na@b;x\n', { delimiter: ';' })).toEqual(['2 [["email","a@b"],["n,m","x"]]']);
  });

  it.each(['sep=;', 'SEP=;', '"sep=;"', '\ufeffsep=;', 'sep=;;;'])(
    'may stand in the first line: %j',
    async sep => {
      for (const end of ['\n', '\r\n', '\r']) {
        const text = `${sep}${end}email;n,m${end}a@b;x${end}`;
        expect(await read(text)).toEqual(['3 [["email","a@b"],["n,m","x"]]']);
        expect(await read(octetByOctet(text))).toEqual(['3 [["email","a@b"],["n,m","x"]]']);
      }
      expect(await read(`${sep}\nemail|n\na@b|x\n`, { delimiter: '|' })).toEqual([
        '3 [["email","a@b"],["n","x"]]',
      ]);
    },
  );
});

describe('the header row', () => {
  it('is the physical line that is said, whatever stands before it', async () => {
    const text = 'Report "of" people, 5" wide\r\n\r\na;b;c\r\n\r\nemail;n\r\na@b;x,y\r\n';
    expect(await read(text, { headerRow: 5 })).toEqual(['6 [["email","a@b"],["n","x,y"]]']);
    expect(await read(octetByOctet(text), { headerRow: 5 })).toEqual(['6 [["email","a@b"],["n","x,y"]]']);
    expect(await read(text.replaceAll('\r\n', '\r'), { headerRow: 5 })).toEqual([
      '6 [["email","a@b"],["n","x,y"]]',
    ]);
    expect(await read('sep=;\nemail;n,m\na@b;x\n', { headerRow: 2 })).toEqual([
      '3 [["email","a@b"],["n,m","x"]]',
    ]);
  });

  it('may be behind the end', async () => {
    for (const headerRow of [3, 4, 900])
      expect(await read('email\na@b\n', { headerRow })).toEqual([
        `-: the list has no line ${headerRow} | Pass --header-row with the line that names the columns.`,
      ]);
  });
});

describe('columns without a name', () => {
  it('are left out while they are empty, and may be left away at the end', async () => {
    expect(await read('email,,n,,\na@b,,x,,\nc@d,,y\ne@f,,z,\n')).toEqual([
      '2 [["email","a@b"],["n","x"]]',
      '3 [["email","c@d"],["n","y"]]',
      '4 [["email","e@f"],["n","z"]]',
    ]);
  });

  it('hold nothing that is passed over', async () => {
    expect(await read(',email,n\n0,a@b,x\n1,c@d,y\n')).toEqual([
      '1: column 1 has values, but no name | Name it in the first row, or remove it.',
    ]);
    expect(await read('email,n,\na@b,x,\nc@d,y,note\ne@f,z,\n')).toEqual([
      '2 [["email","a@b"],["n","x"]]',
      '3: a value in column 3, which has no name | Name the column in the first row, empty the cell, or pass --skip-invalid to leave such rows out.',
      '4 [["email","e@f"],["n","z"]]',
    ]);
    expect(await read('email,n,\na@b\n')).toEqual([expect.stringMatching(/^2: 1 cell, but 3 columns/)]);
  });
});

describe('blanks beside quotes', () => {
  it.each([
    ['email, "n"\na@b, "x, y" \n', '2 [["email","a@b"],["n","x, y"]]'],
    [' "email" , "n" \r\n "a@b" ,\t"x ""y"" , z"\r\n', '2 [["email","a@b"],["n","x \\"y\\" , z"]]'],
    ['email;n\na@b;   "x;\n y"', '2 [["email","a@b"],["n","x;\\n y"]]'],
    ['email,n\na@b,  x y  \n', '2 [["email","a@b"],["n","  x y  "]]'],
    ['email,n\na@b,"  x  "\n', '2 [["email","a@b"],["n","  x  "]]'],
  ])('are no part of the cell, others are: %j', async (text, row) => {
    expect(await read(text)).toEqual([row]);
    expect(await read(octetByOctet(text))).toEqual([row]);
  });

  it('change nothing else, however the octets are cut', () => {
    const cell = fc.string({ unit: fc.constantFrom(...'a ",\n\t') });
    const blank = fc.constantFrom('', ' ', '  ');
    fc.assert(
      fc.property(
        fc.array(fc.tuple(blank, cell, blank), { minLength: 1 }),
        fc.array(fc.nat(200)),
        (cells, cuts) => {
          const quote = (text: string) => `"${text.replaceAll('"', '""')}"`;
          const written = Buffer.from(
            cells.map(([before, text, after]) => before + quote(text) + after).join(),
          );
          const remover = createBlankRemover(',');
          const edges = [
            0,
            ...cuts.filter(cut => cut < written.length).sort((a, b) => a - b),
            written.length,
          ];
          const pieces = edges
            .slice(1)
            .map((edge, index) => remover.write(written.subarray(edges[index], edge)));
          expect(Buffer.concat([...pieces, remover.end()]).toString()).toBe(
            cells.map(([, text]) => quote(text)).join(),
          );
        },
      ),
    );
  });

  it('are not held without end', () => {
    const remover = createBlankRemover(',');
    remover.write(Buffer.from('email,n\na@b,"Ann"'));
    for (let count = 0; count < 40; count += 1) remover.write(Buffer.alloc(100_000, ' '));
    expect(remover.end().length).toBeLessThan(1_200_000);
  });

  it('do not close a quote that stays open', async () => {
    expect(await read('email,n\na@b, "x\nc@d,y\n')).toEqual([
      expect.stringMatching(/^2: a quote that opens in this row is never closed/),
    ]);
  });
});

describe('files named .tsv', () => {
  it('have no quotes, but for cells that a spreadsheet program put into them', async () => {
    const rows = [
      'email\tnote',
      'a@b\t5" pipe',
      'c@d\t"Bob" Smith',
      'e@f\t"open',
      'g@h\t"say ""x"""',
      '"i@j"\t""',
    ];
    expect(await read(rows.join('\n'), {}, 'people.tsv')).toEqual([
      '2 [["email","a@b"],["note","5\\" pipe"]]',
      '3 [["email","c@d"],["note","\\"Bob\\" Smith"]]',
      '4 [["email","e@f"],["note","\\"open"]]',
      '5 [["email","g@h"],["note","say \\"x\\""]]',
      '6 [["email","i@j"],["note",""]]',
    ]);
  });

  it('name the flag for cells of several lines', async () => {
    const text = 'email\tnote\na@b\t"x\ny"\n';
    expect(await read(text, {}, 'people.tsv')).toEqual([
      expect.stringMatching(/^2 /),
      '3: 1 cell, but 2 columns | Pass --delimiter tab if cells in quotes hold tabs or line ends, or pass --skip-invalid to leave such rows out.',
    ]);
    expect(await read(text, { delimiter: '\t' }, 'people.tsv')).toEqual([
      '2 [["email","a@b"],["note","x\\ny"]]',
    ]);
  });

  it('are named by the error of a quote in other files with tabs', async () => {
    expect(await read('email\tnote\na@b\t5" pipe\n')).toEqual([
      '2: a quote in the middle of a cell of this row | Name the file .tsv if quotes are part of its text; otherwise put the whole cell into quotes.',
    ]);
  });
});

describe('a list that is damaged', () => {
  it('is the same list twice', async () => {
    const list = 'Email Address,n\na@b,x\n';
    expect(await read(list + list)).toEqual([
      '2 [["Email Address","a@b"],["n","x"]]',
      expect.stringMatching(/^3: "Email Address" is not an addr-spec: /),
      '4 [["Email Address","a@b"],["n","x"]]',
    ]);
  });

  it('is notes without an end before a header row', async () => {
    const long = Array.from({ length: 20 }, () => Buffer.alloc(64 * 1024, 'x'));
    expect(await read(long, { headerRow: 2 })).toEqual([
      expect.stringMatching(/^1: the first line is too long for a header/),
    ]);
  });
});
