import { expect, it } from 'vitest';
import { summarize } from '../../src/report/fold.js';
import type { TransactionRecord } from '../../src/report/summary.js';
import { explainLines } from '../../src/terminal/explain-view.js';
import { createStyle } from '../../src/terminal/style.js';
import { createTimeFormat } from '../../src/time-format.js';
import { classifyFetch } from '../../src/tracking/classify.js';
import { acceptedAt, email, recipient } from '../report/facts.js';

const shape = {
  width: 100,
  style: createStyle({ color: false, environment: {}, isTerminal: false }),
  time: createTimeFormat(acceptedAt, () => 0),
};

function linesOf(transactions: readonly Partial<TransactionRecord>[]): readonly string[] {
  const [summary] = summarize(email, [recipient(1)], [], classifyFetch).recipients;
  if (summary === undefined) return [];
  const all = transactions.map(one => ({
    startedAt: acceptedAt,
    endedAt: acceptedAt,
    stage: 'end-of-data' as const,
    state: 'accepted' as const,
    replyCode: 250,
    enhancedStatusCode: '2.0.0',
    replyText: 'queued',
    ...one,
  }));
  const returned = [
    {
      recipientNumber: 1,
      kind: 'failed' as const,
      at: acceptedAt,
      hardness: 'hard' as const,
      status: '5.1.1',
      diagnostic: 'unknown user',
      evidence: ['header-token' as const],
      isProven: true,
    },
  ];
  const copies = [{ recipient: summary, transactions: all, fetches: [], returned }];
  return explainLines({ email, copies, suppression: undefined }, shape);
}

it('says each status once, whether the server has it in its words or not', () => {
  const lines = linesOf([
    { replyText: '2.0.0 Ok: queued' },
    {},
    { replyCode: 0, enhancedStatusCode: '', replyText: 'no reply' },
  ]);
  expect(lines.filter(line => line.startsWith('     '))).toEqual([
    '     250 2.0.0 Ok: queued',
    '     250 2.0.0 queued',
    '     no reply',
    '     5.1.1 unknown user',
    '     proven by header-token',
  ]);
});
