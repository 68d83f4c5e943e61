/** How much of the machine a long list needs. */
import { audit } from '../sender.mjs';
import { Tally, withWorld } from '../trials.mjs';

const mostMegabytes = 200;

export const memory = [
  {
    id: 'F27',
    fault: `a long list, with at most ${mostMegabytes} MB of memory`,
    async run({ release, modes }) {
      const tally = new Tally();
      const [mode] = modes;
      for (const count of release ? [10_000, 100_000] : [10_000]) {
        await withWorld(
          count,
          async (sink, sender) => {
            sender.watchMemory = true;
            const startedAt = performance.now();
            const { status, stderr, peakMegabytes } = await sender.send(sink).ended;
            const seconds = (performance.now() - startedAt) / 1_000;
            tally.faults += 1;
            tally.notes.push(
              `${count} recipients: at most ${peakMegabytes.toFixed(0)} MB, ${seconds.toFixed(0)} s, ${mode.name}`,
            );
            tally.expect(status === 0, `${count} recipients: exit ${status}: ${stderr.slice(0, 300)}`);
            tally.expect(
              peakMegabytes > 0 && peakMegabytes <= mostMegabytes,
              `${count} recipients: ${peakMegabytes.toFixed(0)} MB, at most ${mostMegabytes} allowed`,
            );
            tally.add(audit(sender, sink), 0);
          },
          { mode },
        );
      }
      return tally;
    },
  },
];
