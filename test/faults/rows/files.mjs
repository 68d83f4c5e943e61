/** What a run left behind is changed before the next: template, list, database. */
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  openSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../random.mjs';
import { audit } from '../sender.mjs';
import { finishWithResume, playTrials, Tally, withWorld } from '../trials.mjs';

export const files = [
  {
    id: 'F21',
    fault: 'template or list edited before resume',
    async run() {
      const tally = new Tally();
      for (const file of ['msg.txt', 'list.csv']) {
        await withWorld(20, async (sink, sender) => {
          await sender.send(sink, '--limit', '5').ended;
          appendFileSync(join(sender.folder, file), 'eve@example.net\n');
          const { status } = await sender.resume(sink).ended;
          tally.expect(
            status === 64 && sink.accepted.length === 5,
            `${file}: exit ${status}, ${sink.accepted.length} sent`,
          );
          await finishWithResume(sender, sink, '--accept-changed');
          tally.faults += 1;
          tally.add(audit(sender, sink), 0);
        });
      }
      return tally;
    },
  },
  {
    id: 'F22',
    fault: 'database copied, or an older copy restored',
    async run() {
      const tally = new Tally();
      await withWorld(20, async (sink, sender) => {
        await sender.send(sink, '--limit', '5').ended;
        const file = join(sender.data, 'mailtrack.db');
        copyFileSync(file, `${file}.older`);
        await sender.resume(sink, '--limit', '5').ended;
        rmSync(file);
        copyFileSync(`${file}.older`, file);
        for (const name of ['-wal', '-shm']) rmSync(file + name, { force: true });
        const { status } = await sender.resume(sink).ended;
        tally.trials += 1;
        tally.faults += 1;
        tally.expect(
          status === 64 && sink.accepted.length === 10,
          `exit ${status}, ${sink.accepted.length} sent`,
        );
      });
      return tally;
    },
  },
  {
    id: 'F23',
    fault: 'database cut short or with flipped bytes',
    async run({ release, seed }) {
      const tally = new Tally();
      await playTrials(release ? 200 : 12, async trial => {
        const random = createRandom(seed + 23 + 1_000 * trial);
        await withWorld(60, async (sink, sender) => {
          await sender.send(sink, '--limit', '30').ended;
          damage(join(sender.data, 'mailtrack.db'), trial % 3 === 0 ? 'cut' : 'flip', random);
          const { status, stderr } = await sender.resume(sink).ended;
          tally.trials += 1;
          tally.faults += 1;
          tally.expect(status !== 70, `trial ${trial + 1}: ${stderr.slice(0, 300)}`);
          const repeated = sink.accepted.length - new Set(sink.accepted).size;
          tally.duplicates += repeated;
          tally.expect(repeated === 0, `trial ${trial + 1}: ${repeated} sent twice, exit ${status}`);
        });
      });
      return tally;
    },
  },
];

/** Cuts a file in half, or changes 40 octets behind its header. */
function damage(file, how, random) {
  const { size } = statSync(file);
  if (how === 'cut') {
    truncateSync(file, Math.floor(size / 2));
    return;
  }
  const handle = openSync(file, 'r+');
  for (let flips = 0; flips < 40; flips += 1) {
    writeSync(
      handle,
      Buffer.from([Math.floor(random() * 256)]),
      0,
      1,
      100 + Math.floor(random() * (size - 100)),
    );
  }
  closeSync(handle);
}
