/** The server refuses, or says what no server should. */
import { modeOf } from '../modes.mjs';
import { misbehaviour, onceAt, playTrials, somewhere, Tally, withWorld } from '../trials.mjs';
import { scripts } from './reply-scripts.mjs';
import { refuseToLogIn, serversWithoutTls } from './tls.mjs';

export const replies = [
  {
    id: 'F8',
    fault: '4yz to RCPT and to the message',
    run: ({ release, modes }) =>
      misbehaviour({
        modes,
        trials: release ? 40 : 6,
        cases: 2,
        misbehave: context => {
          const stage = context.trial % 2 === 0 ? 'rcpt' : 'before-accept';
          return onceAt(stage, '451 4.7.1 greylisted, try again later', somewhere(context.trial))(context);
        },
        check: ({ tally, first, note }) =>
          tally.expect(first.status === 75, `${note}: exit ${first.status}, 75 expected`),
      }),
  },
  {
    id: 'F9',
    fault: '421 at every stage',
    run: ({ release, modes }) => {
      const stages = ['banner', 'ehlo', 'mail', 'rcpt', 'data', 'before-accept'];
      return misbehaviour({
        modes,
        trials: release ? 60 : 18,
        cases: stages.length,
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
    run: ({ modes }) =>
      misbehaviour({
        modes,
        trials: 2 * modes.length,
        cases: 2,
        misbehave:
          ({ trial, counter }) =>
          at => {
            const stage = trial % 2 === 0 ? 'mail' : 'before-accept';
            if (at !== stage) return undefined;
            counter.faults += 1;
            return stage === 'mail'
              ? '550 5.7.1 sender not allowed'
              : '550 5.7.26 unauthenticated mail is not accepted';
          },
        check({ tally, first, note }) {
          tally.expect(first.status === 77, `${note}: exit ${first.status}, 77 expected`);
          tally.expect(/"rejected":0/.test(first.stdout), `${note}: somebody was marked as rejected`);
        },
      }),
  },
  {
    id: 'F25',
    fault: 'replies that are no replies, R1 to R24',
    async run({ release, modes }) {
      const tally = new Tally();
      const usual = await peakOfAnUndisturbedRun();
      const cases = scripts.flatMap(script => script.at.map(stage => ({ ...script, stage })));
      for (let round = 0; round < (release ? modes.length : 1); round += 1) {
        await playTrials(cases.length, async index => {
          const script = cases[index];
          // DATA is said in no window.
          const possible = modes.filter(({ window }) => window === 1 || script.stage !== 'data');
          if (possible.length > 0)
            await playScript(tally, script, modeOf(possible, round + index), usual, round + index);
        });
      }
      await refuseToLogIn(tally, serversWithoutTls);
      return tally;
    },
  },
  {
    id: 'F26',
    fault: 'a reply too many, a reply too few',
    run: ({ release, modes }) => {
      const usual = {
        mail: '250 ok',
        rcpt: '250 ok',
        data: '354 go',
        'end-of-data': '250 accepted',
        ehlo: '250 sink',
      };
      const stages = Object.keys(usual);
      const cases = 2 * stages.length;
      return misbehaviour({
        modes,
        trials: cases * (release ? 3 * modes.length : modes.length),
        cases,
        retryFor: '10s',
        uncertainPerFault: 1,
        prepare: ({ sender }) => {
          sender.environment.MAILTRACK_TEST_SMTP_TIMEOUTS = impatient;
        },
        misbehave: context => {
          const stage = stages[context.trial % stages.length];
          const many = `${usual[stage]}\r\n250 2.0.0 nobody asked`;
          const few = { octets: '' };
          const odd = context.trial % cases < stages.length ? many : few;
          const once = onceAt(stage, odd, stage === 'ehlo' ? 2 : 3 + (context.trial % 12))(context);
          return (at, session) => once(at, session) ?? refuseSome(at, session);
        },
        // Who was refused and who was not: nobody may have got another's reply.
        check: ({ tally, sender, note }) => {
          for (const [address, state] of sender.ledger().states)
            tally.expect(
              state !== 'rejected' || isUnknown(address),
              `${note}: ${address} is rejected for somebody else`,
            );
        },
      });
    },
  },
];

/** So that a silent server costs a second and a half, and not five minutes. */
const impatient = JSON.stringify(
  Object.fromEntries(
    ['greeting', 'mail', 'rcpt', 'data', 'dataBlock', 'endOfData'].map(step => [step, 1_500]),
  ),
);

/** One in twelve, too few for the sender to stop because of them. */
const isUnknown = address => Number(/\d+/.exec(address)?.[0]) % 12 === 5;

function refuseSome(at, { recipient }) {
  return at === 'rcpt' && isUnknown(recipient ?? '') ? '550 5.1.1 no such user' : undefined;
}

/** One way of speaking nonsense, at one stage, once in a run or for all of it. */
function playScript(tally, script, mode, usualMegabytes, number) {
  const name = `${script.id} ${script.name}, at ${script.stage}`;
  return misbehaviour({
    tally,
    modes: [mode],
    trials: 1,
    retryFor: '10s',
    // In a group the reply to the message before may arrive with the nonsense, and is not believed then.
    uncertainPerFault:
      script.uncertain ?? (script.stage === 'end-of-data' || mode.name !== 'dialogue' ? 1 : 0),
    prepare({ sender }) {
      sender.environment.MAILTRACK_TEST_SMTP_TIMEOUTS = impatient;
      sender.watchMemory = true;
      sender.json = script.onTheTerminal !== true;
    },
    misbehave(context) {
      const { always, act } = script;
      const nth = script.stage === 'banner' || script.stage === 'ehlo' ? 2 : 3 + (number % 12);
      if (always !== true) {
        const first = onceAt(script.stage, act, nth)(context);
        return (at, session) =>
          first(at, session) ?? (context.counter.faults > 0 ? script.later?.(at) : undefined);
      }
      return at => {
        if (at !== script.stage) return undefined;
        context.counter.faults += 1;
        return act;
      };
    },
    check({ first, sink }) {
      if (script.status !== undefined)
        tally.expect(
          first.status === script.status,
          `${name}: exit ${first.status}, ${script.status} expected`,
        );
      const more = first.peakMegabytes - usualMegabytes;
      tally.expect(more <= 20, `${name}: ${more.toFixed(0)} MB more than usual`);
      script.check?.({ expect: (holds, what) => tally.expect(holds, `${name}: ${what}`), first, sink });
    },
    name,
  });
}

/** What a run needs when the server behaves: the largest of three. */
async function peakOfAnUndisturbedRun() {
  let peak = 0;
  for (let run = 0; run < 3; run += 1) {
    await withWorld(40, async (sink, sender) => {
      sender.watchMemory = true;
      sink.replyDelayMs = () => 20;
      const { peakMegabytes } = await sender.send(sink, '--connections', '4').ended;
      peak = Math.max(peak, peakMegabytes);
    });
  }
  return peak;
}
