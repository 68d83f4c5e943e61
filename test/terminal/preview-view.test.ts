import { expect, it } from 'vitest';
import { previewJson, previewLines } from '../../src/terminal/preview-view.js';
import { createStyle } from '../../src/terminal/style.js';

const style = createStyle({ color: false, environment: {}, isTerminal: true });
const copy = {
  row: 2,
  emailAddress: 'bob@example.com',
  header: [
    ['From', 'Me <me@example.com>'],
    ['To', 'Ann <ann@example.com>, Bob <bob@example.com>'],
    ['Subject', 'Lunch \x1b[2J'],
  ] as const,
  subject: 'Lunch',
  text: 'Hello Bob,\n\n  a \u202eb\n',
  html: undefined,
  attachments: [{ filename: 'plan.pdf', bytes: 12_288 }],
};

it('shows the header as the recipient sees it, then the text as it stands', () => {
  expect(previewLines(copy, 7, { style, width: 40 })).toEqual([
    'Copy 2 of 7, for bob@example.com',
    'From      Me <me@example.com>',
    'To        Ann <ann@example.com>, Bob',
    '          <bob@example.com>',
    'Subject   Lunch \\x1b[2J',
    'Files     plan.pdf (12 KB)',
    '',
    'Hello Bob,',
    '',
    '  a \\u202eb',
  ]);
});

it('has the same as JSON, with what was written', () => {
  expect(JSON.parse(previewJson([copy], 7, ['a.html']))).toMatchObject({
    schema: 'mailtrack.preview/1',
    recipients: 7,
    copies: [
      { row: 2, email_address: 'bob@example.com', header: { length: 3 }, text: copy.text, html: null },
    ],
    files: ['a.html'],
  });
});
