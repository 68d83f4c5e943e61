import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { parseList } from '../../src/recipients/list.js';
import { ReportFold } from '../../src/report/fold.js';
import { recipientJson, reportJson } from '../../src/report/json.js';
import type { RecipientReturn } from '../../src/report/returned-summary.js';
import type { Report } from '../../src/report/summary.js';
import { reportLines } from '../../src/terminal/report-view.js';
import { createStyle } from '../../src/terminal/style.js';
import { createTimeFormat } from '../../src/time-format.js';
import { judgeAgain } from '../../src/tracking/classify.js';
import { email, fetchOf, recipient, reportCsv, userAgents } from './facts.js';

/** A fact of a recipient at an hour of one day. */
function fact(
  recipientNumber: number,
  kind: RecipientReturn['kind'],
  hour: number,
  changes: Partial<RecipientReturn> = {},
): RecipientReturn {
  const at = new Date(Date.UTC(2026, 10, 30, hour));
  return {
    recipientNumber,
    kind,
    at,
    status: '',
    diagnostic: '',
    evidence: ['header-token'],
    isProven: true,
    ...changes,
  };
}

const bounced = { hardness: 'hard', status: '5.1.1', diagnostic: '550 5.1.1 No such user' } as const;

/** Facts in order of time. */
function report(facts: readonly RecipientReturn[], recipients = [recipient(1), recipient(2)]): Report {
  const fold = new ReportFold(judgeAgain);
  for (const one of recipients) fold.addRecipient(one);
  for (const one of facts) fold.addReturn(one);
  return { email, ...fold.summaries() };
}

describe('the delivery of a copy', () => {
  it.each([
    ['unknown', []],
    ['unknown', ['relayed', 'expanded']],
    ['delayed', ['delayed']],
    ['failed', ['delayed', 'failed']],
    ['confirmed', ['delayed', 'delivered']],
    ['confirmed', ['failed', 'delivered']],
    ['failed', ['delivered', 'failed']],
    ['confirmed', ['delayed', 'reply']],
    ['confirmed', ['automatic-reply']],
    ['confirmed', ['complaint']],
    ['confirmed', ['displayed', 'delayed']],
    ['failed', ['failed', 'automatic-reply']],
  ] as const)('is %s after %j', (delivery, kinds) => {
    const facts = kinds.map((kind, index) => fact(1, kind, index));
    expect(report(facts).recipients.map(({ returned }) => returned.delivery)).toEqual([delivery, 'unknown']);
  });

  it('has the newest failure, as long as nothing confirms a delivery', () => {
    const facts = [fact(1, 'failed', 1), fact(1, 'failed', 2, bounced)];
    expect(report(facts).recipients[0]?.returned.bounce?.status).toBe('5.1.1');
    expect(report([...facts, fact(1, 'delivered', 3)]).recipients[0]?.returned.bounce).toBeUndefined();
  });
});

describe('a reply', () => {
  it('of a person is an open, by a rule of its own', () => {
    const [one, two] = report([fact(1, 'reply', 1), fact(2, 'automatic-reply', 2)]).recipients;
    expect(one).toMatchObject({ verdict: 'opened', confidence: 1, rule: 'reply', opens: 0 });
    expect(two).toMatchObject({ verdict: 'none', confidence: 0, rule: undefined });
  });

  it('of somebody who is not tracked leaves that as it is', () => {
    const { recipients, totals } = report([fact(1, 'reply', 1)], [recipient(1, { tracked: false })]);
    expect(recipients[0]).toMatchObject({ verdict: 'not-tracked', returned: { delivery: 'confirmed' } });
    expect([totals.notTracked, totals.replied]).toEqual([1, 1]);
  });

  it('changes nothing of the opens', () => {
    const fold = new ReportFold(judgeAgain);
    fold.addRecipient(recipient(1));
    fold.addReturn(fact(1, 'reply', 1));
    fold.add(fetchOf(1, userAgents.thunderbird, 100));
    expect(fold.summaries().recipients[0]).toMatchObject({ verdict: 'opened', rule: 'reply', opens: 1 });
  });
});

it('the totals count recipients, and states stay what they were', () => {
  const { totals, recipients } = report([
    fact(1, 'reply', 1),
    fact(1, 'reply', 2),
    fact(1, 'complaint', 3),
    fact(2, 'automatic-reply', 3),
    fact(2, 'failed', 4, bounced),
    fact(99, 'failed', 5),
  ]);
  expect(totals).toMatchObject({
    failed: 1,
    delayed: 0,
    replied: 1,
    autoReplied: 1,
    complained: 1,
    accepted: 2,
  });
  expect(recipients.map(({ state }) => state)).toEqual(['accepted', 'accepted']);
});

it('the JSON has what came back', () => {
  const whole = report([
    fact(1, 'failed', 1, bounced),
    fact(2, 'automatic-reply', 2, { returnsOn: '2026-12-05' }),
    fact(2, 'reply', 3),
  ]);
  expect(reportJson(whole)['totals']).toMatchObject({
    failed: 1,
    replied: 1,
    auto_replied: 1,
    complained: 0,
    clicked: 0,
  });
  expect(whole.recipients.map(recipientJson)).toMatchObject([
    {
      state: 'accepted',
      delivery: 'failed',
      bounce: { ...bounced, at: '2026-11-30T01:00:00.000Z', proven: true, evidence: ['header-token'] },
      replied_at: null,
      auto_replied_at: null,
      complained_at: null,
      clicks: 0,
      first_clicked_at: null,
    },
    {
      delivery: 'confirmed',
      bounce: null,
      rule: 'reply',
      replied_at: '2026-11-30T03:00:00.000Z',
      auto_replied_at: '2026-11-30T02:00:00.000Z',
      returns_on: '2026-12-05',
    },
  ]);
});

describe('the CSV', () => {
  async function fieldsOf(csv: string): Promise<readonly string[]> {
    const names: string[] = [];
    for await (const row of parseList([Buffer.from(csv)], 'report.csv', {}))
      if (!(row instanceof Problem)) names.push(...row.fields.keys());
    return names;
  }

  it('has what came back behind the opens, which is no merge field when it is mailed to', async () => {
    const csv = reportCsv(report([fact(1, 'failed', 1, bounced), fact(2, 'reply', 2)]));
    const [header, first, second] = csv.split('\r\n');
    expect(header).toContain(
      '"last_opened_at","delivery","bounce","replied_at","auto_replied_at","complained_at"',
    );
    expect(first).toContain('"failed","hard 5.1.1","","",""');
    expect(second).toContain('"confirmed","","2026-11-30T02:00:00.000Z","",""');
    expect(new Set(await fieldsOf(csv))).toEqual(new Set(['email_address', 'name']));
  });
});

describe('the terminal', () => {
  const linesOf = (facts: readonly RecipientReturn[]) =>
    [
      ...reportLines(report(facts), {
        width: 120,
        style: createStyle({ color: false, environment: {}, isTerminal: false }),
        time: createTimeFormat(new Date('2026-12-01T00:00:00Z'), () => 0),
      }),
    ].join('\n');

  it('says what came back, in all and for each', () => {
    const text = linesOf([fact(1, 'failed', 1, bounced), fact(2, 'reply', 2)]);
    expect(text).toContain('Came back: 1 failed, 1 replied');
    expect(text).toContain('failed for good: 550 5.1.1 No such user');
    expect(text).toMatch(/opened .* replied +a reply/);
  });

  it('says nothing of it when nothing came back', () => {
    expect(linesOf([])).not.toContain('Came back');
  });
});
