import { expect, it } from 'vitest';
import type { Recipient } from '../../src/recipients/recipient.js';
import { BareCells } from '../../src/workflow/bare-cells.js';

const where = { file: 'm.html', line: 3, column: 5 };
const conditions = new Map([
  ['vip', { liquid: '{% if vip %}', where }],
  ['has_paid', { liquid: '{% unless has_paid %}', where }],
]);

function noticesOf(rows: readonly Readonly<Record<string, string>>[], set: Record<string, string> = {}) {
  const cells = new BareCells(conditions, new Map(Object.entries(set)));
  for (const [index, row] of rows.entries()) {
    const source = { file: 'people.csv', line: index + 2 };
    cells.add({ fields: new Map(Object.entries(row)), source } as unknown as Recipient);
  }
  return cells.notices();
}

it('a cell that says no to a bare condition is told with its row, once for each field', () => {
  expect(noticesOf([{ vip: 'yes' }, { vip: ' No ' }, { vip: 'false' }])).toEqual([
    {
      code: 'bare-condition',
      what: '{% if vip %} takes the text "No", which people.csv:3 gives to vip, for true',
      where,
      fix: 'Compare it with a text: {% if vip == "yes" %}. Or leave the cell empty: a field without a value is false.',
    },
  ]);
});

it('a column is known by the name that a template calls it', () => {
  expect(noticesOf([{ 'Has Paid': '0', vip: 'false' }]).map(({ what }) => what)).toEqual([
    '{% unless has_paid %} takes the text "0", which people.csv:2 gives to has_paid, for true',
    '{% if vip %} takes the text "false", which people.csv:2 gives to vip, for true',
  ]);
});

it('a value of --set is told for everybody', () => {
  expect(noticesOf([{ vip: 'no' }], { vip: 'false' })).toEqual([
    {
      code: 'bare-condition',
      what: '{% if vip %} takes the text "false", which --set gives to vip, for true',
      where,
      fix: 'Compare it with a text: {% if vip == "yes" %}. Or leave out --set vip: a field without a value is false.',
    },
  ]);
});

it('other values and other fields are not told', () => {
  expect(noticesOf([{ vip: '', other: 'no', has_paid: 'Norway' }, { vip: '00' }])).toEqual([]);
});
