/** What the reader of workbooks does not tell: hidden sheets and rows, formats of times, parts in other places. */
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { type ListReading, parseList } from '../../src/recipients/list.js';
import { describeSheet, type SheetFacts } from '../../src/recipients/list-facts.js';
import { printTime, readFormatCode } from '../../src/recipients/xlsx-formats.js';
import { pack, type SheetSource, workbook, workbookParts } from './workbook.js';

async function read(octets: Uint8Array, reading: ListReading = {}) {
  let sheet: SheetFacts | undefined;
  const rows: string[] = [];
  const onColumns = (facts: { readonly sheet: SheetFacts | undefined }) => {
    sheet = facts.sheet;
  };
  for await (const item of parseList([octets], 'people.xlsx', { ...reading, onColumns })) {
    if (item instanceof Problem) rows.push(`${item.where?.line ?? '-'}: ${item.message} | ${item.fix}`);
    else rows.push(`${item.line} ${[...item.fields.values()].join(' ')}`);
  }
  return { sheet: sheet && describeSheet(sheet), rows };
}

const people = (name: string, ...addresses: readonly string[]): SheetSource => ({
  name,
  rows: Object.fromEntries([['email'], ...addresses.map(one => [one])].map((row, index) => [index + 1, row])),
});

function changed(parts: Record<string, string>, part: string, from: string | RegExp, to: string): Uint8Array {
  const xml = parts[part] ?? '';
  expect(xml).toMatch(from);
  return pack({ ...parts, [part]: xml.replace(from, to) });
}

const sheet1 = 'xl/worksheets/sheet1.xml';

describe('sheets', () => {
  const three = workbookParts([
    people('Old', 'old@x.example'),
    people('Current', 'new@x.example'),
    people('Raw & more', 'raw@x.example'),
  ]);
  const hide = (...states: readonly string[]) => {
    const xml = states.reduce(
      (text, state, index) =>
        text.replace(`sheetId="${index + 1}"`, `sheetId="${index + 1}" state="${state}"`),
      three['xl/workbook.xml'] ?? '',
    );
    return pack({ ...three, 'xl/workbook.xml': xml });
  };

  it.each(['hidden', 'veryHidden'])('that are %s are passed by', async state => {
    expect(await read(hide(state))).toEqual({
      sheet: 'sheet "Current", the first that is not hidden, row 2',
      rows: ['2 new@x.example'],
    });
    expect((await read(hide(state, state))).rows).toEqual(['2 raw@x.example']);
  });

  it('that are hidden are read when they are named', async () => {
    expect(await read(hide('hidden'), { sheet: 'Old' })).toEqual({
      sheet: 'sheet "Old", row 2',
      rows: ['2 old@x.example'],
    });
  });

  it('are never all hidden without a question', async () => {
    expect((await read(hide('hidden', 'hidden', 'veryHidden'))).rows).toEqual([
      '-: every sheet of the workbook is hidden | Pass --sheet with one of them: "Old", "Current", "Raw & more".',
    ]);
  });

  it('that hold no list are named, with those that may', async () => {
    const cover = (first: SheetSource) =>
      workbook(first, people('Guests', 'a@x.example'), people('Staff', 'b@x.example'));
    const other = 'This is the sheet "Cover": if another is meant, pass --sheet with "Guests" or "Staff".';
    expect((await read(cover({ name: 'Cover', rows: {} }))).rows).toEqual([
      `-: the list is empty | Its first row names the columns, the one with the addresses email. ${other}`,
    ]);
    expect((await read(cover({ name: 'Cover', rows: { 1: ['Read me'] } }))).rows).toEqual([
      `1: there is no column "email"; there are: "Read me" | Name the column of the addresses email, or pass --email-column with its name. If notes stand before the header, pass --header-row with its line. ${other}`,
    ]);
    expect((await read(cover({ name: 'Cover', rows: { 1: ['email'] } }))).rows).toEqual([
      `-: the list has a header but no rows | ${other}`,
    ]);
    expect((await read(cover({ name: 'Cover', rows: {} }), { sheet: 'Cover' })).rows).toEqual([
      '-: the list is empty | Its first row names the columns, the one with the addresses email.',
    ]);
  });

  it('that show a chart are passed by', async () => {
    const chart = changed(
      three,
      'xl/_rels/workbook.xml.rels',
      '/worksheet" Target="worksheets/sheet1.xml"',
      '/chartsheet" Target="chartsheets/sheet1.xml"',
    );
    expect((await read(chart)).rows).toEqual(['2 new@x.example']);
  });
});

describe('rows', () => {
  const parts = workbookParts([people('S', 'a@x.example', 'b@x.example', 'c@x.example', 'd@x.example')]);
  const xml = (parts[sheet1] ?? '')
    .replace('<row r="3">', '<row r="3" hidden="1">')
    .replace('<row r="4">', "<row r='4' ht='0' hidden='true'>")
    .replace('<row r="5">', '<row r="5" hidden="0">');
  const hidden = pack({ ...parts, [sheet1]: xml });

  it('that are hidden are read, and the plan says so', async () => {
    expect(await read(hidden)).toEqual({
      sheet: 'sheet "S", rows 2 to 5; 2 hidden rows are included; --visible-rows leaves them out',
      rows: ['2 a@x.example', '3 b@x.example', '4 c@x.example', '5 d@x.example'],
    });
  });

  it('that are hidden are left out when that is said', async () => {
    expect(await read(hidden, { visibleRows: true })).toEqual({
      sheet: 'sheet "S", rows 2 to 5; 2 hidden rows left out by --visible-rows',
      rows: ['2 a@x.example', '5 d@x.example'],
    });
  });

  it('that are all left out are told', async () => {
    const all = xml.replaceAll(/<row r=(["'])([2-5])\1[^>]*>/g, '<row r="$2" hidden="1">');
    expect((await read(pack({ ...parts, [sheet1]: all }), { visibleRows: true })).rows).toEqual([
      '-: the list has a header but no rows | Its 4 rows are hidden: show them, or do without --visible-rows.',
    ]);
  });

  it('without numbers count from the one before', async () => {
    const unnumbered = xml.replaceAll(/<row r=["']\d["']/g, '<row');
    const { rows } = await read(pack({ ...parts, [sheet1]: unnumbered }), { visibleRows: true });
    expect(rows).toEqual(['2 a@x.example', '5 d@x.example']);
    const placeless = unnumbered.replaceAll(/ r="[A-Z]\d"/g, '');
    expect((await read(pack({ ...parts, [sheet1]: placeless }))).rows).toHaveLength(4);
  });

  it('have cells that follow one another when they say no place', async () => {
    const wide = workbookParts([
      { name: 'S', rows: { 1: ['email', 'n', 'm'], 2: ['a@x.example', '1', '2'] } },
    ]);
    const mixed = changed(wide, sheet1, /(.*)r="A1"(.*)r="C1"(.*)r="B2"(.*)/s, '$1$2$3$4');
    expect((await read(mixed)).rows).toEqual(['2 a@x.example 1 2']);
  });

  it('begin with the header row that is said', async () => {
    const notes = workbook({
      name: 'S',
      rows: { 1: ['Members'], 3: ['as of', 'today', 'x'], 4: ['n', 'email'], 5: ['1', 'a@x.example'] },
    });
    expect((await read(notes)).rows).toEqual([
      '1: there is no column "email"; there are: "Members" | Line 4 names the columns: pass --header-row 4.',
    ]);
    expect((await read(notes, { headerRow: 4 })).rows).toEqual(['5 1 a@x.example']);
    expect((await read(notes, { headerRow: 2 })).rows).toEqual([
      '2: row 2 of the sheet is empty | Pass --header-row with the row that names the columns.',
    ]);
    expect((await read(notes, { headerRow: 99 })).rows).toEqual([expect.stringMatching(/^99: row 99 /)]);
  });

  it('may begin behind an empty column', async () => {
    const shifted = workbook({
      name: 'S',
      rows: { 2: [undefined, 'email', 'n'], 3: [undefined, 'a@x.example', '1'] },
    });
    expect((await read(shifted)).rows).toEqual(['3 a@x.example 1']);
  });
});

describe('the parts of a workbook', () => {
  const parts = workbookParts([people('S', 'a@x.example')]);
  const officeDocument = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument';
  const root = (target: string) =>
    `<Relationships><Relationship Id="r" Type="${officeDocument}" Target="${target}"/></Relationships>`;
  const moved = (move: (name: string) => string, target: string) =>
    pack({
      ...Object.fromEntries(Object.entries(parts).map(([name, xml]) => [move(name), xml])),
      '_rels/.rels': root(target),
    });

  it.each([
    ['at the root', (name: string) => name.replace(/^xl\//, ''), 'workbook.xml'],
    ['at the root, from the root', (name: string) => name.replace(/^xl\//, ''), '/workbook.xml'],
    ['in another folder', (name: string) => name.replace(/^xl\//, 'book/data/'), 'book/data/workbook.xml'],
    [
      'with another name',
      (name: string) => name.replace('workbook.xml', 'workbook2.xml'),
      'xl/workbook2.xml',
    ],
    [
      'in another case',
      (name: string) => name.replace('worksheets/sheet1', 'Worksheets/Sheet1'),
      'XL/Workbook.xml',
    ],
    ['behind backslashes', (name: string) => name.replaceAll('/', '\\'), 'xl/workbook.xml'],
  ])('may stand %s', async (_, move, target) => {
    expect((await read(moved(move, target))).rows).toEqual(['2 a@x.example']);
  });

  it('may be named by a way around', async () => {
    const around = changed(parts, 'xl/_rels/workbook.xml.rels', '"worksheets/', '"../xl/./worksheets/');
    expect((await read(around)).rows).toEqual(['2 a@x.example']);
  });
});

describe('times', () => {
  it.each([
    ['[h]:mm', 30.25 / 24, '30:15'],
    ['[hh]:mm:ss', 1.5 / 24, '01:30:00'],
    ['[h]:mm', 30.25 / 24 + 20 / 86_400, '30:15:20'],
    ['[mm]:ss', 1.5 / 24, '90:00'],
    ['[ss]', 1 / 1_440, '60'],
    ['[h]:mm;@', -0.0625, '-1:30'],
    ['[h]"h" mm"m"', 2, '48:00'],
    ['[$-409][h]:mm:ss AM/PM', 1, '24:00:00'],
    ['yyyy-mm-dd', 1, '1900-01-01'],
    ['yyyy-mm-dd', 59, '1900-02-28'],
    ['d. mmmm yyyy', 60, '1900-02-29'],
    ['yyyy-mm-dd hh:mm', 2.5, '1900-01-02 12:00'],
    ['m/d', 31, '1900-01-31'],
    ['h:mm', 1.5, '12:00'],
    ['yyyy-mm-dd', 61, undefined],
    ['yyyy-mm-dd', 0.5, undefined],
  ])('of the format %s are what the spreadsheet shows: %d', (code, serial, shown) => {
    const format = readFormatCode(code);
    expect(format && printTime(serial, format, false)).toBe(shown);
  });

  it.each(['General', 'Standard', '0.00', '#,##0 "days"', '0 "h"', '[Red]0', '@', '[>5]0;0', '\\d0', '0%'])(
    'are no numbers of the format %s',
    code => {
      expect(readFormatCode(code)).toBeUndefined();
    },
  );

  const styles = (code: string) =>
    `<styleSheet><numFmts count="1"><numFmt numFmtId="170" formatCode="${code}"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="46"/><xf numFmtId="14"/><xf numFmtId="20"/></cellXfs></styleSheet>`;
  const list = (code: string, ...cells: readonly string[]) => ({
    ...workbookParts([
      {
        name: 'S',
        rows: {
          1: ['email', ...cells.map((_, at) => `c${at}`)],
          2: ['a@x.example', ...cells.map(xml => ({ xml }))],
        },
      },
    ]),
    'xl/styles.xml': styles(code),
  });

  it('stand in cells as they are shown', async () => {
    const parts = list(
      '[h]:mm',
      's="1"><v>1.2604166666666667</v></c>',
      's="2"><f>SUM(A1:A9)</f><v>1.25</v></c>',
      's="3" t="n"><v>1</v></c>',
      's="4"><v>0.5</v></c>',
      's="1" t="str"><f>A1</f><v>none</v></c>',
      's="1"/>',
      's="3"><v>46349</v></c>',
    );
    expect((await read(pack(parts))).rows).toEqual([
      '2 a@x.example 30:15 30:00:00 1900-01-01 12:00 none  2026-11-23',
    ]);
  });

  it.each(['1', 'true'])('where days count from 1904: %s', async value => {
    const parts = list('h:mm', 's="1"><v>0.5</v></c>', 's="3"><v>1</v></c>', 's="2"><v>1.25</v></c>');
    const octets = changed(parts, 'xl/workbook.xml', '<sheets>', `<workbookPr date1904="${value}"/><sheets>`);
    expect((await read(octets)).rows).toEqual(['2 a@x.example 12:00 1904-01-02 30:00:00']);
  });
});

it('counts cells that say no place among those a sheet may have', async () => {
  const parts = workbookParts([people('S', 'a@x.example')]);
  const wide = `<row r="1">${'<c><v>1</v></c>'.repeat(6)}</row><row r="1048576"><c><v>1</v></c></row>`;
  const octets = changed(parts, sheet1, '<sheetData>', `<sheetData>${wide}`);
  expect((await read(octets)).rows).toEqual([
    '-: people.xlsx has a sheet too large for a list | Save it as XLSX or CSV.',
  ]);
});
