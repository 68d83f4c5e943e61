#!/usr/bin/env bash
# read-excel-file 9.3.17 (npm): four things that valid workbooks say are told wrongly or refused, without an error that names them:
# a duration of the format [h]:mm is a time of day in 1899, days before March 1900 come one day early, the workbook has to stand at
# xl/workbook.xml whatever _rels/.rels says (ECMA-376 part 2 lets it stand anywhere), and a cell has to say its place (`r` is
# optional, ECMA-376 part 1, 18.3.1.4). What hidden sheets and rows are is told nowhere.
#
# Output seen:
#   a duration of 30:15: 1899-12-31T06:15:00.000Z
#   serial 1, which is 1900-01-01: 1899-12-31T00:00:00.000Z
#   the workbook at the root: refused
#   a cell without a place: refused
#
# Exits 1 when the output is another.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund read-excel-file@9.3.17 fflate@0.8.3
cat > read.mjs <<'JS'
import { strToU8, zipSync } from 'fflate';
import { readSheet } from 'read-excel-file/universal';

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const relation = (id, type, target) => `<Relationship Id="${id}" Type="${office}/${type}" Target="${target}"/>`;
const relations = (...all) =>
  `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${all.join('')}</Relationships>`;

async function read(cell, folder = 'xl/') {
  const parts = {
    '_rels/.rels': relations(relation('r', 'officeDocument', `${folder}workbook.xml`)),
    [`${folder}workbook.xml`]: `<workbook xmlns="${main}" xmlns:r="${office}"><sheets><sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>`,
    [`${folder}_rels/workbook.xml.rels`]: relations(relation('s', 'worksheet', 'sheet.xml'), relation('y', 'styles', 'styles.xml')),
    [`${folder}sheet.xml`]: `<worksheet xmlns="${main}"><sheetData><row r="1">${cell}</row></sheetData></worksheet>`,
    [`${folder}styles.xml`]: `<styleSheet xmlns="${main}"><numFmts><numFmt numFmtId="170" formatCode="[h]:mm"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="170"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
  };
  const packed = zipSync(Object.fromEntries(Object.entries(parts).map(([name, xml]) => [name, strToU8(xml)])));
  try {
    const [[value]] = await readSheet(packed.buffer.slice(packed.byteOffset, packed.byteOffset + packed.byteLength), 1);
    return value instanceof Date ? value.toISOString() : String(value);
  } catch {
    return 'refused';
  }
}

const cases = [
  ['a duration of 30:15', await read('<c r="A1" s="1"><v>1.2604166666666667</v></c>'), '1899-12-31T06:15:00.000Z'],
  ['serial 1, which is 1900-01-01', await read('<c r="A1" s="2"><v>1</v></c>'), '1899-12-31T00:00:00.000Z'],
  ['the workbook at the root', await read('<c r="A1"><v>1</v></c>', ''), 'refused'],
  ['a cell without a place', await read('<c><v>1</v></c>'), 'refused'],
];
for (const [name, seen, expected] of cases) {
  console.log(`${name}: ${seen}`);
  if (seen !== expected) process.exitCode = 1;
}
JS
node read.mjs
