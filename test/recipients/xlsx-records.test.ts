import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { parseList } from '../../src/recipients/list.js';
import { fc } from '../properties/fast-check.js';
import { type CellSource, pack, workbook, workbookParts } from './workbook.js';

async function readFile(
  octets: Uint8Array,
  sheet?: string,
  file = 'people.xlsx',
): Promise<readonly string[]> {
  const items: string[] = [];
  for await (const item of parseList([octets.subarray(0, 100), octets.subarray(100)], file, { sheet })) {
    if (item instanceof Problem)
      items.push(
        `${item.where?.file}:${item.where?.line ?? '-'}: ${item.code}: ${item.message}\n  ${item.fix}`,
      );
    else
      items.push(
        `${item.line} ${item.mailbox.addrSpec} ${JSON.stringify([...item.fields.values()].slice(1))}`,
      );
  }
  return items;
}

function rows(...written: readonly (readonly CellSource[])[]): Promise<readonly string[]> {
  const below = Object.fromEntries(written.map((row, index) => [index + 2, row]));
  return readFile(workbook({ name: 'People', rows: { 1: ['email', 'x', 'y'], ...below } }));
}

const value = async (cell: CellSource) => (await rows(['a@example.com', cell]))[0];

describe('cells', () => {
  it.each([
    ['text as it stands', ' two  blanks\nÄ <&> "😀" ', ' two  blanks\nÄ <&> "😀" '],
    ['line ends as one', 'a\r\nb_x000D_\nc', 'a\nb\nc'],
    ['a ZIP code kept as text', '01234', '01234'],
    ['whole numbers', 1234, '1234'],
    ['a ZIP code that is a number', { xml: '><v>1234.0</v></c>' }, '1234'],
    ['long numbers', { xml: '><v>491701234567</v></c>' }, '491701234567'],
    ['numbers written with an exponent', { xml: '><v>1.5E+15</v></c>' }, '1500000000000000'],
    ['small ones too', { xml: '><v>2.5E-7</v></c>' }, '0.00000025'],
    ['fractions with the digits that are shown', { xml: '><v>0.10000000000000001</v></c>' }, '0.1'],
    ['negative numbers', { xml: '><v>-3.5</v></c>' }, '-3.5'],
    ['true', { xml: 't="b"><v>1</v></c>' }, 'true'],
    ['false', { xml: 't="b"><v>0</v></c>' }, 'false'],
    ['dates', { xml: 's="1"><v>46349</v></c>' }, '2026-11-23'],
    ['dates with a time', { xml: 's="2"><v>46349.395833333336</v></c>' }, '2026-11-23 09:30'],
    ['times with seconds', { xml: 's="2"><v>46349.395844907405</v></c>' }, '2026-11-23 09:30:01'],
    ['times of day', { xml: 's="2"><v>0.5</v></c>' }, '12:00'],
    ['dates in ISO 8601', { xml: 't="d"><v>2026-11-23</v></c>' }, '2026-11-23'],
    ['formulas by what they came to', { xml: 't="str"><f>A2&amp;"!"</f><v>a!</v></c>' }, 'a!'],
    ['formulas that came to a number', { xml: '><f>1+1</f><v>2</v></c>' }, '2'],
    ['formulas that came to nothing', { xml: 't="str"><f>""</f><v></v></c>' }, ''],
    ['formatted empty cells', { xml: 's="1"/>' }, ''],
  ])('are read as people read them: %s', async (_, cell, expected) => {
    expect(await value(cell as CellSource)).toBe(`2 a@example.com ${JSON.stringify([expected, ''])}`);
  });

  it('with an error are refused, with their row and column', async () => {
    expect(
      await rows(
        ['a@example.com', { xml: 't="e"><f>1/0</f><v>#DIV/0!</v></c>' }],
        ['b@example.com', 'fine', '#winter'],
        ['c@example.com', 'fine', { xml: 't=\'e\' s="1"><v>#REF!</v></c>' }],
        ['d@example.com', '#N/A'],
        ['e@example.com', { xml: '><f>1+1</f><v></v></c>' }],
        ['f@example.com', { xml: 's="1"><f t="shared" si="0"/></c>' }],
        ['g@example.com', { xml: 't="str"><f>A1</f></c>' }],
      ),
    ).toEqual([
      `people.xlsx:2: list-row: the formula in column B came to #DIV/0!
  Correct it, save the workbook again, or pass --skip-invalid to leave such rows out.`,
      '3 b@example.com ["fine","#winter"]',
      `people.xlsx:4: list-row: the formula in column C came to #REF!
  Correct it, save the workbook again, or pass --skip-invalid to leave such rows out.`,
      `people.xlsx:5: list-row: the formula in column B came to #N/A
  Correct it, save the workbook again, or pass --skip-invalid to leave such rows out.`,
      `people.xlsx:6: list-row: the formula in column B was never calculated
  Open the workbook in a spreadsheet program and save it, or pass --skip-invalid to leave such rows out.`,
      `people.xlsx:7: list-row: the formula in column B was never calculated
  Open the workbook in a spreadsheet program and save it, or pass --skip-invalid to leave such rows out.`,
      `people.xlsx:8: list-row: the formula in column B was never calculated
  Open the workbook in a spreadsheet program and save it, or pass --skip-invalid to leave such rows out.`,
    ]);
  });

  it('come back as they were written, whatever is in them', async () => {
    const text = fc
      .string({ unit: 'grapheme', maxLength: 30 })
      // XML has no control characters, and `_x000D_` means one.
      // The reader takes blanks alone for an empty cell.
      .filter(one => one === '' || one.trim() !== '')
      .filter(one => !/[\0-\x1f\x7f-\x9f\ufffe\uffff]|\p{Cs}|_x[\da-f]{4}_/iu.test(one) && !/^#/.test(one));
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 20 }), async texts => {
        const read = await rows(...texts.map(one => ['a@example.com', one]));
        expect(read.filter(item => !item.includes('list-syntax'))).toEqual(
          texts.map((one, index) => `${index + 2} a@example.com ${JSON.stringify([one, ''])}`),
        );
      }),
      { numRuns: 50 },
    );
  });
});

describe('rows', () => {
  it('have the numbers that the spreadsheet shows; empty ones are left out, above the header too', async () => {
    const sheet = {
      name: 'People',
      rows: { 3: ['email', 'x'], 4: ['a@example.com', '1'], 6: ['', ' '], 9: ['b@@example.com', '2'] },
    };
    expect(await readFile(workbook(sheet))).toEqual([
      '4 a@example.com ["1"]',
      expect.stringMatching(/^people.xlsx:9: address-syntax: /),
    ]);
  });

  it('end with the last named column, unless something stands behind it', async () => {
    expect(
      await rows(['a@example.com', '1', '2', '', ' '], ['b@example.com'], ['c@example.com', '1', '2', '3']),
    ).toEqual([
      '2 a@example.com ["1","2"]',
      '3 b@example.com ["",""]',
      expect.stringMatching(
        /^people.xlsx:4: list-row: 4 cells, but 3 columns\n {2}Name each column that holds something in the header row, or empty its cells, or pass --skip-invalid/,
      ),
    ]);
  });

  it('are many, and whole', async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => [`r${i}@example.com`, 'x'.repeat(i % 50), i]);
    const read = await rows(...many);
    expect(read).toHaveLength(20_000);
    expect(read).toEqual(many.map(([to, x, y], i) => `${i + 2} ${to} ${JSON.stringify([x, String(y)])}`));
  });
});

describe('sheets', () => {
  const two = workbook(
    { name: 'Cover', rows: { 1: ['email'], 2: ['cover@example.com'] } },
    { name: 'People & more', rows: { 1: ['email'], 2: ['people@example.com'] } },
  );
  it('are the first, or the one that was named', async () => {
    expect(await readFile(two)).toEqual(['2 cover@example.com []']);
    expect(await readFile(two, 'People & more')).toEqual(['2 people@example.com []']);
  });

  it('that are not there are named with those that are', async () => {
    expect(await readFile(two, 'People')).toEqual([
      'people.xlsx:-: list-syntax: there is no sheet "People"\n  There are: "Cover", "People & more".',
    ]);
    expect(await readFile(two, 'cover')).toEqual([
      'people.xlsx:-: list-syntax: there is no sheet "cover"\n  Did you mean "Cover"?',
    ]);
  });

  it('without rows are an empty list', async () => {
    expect(await readFile(workbook({ name: 'S', rows: {} }))).toEqual([
      'people.xlsx:-: list-syntax: the list is empty\n  Its first row names the columns, the one with the addresses email.',
    ]);
  });
});

describe('what is no workbook, or too much of one', () => {
  const parts = workbookParts([{ name: 'S', rows: { 1: ['email'], 2: ['a@example.com'] } }]);
  const sheet = 'xl/worksheets/sheet1.xml';
  const xml = parts[sheet] ?? '';
  const fine = pack(parts);
  const ods = pack({ mimetype: 'application/vnd.oasis.opendocument.spreadsheet', 'content.xml': '<x/>' });
  const stored = Buffer.concat([
    Buffer.from('PK\x03\x04'.padEnd(30, '\0'), 'latin1'),
    Buffer.from('mimetypeapplication/vnd.oasis.opendocument.spreadsheet'),
  ]);
  const withSheet = (text: string) => pack({ ...parts, [sheet]: text });

  it.each([
    [
      'the old format',
      Buffer.from('d0cf11e0a1b11ae1', 'hex'),
      'is in the old format of Excel, or has a password',
    ],
    ['OpenDocument', stored, 'is an OpenDocument file'],
    ['another archive', ods, 'is no XLSX workbook'],
    ['text', Buffer.from('email\na@example.com\n'), 'is no XLSX workbook'],
    ['nothing', Buffer.alloc(0), 'is no XLSX workbook'],
    ['half a file', fine.subarray(0, fine.length / 2), 'is damaged'],
    [
      'a part that is missing',
      pack({ ...parts, 'xl/_rels/workbook.xml.rels': '<Relationships/>' }),
      'is damaged',
    ],
    ['half a sheet', withSheet(xml.slice(0, -30)), 'is damaged'],
    [
      'a text that is nowhere',
      withSheet(xml.replace('t="inlineStr"', 't="s"').replace(/<is>.*?<\/is>/, '<v>7</v>')),
      'is damaged',
    ],
    [
      'a number that is none',
      withSheet(xml.replace('t="inlineStr"', '').replace(/<is>.*?<\/is>/, '<v>seven</v>')),
      'is damaged',
    ],
    [
      'entities',
      withSheet(xml.replace('<worksheet', '<!DOCTYPE x [<!ENTITY a "b">]><worksheet')),
      'has declarations in its XML that no spreadsheet has',
    ],
    [
      'a row beyond the last',
      withSheet(xml.replace('<row r="2"', '<row r="999999999999"')),
      'has a sheet too large for a list',
    ],
    [
      'cells as far as they go',
      withSheet(
        xml
          .replace('"A2"', '"XFD2"')
          .replace(/<row r="2">/, '<row r="1048576">')
          .replace('XFD2', 'XFD1048576'),
      ),
      'has a sheet too large for a list',
    ],
    [
      'a bomb by its ratio',
      withSheet(xml + ' '.repeat(20_000_000)),
      'unpacks to more than a list could need',
    ],
    [
      'a bomb by its size',
      withSheet(xml.replace('a@example.com', noise(60_000_000))),
      'unpacks to more than a list could need',
    ],
  ] as const)('is refused: %s', async (_, octets, why) => {
    expect(await readFile(octets)).toEqual([
      `people.xlsx:-: list-syntax: people.xlsx ${why}\n  Save it as XLSX or CSV.`,
    ]);
  });

  it.each(['<c r="A1" ', '<row r', '<c t = ', '<c><f ', '<c>\n<f>', '<!-- ', '<![CDATA[', ' '])(
    'costs no more than its length, however often something begins: %s',
    async begun => {
      const letters = noise(600_000).replaceAll(/.{12}/g, word => begun + word);
      const octets = withSheet(xml.replace('</sheetData>', `${letters}</sheetData>`));
      expect(await readFile(octets)).toEqual([
        'people.xlsx:-: list-syntax: people.xlsx is damaged\n  Save it as XLSX or CSV.',
      ]);
    },
    20_000,
  );

  it('is no cell of half a million characters', async () => {
    const long = (length: number) => readFile(withSheet(xml.replace('a@example.com', noise(length))));
    expect(await long(500_001)).toEqual([expect.stringContaining('is damaged')]);
    expect(await long(499_000)).toEqual([expect.stringContaining('address-syntax')]);
  });

  it('is not unpacked beyond what it declares', async () => {
    // The central directory says 100 octets, and there are ten million.
    const lying = Buffer.from(pack({ ...parts, 'xl/big.xml': 'x'.repeat(10_000_000) }));
    const entry = lying.indexOf('xl/big.xml', lying.indexOf('PK\x01\x02', 0, 'latin1')) - 46;
    expect(lying.readUInt32LE(entry + 24)).toBe(10_000_000);
    lying.writeUInt32LE(100, entry + 24);
    expect(await readFile(lying)).toEqual(['2 a@example.com []']);
  });

  it('is refused at 20 MB, before it is looked at', async () => {
    expect(await readFile(Buffer.alloc(20_000_001))).toEqual([
      'people.xlsx:-: list-syntax: the workbook has more than 20 MB\n  Save the sheet as CSV, which is read as a stream.',
    ]);
  });

  it.each(['old.xls', 'open.ods', 'mac.numbers', 'macros.xlsm'])('is refused by its name: %s', async file => {
    expect(await readFile(Buffer.alloc(10), undefined, file)).toEqual([
      `${file}:-: list-syntax: ${file} is a spreadsheet in a format that is not read\n  Save it as XLSX or CSV.`,
    ]);
  });
});

/** What does not compress. */
function noise(length: number): string {
  let seed = 1;
  const letters = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    letters[at] = 97 + ((seed >> 16) % 26);
  }
  return letters.toString('latin1');
}
