import { expect, it } from 'vitest';
import type { ReturnedFact } from '../../src/returned/returned-fact.js';
import { inboxLines } from '../../src/terminal/inbox-view.js';
import { createStyle } from '../../src/terminal/style.js';
import { createTimeFormat } from '../../src/time-format.js';

const options = {
  width: 200,
  style: createStyle({ color: false, environment: {}, isTerminal: false }),
  time: createTimeFormat(new Date('2026-11-30T12:00:00Z'), () => 0),
  isRehearsal: false,
};
const nothing = { messages: 0, known: 0, others: 0, earlier: 0, taken: [], unmatched: [] };
const fact = (changes: Partial<ReturnedFact> = {}): ReturnedFact => ({
  kind: 'reply',
  at: new Date('2026-11-30T09:05:00Z'),
  address: 'anna@x.example',
  status: '',
  replyCode: 0,
  diagnostic: '',
  countsAgainstAddress: false,
  evidence: ['from'],
  isProven: false,
  ...changes,
});
const failed = { kind: 'failed', status: '5.1.1', diagnostic: '550 5.1.1 No\u001b[2J such user' } as const;
const taken = (changes: Partial<ReturnedFact>, suppressed?: string) => ({
  person: { emailId: 'em_aaaaaaaaaaaa', address: 'anna@x.example' },
  fact: fact(changes),
  ...(suppressed !== undefined && { suppressed }),
});

it('says what was read', () => {
  expect(inboxLines({ ...nothing, messages: 1 }, options)).toEqual(['1 message read, 0 new facts.']);
  const shown = { ...nothing, messages: 9, known: 3, others: 1, earlier: 2, taken: [taken({})] };
  expect(inboxLines(shown, { ...options, isRehearsal: true })[0]).toBe(
    '9 messages read, 1 new fact (not recorded), 3 known already, 1 message about other mail, 2 from before --since.',
  );
});

it.each([
  ['replied', taken({}), ''],
  ['automatic reply', taken({ kind: 'automatic-reply', returnsOn: '2026-12-05' }), 'Away until 2026-12-05.'],
  [
    'failed for good',
    taken({ ...failed, hardness: 'hard', isProven: true }, 'em_aaaaaaaaaaaa came back'),
    'Not mailed any more. 550 5.1.1 No\\x1b[2J such user',
  ],
  [
    'failed',
    taken({ ...failed, hardness: 'soft', diagnostic: '' }),
    'Anybody can have written this, so the address is still mailed. 5.1.1',
  ],
  ['delayed', taken({ kind: 'delayed' }), ''],
  ['passed on', taken({ kind: 'relayed' }), ''],
])('says of each recipient that it %s', (words, one, details) => {
  const [, , , row = ''] = inboxLines({ ...nothing, taken: [one] }, options);
  expect(row.trim().split(/ {2,}/)).toEqual(
    ['anna@x.example', words, '09:05', 'em_aaaaaaaaaaaa', details].filter(cell => cell !== ''),
  );
});

it('shows addresses that were not matched, twenty of them, and says that nothing follows', () => {
  const unmatched = Array.from({ length: 23 }, (_, index) => ({
    fact: fact({ ...failed, address: `r${index}@x.example` }),
  }));
  const lines = inboxLines({ ...nothing, unmatched }, options);
  expect(lines.filter(line => line.includes('@x.example'))).toHaveLength(20);
  expect(lines[2]).toBe(
    'Not matched: these addresses are not recipients of the email, or the message does not say which email it is about. Nothing follows from them.',
  );
  expect(lines.at(-1)).toBe('And 3 more; --json has all.');
});
