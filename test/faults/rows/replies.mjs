/** The server refuses, or says what no server should. */
import { misbehaviour, onceAt } from '../trials.mjs';

export const replies = [
  {
    id: 'F8',
    fault: '4yz to RCPT and to the message',
    run: ({ release }) =>
      misbehaviour({
        trials: release ? 20 : 6,
        misbehave: context => {
          const stage = context.trial % 2 === 0 ? 'rcpt' : 'before-accept';
          return onceAt(stage, '451 4.7.1 greylisted, try again later')(context);
        },
        check: ({ tally, first }) => tally.expect(first.status === 75, `exit ${first.status}, 75 expected`),
      }),
  },
  {
    id: 'F9',
    fault: '421 at every stage',
    run: ({ release }) => {
      const stages = ['banner', 'ehlo', 'mail', 'rcpt', 'data', 'before-accept'];
      return misbehaviour({
        trials: release ? 60 : 12,
        retryFor: '10s',
        misbehave: context => {
          let seen = 0;
          return (at, session) => {
            if (at !== stages[context.trial % stages.length] || session.number === 1) return undefined;
            seen += 1;
            if (seen !== 1) return undefined;
            context.counter.faults += 1;
            return '421 4.3.2 shutting down';
          };
        },
      });
    },
  },
  {
    id: 'F10',
    fault: '550 to MAIL for everybody; policy after the message',
    run: () =>
      misbehaviour({
        trials: 2,
        misbehave:
          ({ trial, counter }) =>
          at => {
            if (at !== (trial === 0 ? 'mail' : 'before-accept')) return undefined;
            counter.faults += 1;
            return trial === 0
              ? '550 5.7.1 sender not allowed'
              : '550 5.7.26 unauthenticated mail is not accepted';
          },
        check({ tally, first }) {
          tally.expect(first.status === 77, `exit ${first.status}, 77 expected`);
          tally.expect(/"rejected":0/.test(first.stdout), 'somebody was marked as rejected');
        },
      }),
  },
  {
    id: 'F25',
    fault: 'replies that are no replies',
    run: () => {
      const replies = [
        '999 what',
        '250',
        'hello',
        '\u001b[2J250 ok',
        '250 ok\n250 ok',
        '25',
        `250 ${'x'.repeat(100_000)}`,
        `${'250-more\r\n'.repeat(5_000)}250 ok`,
        '354 go on',
        '150 soon',
        '\u0000\u0000',
        '220 hello again',
        '550-no\r\n250 yes',
      ];
      return misbehaviour({
        trials: replies.length * 2,
        retryFor: '10s',
        allowedUncertain: 'faults',
        misbehave: context =>
          onceAt(context.trial % 2 === 0 ? 'mail' : 'end-of-data', replies[context.trial >> 1])(context),
      });
    },
  },
  {
    id: 'F26',
    fault: 'a reply too many, a reply too few',
    run: ({ release }) =>
      misbehaviour({
        trials: release ? 30 : 10,
        retryFor: '10s',
        allowedUncertain: 'faults',
        misbehave: context => {
          const stages = ['mail', 'rcpt', 'data', 'end-of-data', 'ehlo'];
          const usual = {
            mail: '250 ok',
            rcpt: '250 ok',
            data: '354 go',
            'end-of-data': '250 accepted',
            ehlo: '250 sink',
          };
          const stage = stages[context.trial % stages.length];
          return onceAt(
            stage,
            `${usual[stage]}\r\n250 2.0.0 nobody asked`,
          )({ ...context, trial: stage === 'ehlo' ? -2 : context.trial });
        },
      }),
  },
];
