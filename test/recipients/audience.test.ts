import { describe, expect, it } from 'vitest';
import { printMailbox } from '../../src/message/mailbox.js';
import { type Mention, planAudience } from '../../src/recipients/audience.js';
import type { Recipient } from '../../src/recipients/recipient.js';
import { row, typed } from './people.js';

type Duplicates = 'first' | 'last' | 'each';

function inOrder(named: readonly Recipient[]): readonly Mention[] {
  return named.map((recipient, position) => ({ ...recipient, position }));
}

function plan(named: readonly Recipient[], duplicates?: Duplicates, suppressed: readonly string[] = []) {
  const audience = planAudience(inOrder(named), { duplicates, suppressed: new Set(suppressed) });
  return {
    ...audience,
    recipients: audience.recipients.map(recipient => `${recipient.role} ${printMailbox(recipient.mailbox)}`),
    problems: audience.problems.map(({ code, message, where }) => [code, message, where]),
    fields: audience.recipients.map(({ fields }) => Object.fromEntries(fields)),
    tracked: audience.recipients.map(({ tracked }) => tracked),
  };
}

describe('planAudience', () => {
  it('gives everybody one copy, to before cc before bcc, in the order they were named', () => {
    const named = [typed('cc', 'c@x'), typed('bcc', 'd@x'), typed('to', 'b@x'), typed('to', 'a@x')];
    expect(plan(named)).toMatchObject({
      recipients: ['to b@x', 'to a@x', 'cc c@x', 'bcc d@x'],
      notices: [],
      problems: [],
      suppressed: [],
    });
  });

  it('leaves the recipients as they were named', () => {
    const named = [row(2, 'Ann <a@x>', { city: 'Bonn' }), typed('cc', 'b@x', false)];
    const { recipients } = planAudience(inOrder(named), { duplicates: undefined, suppressed: new Set() });
    expect(recipients).toEqual(inOrder(named));
  });

  it('gives somebody named twice the strongest role, where they were first named in it', () => {
    const named = [
      typed('bcc', 'A@x'),
      typed('cc', 'a@X'),
      typed('to', 'b@x'),
      typed('to', 'a@x'),
      typed('to', 'c@x'),
    ];
    expect(plan(named)).toMatchObject({
      recipients: ['to b@x', 'to A@x', 'to c@x'],
      notices: ['1 person named more than once, one copy each: A@x'],
    });
  });

  it('takes the first name that is not empty', () => {
    const named = [typed('to', 'a@x'), typed('cc', 'Ann <a@x>'), typed('cc', 'Anna <a@x>')];
    expect(plan(named).recipients).toEqual(['to Ann <a@x>']);
  });

  it('lets the row of somebody who was also typed give the fields, and the typed name if it has none', () => {
    const named = [typed('cc', 'Ann <a@x>'), row(2, 'a@x', { city: 'Bonn' })];
    expect(plan(named)).toMatchObject({ recipients: ['to Ann <a@x>'], fields: [{ city: 'Bonn' }] });
  });

  it('does not track somebody who has not agreed in one of the places', () => {
    expect(plan([typed('to', 'a@x'), row(2, 'a@x', {}, { tracked: false })]).tracked).toEqual([false]);
    const rows = [row(2, 'a@x', { n: '1' }, { tracked: false }), row(3, 'a@x', { n: '2' })];
    expect(plan(rows, 'each').tracked).toEqual([false, false]);
  });

  it('merges rows that say the same, in whatever order of columns, and says which', () => {
    const named = [
      row(2, 'a@x', { email: 'a@x', name: 'A', n: '1' }),
      row(3, 'b@x', { email: 'b@x' }),
      row(4, 'A@X', { n: '1', Email: 'A@X', name: 'A', Track: 'yes' }),
    ];
    expect(plan(named)).toMatchObject({
      recipients: ['to a@x', 'to b@x'],
      notices: ['1 repeated row left out: people.csv:4'],
      problems: [],
    });
  });

  it('merges rows that differ in the role only, as it does with people typed twice', () => {
    const named = [
      row(2, 'a@x', { role: 'bcc' }, { role: 'bcc' }),
      row(3, 'a@x', { role: 'cc' }, { role: 'cc' }),
    ];
    expect(plan(named)).toMatchObject({ recipients: ['cc a@x'], problems: [] });
  });

  it('names a few of many merged rows', () => {
    const named = Array.from({ length: 200_000 }, (_, index) => row(index + 2, 'a@x', { n: '1' }));
    expect(plan(named).notices).toEqual([
      '199999 repeated rows left out: people.csv:3, people.csv:4, people.csv:5, people.csv:6, people.csv:7 and 199994 more',
    ]);
  });

  describe('for rows of one address that differ', () => {
    const rows = [
      row(2, 'a@x', { n: '1' }),
      row(3, 'b@x', { n: '1' }),
      row(4, 'Ann <a@x>', { n: '2' }, { role: 'cc' }),
      row(5, 'a@x', { n: '1' }),
    ];

    it('keeps none and names them', () => {
      expect(plan(rows)).toMatchObject({
        recipients: ['to b@x'],
        problems: [
          [
            'list-duplicate',
            'a@x is in 2 rows with different fields: people.csv:2, people.csv:4',
            { file: 'people.csv', line: 4 },
          ],
        ],
      });
    });

    it.each([
      [
        'first',
        ['to Ann <a@x>', 'to b@x'],
        [{ n: '1' }, { n: '1' }],
        ['1 repeated row left out: people.csv:5', '1 row left out by --duplicates first: people.csv:4'],
      ],
      [
        'last',
        ['to Ann <a@x>', 'to b@x'],
        [{ n: '1' }, { n: '1' }],
        ['1 repeated row left out: people.csv:2', '1 row left out by --duplicates last: people.csv:4'],
      ],
      [
        'each',
        ['to Ann <a@x>', 'to b@x', 'cc Ann <a@x>'],
        [{ n: '1' }, { n: '1' }, { n: '2' }],
        ['1 repeated row left out: people.csv:5'],
      ],
    ] as const)('keeps %s when asked to', (duplicates, recipients, fields, notices) => {
      expect(plan(rows, duplicates)).toMatchObject({
        recipients,
        fields,
        notices,
        problems: [],
      });
    });
  });

  it('leaves suppressed people out and names them, also when their rows differ', () => {
    const named = [
      typed('to', 'A@x'),
      typed('to', 'b@x'),
      row(2, 'c@x', { n: '1' }),
      row(3, 'c@x', { n: '2' }),
    ];
    expect(plan(named, undefined, ['a@x', 'c@x'])).toMatchObject({
      recipients: ['to b@x'],
      suppressed: ['A@x', 'c@x'],
      notices: [],
      problems: [],
    });
  });
});
