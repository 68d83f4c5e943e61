import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { diffLines } from '../../src/terminal/diff-view.js';
import { createStyle } from '../../src/terminal/style.js';

const style = createStyle({ color: false, environment: {}, isTerminal: true });
const compared = {
  first: {
    row: 1,
    emailAddress: 'ann@example.com',
    header: [['Subject', 'Lunch'] as const],
    subject: 'Lunch',
    text: 'Hello Ann,\n',
    html: undefined,
    attachments: [],
  },
  fields: ['name', 'company'],
  others: [
    { row: 3, emailAddress: 'jo@example.com', values: ['Johanna Nordström', '日本株式会社'] },
    { row: 2, emailAddress: 'bob@example.com', values: ['Bob', ''] },
  ],
  recipients: 700,
};
const lines = (part: object, width = 80) => diffLines({ ...compared, ...part }, { style, width });

it('shows the first copy, and of the others what is different', () => {
  expect(lines({})).toEqual([
    '',
    'Copy 1 of 700, for ann@example.com',
    'Subject   Lunch',
    '',
    'Hello Ann,',
    '',
    'Copy  Recipient        name               company',
    '   3  jo@example.com   Johanna Nordström  日本株式会社',
    '   2  bob@example.com  Bob                (none)',
    'and 697 more, with values no longer than these',
    '',
  ]);
});

it('says when nothing is different, and nothing of others when there are none', () => {
  expect(lines({ fields: [] }).slice(-2)).toEqual(['All copies have the same words.', '']);
  expect(lines({ others: [], recipients: 1 }).slice(-2)).toEqual(['Hello Ann,', '']);
});

it('keeps the table within 40 columns', () => {
  for (const line of lines({}, 40).slice(6, 9)) expect(stringWidth(line)).toBeLessThanOrEqual(40);
});
