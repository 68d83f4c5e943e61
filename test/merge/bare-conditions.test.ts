import { expect, it } from 'vitest';
import { compileTemplate } from '../../src/merge/compile-template.js';

async function noticesOf(condition: string, value: string) {
  const source = `---\nsubject: S\nvip: ${value}\n---\nHi\n\n${condition}x{% endif %}\n`;
  const { notices } = await compileTemplate({ path: 'm.md', source }, undefined);
  return notices;
}

it.each(['false', 'no', 'No', 'off', 'none', 'null', '"0"', "'~'"])(
  'a condition that takes a no of the front matter for true is told: %s',
  async value => {
    const text = value.replaceAll(/["']/g, '');
    expect(await noticesOf('{% if vip %}', value)).toEqual([
      {
        code: 'bare-condition',
        what: `{% if vip %} takes the text "${text}", which the front matter gives to vip, for true`,
        where: { file: 'm.md', line: 7, column: 1 },
        fix: 'Compare it with a text: {% if vip == "yes" %}. Or take vip out of the front matter: a field without a value is false.',
      },
    ]);
  },
);

it.each(['{%- if x and vip -%}', '{% if a == 1 or vip %}', '{% if not vip %}'])(
  'among other conditions too: %s',
  async condition => {
    expect(await noticesOf(condition, 'false')).toHaveLength(1);
  },
);

it.each([
  ['{% if vip == "true" %}', 'false'],
  ['{% if vip contains "a" %}', 'no'],
  ['{% if other %}', 'no'],
  ['{% if vip %}', 'yes'],
  ['{% if vip %}', 'Norway'],
])('other conditions and values are not: %s, %s', async (condition, value) => {
  expect(await noticesOf(condition, value)).toEqual([]);
});
