import { describe, expect, it } from 'vitest';
import { countsFrom1904, putInPlace, readSheets, stylesOf } from '../../src/recipients/xlsx-package.js';

type Sources = Readonly<Record<string, string | undefined>>;
/** undefined: there is no such part. */
const partsOf = (parts: Sources) =>
  new Map(Object.entries(parts).filter((entry): entry is [string, string] => entry[1] !== undefined));
const rootTo = (target: string) =>
  `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="${target}"/></Relationships>`;
const workbookOf = (mark: string) =>
  `<workbook><sheets><sheet name="${mark}" r:id="r7"/></sheets></workbook>`;
const namesIn = (parts: Sources) => {
  const placed = putInPlace(partsOf(parts));
  return placed && readSheets(placed).map(({ name }) => name);
};

describe('the workbook of a package', () => {
  it.each([
    ['the one that the package names', { '_rels/.rels': rootTo('a/book.xml') }, ['named']],
    ['the one that it names from the root', { '_rels/.rels': rootTo('/a/book.xml') }, ['named']],
    ['where Excel has it, when nothing is said', {}, ['of Excel']],
    [
      'where Excel has it, when what is named is missing',
      { '_rels/.rels': rootTo('b/book.xml') },
      ['of Excel'],
    ],
    ['at the root, when it is nowhere else', { 'xl/workbook.xml': undefined }, ['at the root']],
    ['in no other file', { 'xl/workbook.xml': undefined, 'workbook.xml': undefined }, undefined],
  ])('is %s', (_, changes, names) => {
    const parts = {
      'a/book.xml': workbookOf('named'),
      'xl/workbook.xml': workbookOf('of Excel'),
      'workbook.xml': workbookOf('at the root'),
      ...changes,
    };
    expect(namesIn(parts)).toEqual(names);
  });
});

it('has sheets with their names, whether they are hidden, and their parts', () => {
  const placed = putInPlace(
    partsOf({
      'xl/workbook.xml': `<workbook><workbookPr date1904="on"/><sheets><sheet name="A &amp; B" r:id="r1"/>
        <sheet name="C" state="hidden" r:id="r2"/><sheet name="D" state="visible" r:id="r3"/><sheet name="" r:id="r1"/>
        <sheet name="E" r:id="r4"/></sheets></workbook>`,
      'xl/_rels/workbook.xml.rels': `<Relationships>
        <Relationship Id="r1" Type="x/worksheet" Target="worksheets/one.xml"/>
        <Relationship Id="r2" Type="x/worksheet" Target="/xl/worksheets/two.xml"/>
        <Relationship Id="r3" Type="x/chartsheet" Target="chartsheets/three.xml"/>
        <Relationship Id="s" Type="x/styles" Target="own-styles.xml"/></Relationships>`,
      'xl/worksheets/one.xml': '1',
      'xl/worksheets/two.xml': '2',
      'xl/chartsheets/three.xml': '3',
      'xl/own-styles.xml': 'own',
      'xl/styles.xml': 'others',
    }),
  );
  if (placed === undefined) throw new Error('there is a workbook');
  expect(readSheets(placed)).toEqual([
    { name: 'A & B', isHidden: false, part: 'xl/worksheets/one.xml' },
    { name: 'C', isHidden: true, part: 'xl/worksheets/two.xml' },
    { name: 'D', isHidden: false, part: undefined },
    { name: 'E', isHidden: false, part: undefined },
  ]);
  expect([countsFrom1904(placed), stylesOf(placed)]).toEqual([true, 'own']);
});

it('has the formats of cells where Excel has them when nothing is said, and counts days from 1900', () => {
  const parts = partsOf({ 'xl/workbook.xml': workbookOf('A'), 'xl/styles.xml': 'of Excel' });
  expect([countsFrom1904(parts), stylesOf(parts)]).toEqual([false, 'of Excel']);
});
