/** Signals, and a second process. */
import { modeOf } from '../modes.mjs';
import { createRandom } from '../random.mjs';
import { audit } from '../sender.mjs';
import { finishWithResume, playTrials, recipients, Tally, wait, withWorld } from '../trials.mjs';

export const processes = [
  {
    id: 'F11',
    fault: 'two processes on one email at once',
    async run({ release, modes }) {
      const tally = new Tally();
      await playTrials(release ? 200 : 10, async trial => {
        const mode = modeOf(modes, trial);
        const note = `, ${mode.name}`;
        await withWorld(
          60,
          async (sink, sender) => {
            sink.replyDelayMs = () => 3;
            await sender.send(sink, '--limit', '1').ended;
            const pair = [sender.resume(sink), sender.resume(sink)];
            const ended = await Promise.all(pair.map(child => child.ended));
            tally.faults += 1;
            const statuses = ended.map(({ status }) => status).sort();
            const fair = statuses.join() === '0,75' || statuses.join() === '0,0';
            tally.expect(fair, `trial ${trial + 1}${note}: exits ${statuses.join(' and ')}`);
            const found = audit(sender, sink);
            tally.add(found, 0, note);
            tally.expect(found.open === 0, `trial ${trial + 1}${note}: ${found.open} still to go`);
          },
          { mode },
        );
      });
      return tally;
    },
  },
  {
    id: 'F15',
    fault: 'SIGINT, SIGTERM, SIGHUP, SIGINT twice, no stdout',
    async run({ release, seed, modes }) {
      const tally = new Tally();
      const random = createRandom(seed + 15);
      const cases = [['SIGINT'], ['SIGTERM'], ['SIGHUP'], ['SIGINT', 'SIGINT'], []];
      const statusOf = ([signal]) => (signal === undefined ? 0 : signal === 'SIGINT' ? 130 : 143);
      for (let trial = 0; trial < (release ? 100 : 10); trial += 1) {
        const mode = modeOf(modes, trial, cases.length);
        const signals = cases[trial % cases.length];
        const note = `, ${signals.join(' and ') || 'stdout closed'}, ${mode.name}`;
        await withWorld(
          recipients,
          async (sink, sender) => {
            sink.replyDelayMs = () => random() * 30;
            const child = sender.send(sink, '--connections', '4');
            while (sink.accepted.length < 20) await wait(5);
            // Nobody reads the results any more, and they go on: EPIPE is no reason to stop.
            if (signals.length === 0) child.stdout.destroy();
            for (const signal of signals) {
              child.kill(signal);
              await wait(1);
            }
            const { status } = await child.ended;
            tally.faults += 1;
            tally.expect(status === statusOf(signals), `trial ${trial + 1}${note}: exit ${status}`);
            sink.replyDelayMs = () => 0;
            await finishWithResume(sender, sink);
            const found = audit(sender, sink);
            tally.add(found, signals.length > 1 ? 4 * mode.window : 0, note);
            tally.expect(found.open === 0, `trial ${trial + 1}${note}: ${found.open} still to go`);
          },
          { mode },
        );
      }
      return tally;
    },
  },
];
