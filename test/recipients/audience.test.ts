import { describe, expect, it } from 'vitest';
import { printMailbox } from '../../src/message/mailbox.js';
import { checkExposure, planAudience, visibleCount } from '../../src/recipients/audience.js';
import type { Recipient } from '../../src/recipients/recipient.js';
import { row, typed } from './people.js';

type Duplicates = 'first' | 'last' | 'each';

function plan(named: readonly Recipient[], duplicates?: Duplicates, suppressed: readonly string[] = []) {
  const audience = planAudience(named, { duplicates, suppressed: new Set(suppressed) });
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
    expect(planAudience(named, { duplicates: undefined, suppressed: new Set() }).recipients).toEqual(named);
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

  it('takes the first name that is one', () => {
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
        ['1 row left out by --duplicates first: people.csv:4'],
      ],
      [
        'last',
        ['to Ann <a@x>', 'to b@x'],
        [{ n: '2' }, { n: '1' }],
        ['1 row left out by --duplicates last: people.csv:2'],
      ],
      ['each', ['to Ann <a@x>', 'to b@x', 'cc Ann <a@x>'], [{ n: '1' }, { n: '1' }, { n: '2' }], []],
    ] as const)('keeps %s when asked to', (duplicates, recipients, fields, notices) => {
      expect(plan(rows, duplicates)).toMatchObject({
        recipients,
        fields,
        notices: ['1 repeated row left out: people.csv:5', ...notices],
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

describe('checkExposure', () => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, index) => row(index + 2, `p${index}@x.example`));
  const hidden = typed('bcc', 'boss@x.example');

  it('counts addresses in To and Cc', () => {
    expect(visibleCount([...people(2), typed('cc', 'c@x'), hidden])).toBe(3);
  });

  it.each([
    ['few addresses', people(20), 'group', undefined],
    ['many addresses in Bcc', [...people(20), hidden], 'group', undefined],
    ['the exact number', people(21), 'group', 21],
    ['a message for each', people(21), 'each', undefined],
  ] as const)('has nothing against %s', (_, recipients, mode, expose) => {
    expect(checkExposure(recipients, mode, 20, expose)).toBeUndefined();
  });

  it('refuses more than the limit, with the counts and both ways on', () => {
    const problem = checkExposure([...people(21), hidden], 'group', 20, undefined);
    expect(problem?.code).toBe('exposure');
    expect(problem?.message).toBe(
      '22 people would see these 21 addresses: p0@x.example, p1@x.example, p2@x.example, p3@x.example, p4@x.example and 16 more',
    );
    expect(problem?.fix).toBe(
      'Send each a message of their own: --each people.csv,boss@x.example. Or pass --expose 21 if everybody may see everybody.',
    );
  });

  it.each([
    ['people typed one by one', Array.from({ length: 6 }, (_, index) => typed('to', `p${index}@x.example`))],
    ['an address a shell would read', [typed('to', '$HOME@x.example')]],
    ['a list on standard input', [row(2, 'a@x', {}, { source: { file: 'standard input', line: 2 } })]],
    ['a list with a blank in its name', [row(2, 'a@x', {}, { source: { file: 'my team.csv', line: 2 } })]],
  ])('describes the way on in words for %s', (_, recipients) => {
    expect(checkExposure(recipients, 'group', 0, undefined)?.fix).toMatch(
      /^Send each a message of their own: --each with the same recipients, in place of --to, --cc and --bcc\. Or/,
    );
  });

  it.each([20, 22, 0])('refuses --expose %i for 21 addresses', expose => {
    const problem = checkExposure(people(21), 'group', 20, expose);
    expect(problem?.message).toBe(`--expose ${expose}, but 21 addresses would be visible`);
    expect(problem?.fix).toBe('Look at the list; --expose 21 shows all of them to everybody.');
  });
});
