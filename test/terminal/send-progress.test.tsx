import { renderToString } from 'ink';
import { expect, it } from 'vitest';
import { advanceProgress, rateOf, startProgress } from '../../src/terminal/progress.js';
import { SendProgress } from '../../src/terminal/send-progress.js';
import type { SendEvent } from '../../src/workflow/events.js';

const settled = (state: 'accepted' | 'deferred' | 'rejected', attempt = 1): SendEvent => ({
  kind: 'recipient-settled',
  emailId: 'em_a',
  emailAddress: 'bob@example.com',
  role: 'to',
  state,
  replyCode: 451,
  enhancedStatusCode: '',
  replyText: 'later\x1b[2J',
  attempt,
  at: new Date(0),
});

const events = [settled('accepted'), settled('accepted'), settled('deferred'), settled('accepted', 2)];
const progress = events.reduce(advanceProgress, startProgress(10, 0));

it('counts each recipient once, however often they were tried', () => {
  expect(progress).toMatchObject({ total: 10, settled: 3, accepted: 3, deferred: 1 });
  expect(rateOf(progress, 2_000)).toBe(1.5);
  expect(rateOf(progress, 0)).toBe(0);
});

it('draws three lines with the last problem made harmless', () => {
  expect(renderToString(<SendProgress progress={progress} nowMs={2_000} width={80} />).split('\n')).toEqual([
    `${'█'.repeat(12)}${'░'.repeat(28)} 3/10 · 2/s · 5 s left`,
    '3 accepted · 1 deferred · 0 rejected · 0 uncertain',
    'bob@example.com: 451 later\\x1b[2J',
  ]);
});
