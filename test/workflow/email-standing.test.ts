import { expect, it } from 'vitest';
import { alreadySent, readStanding, type Standing } from '../../src/workflow/email-standing.js';
import type { EmailRecord, StateCounts } from '../../src/workflow/ports.js';

const email: EmailRecord = {
  emailId: 'em_aaaaaaaaaaaa',
  emailNumber: 1,
  mode: 'each',
  subject: 'Hello',
  from: 'a@example.com',
  messageId: '<m@example.com>',
  createdAt: new Date(2026, 10, 23, 9, 0, 0),
  tokenFormat: 'sealed',
  fingerprint: 'f',
  composition: '{}',
};
const nobody: StateCounts = {
  pending: 0,
  sending: 0,
  accepted: 0,
  deferred: 0,
  rejected: 0,
  uncertain: 0,
  skipped: 0,
};

const resumeSends = '`mailtrack resume em_aaaaaaaaaaaa` sends it to the rest.';
const beginAnew = 'To begin anew instead, first `mailtrack cancel em_aaaaaaaaaaaa`; then pass --again.';
const reportHas = '`mailtrack report em_aaaaaaaaaaaa` has each recipient.';
const again = 'Pass --again to send it to everybody again.';
const settle =
  'Those who are uncertain may have got it: `mailtrack resume em_aaaaaaaaaaaa --resend-uncertain` sends it to them again, `--resolve accepted` takes it as delivered.';

it.each<[string, Partial<StateCounts>, Partial<Standing> & { cancelled?: true }, string, string]>([
  [
    'begun, nobody sent to (the login was refused)',
    { pending: 2 },
    {},
    'the same email was begun on ‹time› as em_aaaaaaaaaaaa and is not finished: 0 of 2 sent, 2 pending',
    `${resumeSends} ${beginAnew}`,
  ],
  [
    'partly sent',
    { accepted: 1, deferred: 1, pending: 1, rejected: 1, uncertain: 1 },
    {},
    'the same email was begun on ‹time› as em_aaaaaaaaaaaa and is not finished: 1 of 5 sent, 1 rejected, 1 uncertain, 1 deferred, 1 pending',
    `${resumeSends} ${beginAnew}`,
  ],
  [
    'finished',
    { accepted: 2 },
    {},
    'the same email was sent on ‹time› as em_aaaaaaaaaaaa: 2 of 2 sent',
    `${reportHas} ${again}`,
  ],
  [
    'finished with a rejected one',
    { accepted: 1, rejected: 1 },
    {},
    'the same email was sent on ‹time› as em_aaaaaaaaaaaa: 1 of 2 sent, 1 rejected',
    `${reportHas} ${again}`,
  ],
  [
    'rejected for everybody',
    { rejected: 2 },
    {},
    'the same email was begun on ‹time› as em_aaaaaaaaaaaa, and nobody got it: 0 of 2 sent, 2 rejected',
    `${reportHas} ${again}`,
  ],
  [
    'uncertain',
    { accepted: 1, uncertain: 1 },
    {},
    'the same email was sent on ‹time› as em_aaaaaaaaaaaa: 1 of 2 sent, 1 uncertain',
    `${settle} ${again}`,
  ],
  [
    'left in the middle of a message by a process that was killed',
    { accepted: 1, sending: 1 },
    {},
    'the same email was sent on ‹time› as em_aaaaaaaaaaaa: 1 of 2 sent, 1 uncertain',
    `${settle} ${again}`,
  ],
  [
    'cancelled',
    { accepted: 1, skipped: 1 },
    { cancelled: true },
    'the same email was begun on ‹time› as em_aaaaaaaaaaaa and then cancelled: 1 of 2 sent, 1 skipped',
    `${reportHas} ${again}`,
  ],
  [
    'being sent',
    { accepted: 1, sending: 1, pending: 1 },
    { heldBy: { pid: 4711, host: 'mail1', since: new Date(0) } },
    'the same email is being sent as em_aaaaaaaaaaaa by process 4711 on mail1: 1 of 3 sent, 2 pending so far',
    `Wait for it, or end it with SIGTERM; then \`mailtrack resume em_aaaaaaaaaaaa\` goes on. ${beginAnew}`,
  ],
  [
    'being sent by nobody knows whom',
    { pending: 1 },
    { heldBy: 'unknown' },
    'the same email is being sent as em_aaaaaaaaaaaa by another process: 0 of 1 sent, 1 pending so far',
    `Wait for it, or end it with SIGTERM; then \`mailtrack resume em_aaaaaaaaaaaa\` goes on. ${beginAnew}`,
  ],
])(
  'says of an email that is %s what is true and what to do',
  (_, some, { cancelled, ...rest }, what, fix) => {
    const counts = { ...nobody, ...some };
    const problem = alreadySent({
      email: { ...email, cancelledAt: cancelled && new Date(0) },
      counts,
      recipients: Object.values(counts).reduce((sum, count) => sum + count, 0),
      heldBy: undefined,
      ...rest,
    });
    const message = problem.message.replace(/\d+ Nov 2026, \d\d:\d\d UTC\S*/, '‹time›');
    expect([problem.code, message, problem.fix]).toEqual(['already-sent', what, fix]);
  },
);

it('asks who sends it before it counts, so that a run that ends in between is counted whole', async () => {
  const asked: string[] = [];
  await readStanding(email, {
    ledger: {
      async findHolder() {
        asked.push('holder');
        return undefined;
      },
    },
    reader: {
      async countStates() {
        asked.push('counts');
        return nobody;
      },
    },
  });
  expect(asked).toEqual(['holder', 'counts']);
});
