import { expect, it } from 'vitest';
import { checkJson, checkLines } from '../../src/terminal/check-view.js';
import { createStyle } from '../../src/terminal/style.js';

const style = createStyle({ color: false, environment: {}, isTerminal: true });
const fix = 'Write the whole address: https://…, mailto:… or tel:….';
const findings = [
  {
    severity: 'warning',
    code: 'text-part',
    what: 'the text part is empty',
    where: undefined,
    fix: 'Write it.',
  },
  {
    severity: 'error',
    code: 'link',
    what: 'the link "/a" \x1b[2J',
    where: { file: 'm.md', line: 4, column: 2 },
    fix,
  },
  { severity: 'error', code: 'link', what: 'the link "/b"', where: { file: 'm.md', line: 5 }, fix },
] as const;

it('groups errors before warnings, says equal advice once, and ends with a summary', () => {
  expect(checkLines(findings, 1, { style, width: 60 })).toEqual([
    'Errors',
    '  m.md:4:2: the link "/a" \\x1b[2J [link]',
    '  m.md:5: the link "/b" [link]',
    '    Write the whole address: https://…, mailto:… or tel:….',
    '',
    'Warnings',
    '  the text part is empty [text-part]',
    '    Write it.',
    '',
    '✗ 2 errors, 1 warning in 1 copy: it cannot be sent like this',
  ]);
});

it('keeps within 40 columns where words allow it', () => {
  for (const line of checkLines(findings, 3, { style, width: 40 }).slice(0, -1))
    expect(line.length).toBeLessThanOrEqual(40);
});

it('says when there is nothing to say', () => {
  expect(checkLines([], 700, { style, width: 60 })).toEqual(['✓ nothing to object to in 700 copies']);
});

it('has the same facts as JSON', () => {
  expect(JSON.parse(checkJson(findings.slice(1, 2), undefined))).toEqual({
    schema: 'mailtrack.check/1',
    findings: [
      {
        severity: 'error',
        code: 'link',
        message: 'the link "/a" \x1b[2J',
        fix,
        file: 'm.md',
        line: 4,
        column: 2,
      },
    ],
    recipients: null,
    notes: [],
    lists: [],
  });
});

it('says which columns of the lists were taken, and which sheet', () => {
  const lists = [
    {
      file: 'people.csv',
      columns: [],
      emailColumn: 'E-Mail',
      nameColumns: ['Vorname', 'Nachname'],
      sheet: undefined,
    },
    {
      file: 'people.xlsx',
      columns: [],
      emailColumn: 'email',
      nameColumns: [],
      sheet: {
        name: 'S',
        rows: { first: 2, last: 9 },
        hiddenRows: 1,
        visibleOnly: false,
        hiddenSheets: [],
        otherSheets: [],
      },
    },
  ];
  expect(checkLines([], 9, { style, width: 200, lists })).toEqual([
    'Lists',
    '  people.csv: addresses from "E-Mail", names from "Vorname" and "Nachname"',
    '  people.xlsx: addresses from "email", no names; sheet "S", rows 2 to 9; 1 hidden row is included; --visible-rows leaves it out',
    '',
    '✓ nothing to object to in 9 copies',
  ]);
  expect(JSON.parse(checkJson([], 9, { lists }))).toMatchObject({
    lists: [
      {
        file: 'people.csv',
        email_column: 'E-Mail',
        name_columns: ['Vorname', 'Nachname'],
        sheet: null,
        hidden_rows: null,
      },
      { file: 'people.xlsx', email_column: 'email', name_columns: [], sheet: 'S', hidden_rows: 1 },
    ],
  });
});
