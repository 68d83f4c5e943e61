/** Signals, and a second process. */
import { createRandom } from '../random.mjs';
import { audit } from '../sender.mjs';
import { finishWithResume, recipients, Tally, wait, withWorld } from '../trials.mjs';

export const processes = [
  {
    id: 'F11',
    fault: 'two processes on one email at once',
    async run({ release }) {
      const tally = new Tally();
      for (let trial = 0; trial < (release ? 200 : 10); trial += 1) {
        await withWorld(60, async (sink, sender) => {
          sink.replyDelayMs = () => 3;
          await sender.send(sink, '--limit', '1').ended;
          const pair = [sender.resume(sink), sender.resume(sink)];
          const ended = await Promise.all(pair.map(child => child.ended));
          tally.faults += 1;
          const statuses = ended.map(({ status }) => status).sort();
          const fair = statuses.join() === '0,75' || statuses.join() === '0,0';
          tally.expect(fair, `trial ${trial + 1}: exits ${statuses.join(' and ')}`);
          const found = audit(sender, sink);
          tally.add(found, 0);
          tally.expect(found.open === 0, `trial ${trial + 1}: ${found.open} still to go`);
        });
      }
      return tally;
    },
  },
  {
    id: 'F15',
    fault: 'SIGINT, SIGTERM, SIGHUP, SIGINT twice',
    async run({ release, seed }) {
      const tally = new Tally();
      const random = createRandom(seed + 15);
      const cases = [['SIGINT'], ['SIGTERM'], ['SIGHUP'], ['SIGINT', 'SIGINT']];
      for (let trial = 0; trial < (release ? 80 : 8); trial += 1) {
        await withWorld(recipients, async (sink, sender) => {
          const signals = cases[trial % cases.length];
          sink.replyDelayMs = () => random() * 30;
          const child = sender.send(sink, '--connections', '4');
          while (sink.accepted.length < 20) await wait(5);
          for (const signal of signals) {
            child.kill(signal);
            await wait(1);
          }
          const { status } = await child.ended;
          tally.faults += 1;
          tally.expect(
            status === (signals[0] === 'SIGINT' ? 130 : 143),
            `trial ${trial + 1}: exit ${status}`,
          );
          sink.replyDelayMs = () => 0;
          await finishWithResume(sender, sink);
          const found = audit(sender, sink);
          tally.add(found, signals.length > 1 ? 4 : 0);
          tally.expect(found.open === 0, `trial ${trial + 1}: ${found.open} still to go`);
        });
      }
      return tally;
    },
  },
];
