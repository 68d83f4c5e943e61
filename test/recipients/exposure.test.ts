import { describe, expect, it } from 'vitest';
import { checkExposure, ExposureSurvey } from '../../src/recipients/exposure.js';
import type { Recipient } from '../../src/recipients/recipient.js';
import { row, typed } from './people.js';

function survey(recipients: readonly Recipient[]): ExposureSurvey {
  const exposure = new ExposureSurvey();
  for (const recipient of recipients) exposure.add(recipient);
  return exposure;
}

describe('checkExposure', () => {
  const people = (count: number) =>
    Array.from({ length: count }, (_, index) => row(index + 2, `p${index}@x.example`));
  const hidden = typed('bcc', 'boss@x.example');

  it('counts addresses in To and Cc', () => {
    expect(survey([...people(2), typed('cc', 'c@x'), hidden])).toMatchObject({ people: 4, visible: 3 });
  });

  it.each([
    ['few addresses', people(20), 'group', undefined],
    ['many addresses in Bcc', [...people(20), hidden], 'group', undefined],
    ['the exact number', people(21), 'group', 21],
    ['a message for each', people(21), 'each', undefined],
  ] as const)('has nothing against %s', (_, recipients, mode, expose) => {
    expect(checkExposure(survey(recipients), mode, 20, expose)).toBeUndefined();
  });

  it('refuses more than the limit, with the counts and both ways on', () => {
    const problem = checkExposure(survey([...people(21), hidden]), 'group', 20, undefined);
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
    expect(checkExposure(survey(recipients), 'group', 0, undefined)?.fix).toMatch(
      /^Send each a message of their own: --each with the same recipients, in place of --to, --cc and --bcc\. Or/,
    );
  });

  it.each([20, 22, 0])('refuses --expose %i for 21 addresses', expose => {
    const problem = checkExposure(survey(people(21)), 'group', 20, expose);
    expect(problem?.message).toBe(`--expose ${expose}, but 21 addresses would be visible`);
    expect(problem?.fix).toBe('Look at the list; --expose 21 shows all of them to everybody.');
  });
});
