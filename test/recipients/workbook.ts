import { strToU8, zipSync } from 'fflate';

/** A cell as its XML: `<c r="…"` and what follows. A text is an inline string, a number a number. */
export type CellSource = string | number | { readonly xml: string } | undefined;

export interface SheetSource {
  readonly name: string;
  /** By the row of the sheet, from 1. */
  readonly rows: Readonly<Record<number, readonly CellSource[]>>;
}

const declaration = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const relationships = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';

/** The smallest workbook that spreadsheet programs open; styles: 0 General, 1 a date, 2 a date with a time. */
export function workbookParts(sheets: readonly SheetSource[]): Record<string, string> {
  const of = (text: (sheet: SheetSource, number: number) => string) =>
    sheets.map((sheet, index) => text(sheet, index + 1)).join('');
  return {
    '[Content_Types].xml': `${declaration}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
    'xl/workbook.xml': `${declaration}<workbook xmlns="${main}" xmlns:r="${relationships}"><sheets>${of(
      ({ name }, number) => `<sheet name="${escapeXml(name)}" sheetId="${number}" r:id="rId${number}"/>`,
    )}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${declaration}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${of(
      (_, number) =>
        `<Relationship Id="rId${number}" Type="${relationships}/worksheet" Target="worksheets/sheet${number}.xml"/>`,
    )}<Relationship Id="styles" Type="${relationships}/styles" Target="styles.xml"/></Relationships>`,
    'xl/styles.xml': `${declaration}<styleSheet xmlns="${main}"><cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>`,
    ...Object.fromEntries(
      sheets.map(({ rows }, index) => [`xl/worksheets/sheet${index + 1}.xml`, sheetXml(rows)]),
    ),
  };
}

export function workbook(...sheets: readonly SheetSource[]): Uint8Array {
  return pack(workbookParts(sheets));
}

export function pack(parts: Readonly<Record<string, string>>): Uint8Array {
  return zipSync(Object.fromEntries(Object.entries(parts).map(([name, text]) => [name, strToU8(text)])));
}

function sheetXml(rows: SheetSource['rows']): string {
  const lines = Object.entries(rows).map(([row, cells]) => {
    const written = cells.map((cell, index) => cellXml(cell, `${String.fromCharCode(65 + index)}${row}`));
    return `<row r="${row}">${written.join('')}</row>`;
  });
  return `${declaration}<worksheet xmlns="${main}"><sheetData>${lines.join('')}</sheetData></worksheet>`;
}

function cellXml(cell: CellSource, place: string): string {
  if (cell === undefined) return '';
  if (typeof cell === 'number') return `<c r="${place}"><v>${cell}</v></c>`;
  if (typeof cell === 'object') return `<c r="${place}" ${cell.xml}`;
  return `<c r="${place}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(cell)}</t></is></c>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
