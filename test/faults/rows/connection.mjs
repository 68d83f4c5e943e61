/** The connection breaks or falls silent. */
import { audit } from '../sender.mjs';
import { finishWithResume, misbehaviour, onceAt, recipients, Tally, wait, withWorld } from '../trials.mjs';

export const connection = [
  {
    id: 'F4',
    fault: 'connection lost after the message, no reply',
    run: ({ release }) =>
      misbehaviour({
        trials: release ? 500 : 20,
        misbehave: onceAt('end-of-data', 'drop-after-accept'),
        allowedUncertain: 'faults',
        check: ({ tally, first }) => tally.expect(first.status === 75, `exit ${first.status}, 75 expected`),
      }),
  },
  {
    id: 'F5',
    fault: 'connection lost before the message is whole',
    run: ({ release }) => {
      const stages = ['banner', 'ehlo', 'mail', 'rcpt', 'data'];
      return misbehaviour({
        trials: release ? 500 : 20,
        misbehave: context =>
          onceAt(
            stages[context.trial % stages.length],
            'drop',
          )({ ...context, trial: stages.length > 2 ? 0 : context.trial }),
        retryFor: '10s',
      });
    },
  },
  {
    id: 'F6',
    fault: 'server killed and started again in the middle',
    async run({ release }) {
      const tally = new Tally();
      for (let trial = 0; trial < (release ? 50 : 4); trial += 1) {
        await withWorld(recipients, async (sink, sender) => {
          sink.replyDelayMs = () => 4;
          const child = sender.send(sink, '--connections', '4', '--retry-for', '30s');
          while (sink.accepted.length < 50) await wait(5);
          const { port } = sink;
          await sink.stop();
          await wait(400);
          await sink.start(port);
          const ended = await child.ended;
          tally.faults += 1;
          const found = audit(sender, sink);
          tally.add(found, 4);
          tally.expect(
            found.open === 0,
            `trial ${trial + 1}: ended with ${ended.status} and ${found.open} to go`,
          );
        });
      }
      return tally;
    },
  },
  {
    id: 'F7',
    fault: 'the reply to a message takes long',
    async run({ release }) {
      const tally = new Tally();
      for (const delayMs of release ? [1_000, 10_000, 60_000] : [1_000, 3_000]) {
        await withWorld(6, async (sink, sender) => {
          let slow = 1;
          sink.replyDelayMs = () => (slow-- > 0 ? delayMs : 0);
          const { status } = await sender.send(sink).ended;
          tally.faults += 1;
          tally.add(audit(sender, sink), 0);
          tally.expect(status === 0, `after ${delayMs} ms: exit ${status}`);
        });
      }
      return tally;
    },
  },
  {
    id: 'F17',
    fault: 'stopped like a laptop that sleeps, then woken',
    async run({ release }) {
      const tally = new Tally();
      for (let trial = 0; trial < (release ? 20 : 4); trial += 1) {
        await withWorld(recipients, async (sink, sender) => {
          sink.replyDelayMs = () => 4;
          const child = sender.send(sink, '--connections', '4', '--retry-for', '30s');
          while (sink.accepted.length < 40) await wait(5);
          child.kill('SIGSTOP');
          await wait(300);
          // The server has given the idle sessions up meanwhile.
          const { port } = sink;
          await sink.stop();
          await sink.start(port);
          child.kill('SIGCONT');
          await child.ended;
          await finishWithResume(sender, sink);
          tally.faults += 1;
          const found = audit(sender, sink);
          tally.add(found, 4);
          tally.expect(found.open === 0, `trial ${trial + 1}: ${found.open} still to go`);
        });
      }
      return tally;
    },
  },
];
