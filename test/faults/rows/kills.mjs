/** The process dies, or the power does. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '../random.mjs';
import { audit } from '../sender.mjs';
import { finishWithResume, recipients, Tally, wait, withWorld } from '../trials.mjs';

export const kills = [
  {
    id: 'F1',
    fault: 'SIGKILL at random moments, 1/4/8/16 connections',
    run: ({ seed, release }) =>
      killTrials({
        seed,
        trials: release ? 140 : 14,
        killsPerTrial: 3,
        connections: [1, 4, 8, 16],
        environment: () => ({}),
      }),
  },
  {
    id: 'F2',
    fault: 'SIGKILL at named points: the state is exact',
    async run({ release }) {
      const tally = new Tally();
      // Not handed over: as before, and so accepted in the end. Handed over without an answer: uncertain.
      const points = {
        rcpt: 'accepted',
        data: 'accepted',
        'before-accept': 'uncertain',
        'end-of-data': 'uncertain',
      };
      for (const [point, state] of Object.entries(points)) {
        for (let trial = 0; trial < (release ? 12 : 3); trial += 1) {
          await withWorld(30, async (sink, sender) => {
            let seen = 0;
            let victim;
            const child = sender.send(sink, '--connections', '1');
            sink.misbehave = (stage, session) => {
              if (stage !== point) return undefined;
              seen += 1;
              if (seen !== 4 + trial) return undefined;
              victim = session.recipient;
              child.kill('SIGKILL');
              return point === 'end-of-data' ? 'drop-after-accept' : 'drop';
            };
            await child.ended;
            sink.misbehave = () => undefined;
            await finishWithResume(sender, sink);
            tally.faults += 1;
            const found = audit(sender, sink);
            // The result of the one before may still have been on its way to the disk.
            tally.add(found, 1, `, killed at ${point}`);
            const ended = sender.ledger().states.get(victim);
            tally.expect(ended === state, `killed at ${point}: ${victim} is ${ended}, not ${state}`);
            tally.expect(found.open === 0, `killed at ${point}: ${found.open} still to go`);
          });
        }
      }
      return tally;
    },
  },
  {
    id: 'F3',
    fault: 'power cut: what was not synced is gone',
    run: ({ seed, release }) => {
      const library = buildShadow();
      return killTrials({
        seed: seed + 3,
        trials: release ? 40 : 7,
        killsPerTrial: 3,
        connections: [1, 4, 8],
        environment: sender => {
          mkdirSync(join(sender.folder, 'shadow'), { recursive: true });
          return { LD_PRELOAD: library, FSYNC_SHADOW: join(sender.folder, 'shadow') };
        },
        afterKill: cutPower,
      });
    },
  },
];

/** Time for Node to start and the first transactions to begin, and then for most of them to pass. */
const killAfterMs = random => 350 + random() * 500;

/** Kills the sender at random moments, resumes, kills again, and lets the last one finish. */
async function killTrials({
  seed,
  trials,
  killsPerTrial,
  connections,
  environment = {},
  afterKill = () => undefined,
}) {
  const tally = new Tally();
  const random = createRandom(seed);
  for (let trial = 0; trial < trials; trial += 1) {
    const conns = connections[trial % connections.length];
    await withWorld(recipients, async (sink, sender) => {
      Object.assign(sender.environment, environment(sender));
      sink.replyDelayMs = () => random() * 8;
      let kills = 0;
      let child = sender.send(sink, '--connections', String(conns));
      for (;;) {
        const finished = await Promise.race([child.ended, wait(killAfterMs(random)).then(() => undefined)]);
        if (finished !== undefined || kills >= killsPerTrial) break;
        child.kill('SIGKILL');
        await child.ended;
        kills += 1;
        afterKill(sender);
        child = sender.goOn(sink, '--connections', String(conns));
      }
      await child.ended;
      await finishWithResume(sender, sink);
      tally.faults += kills;
      const found = audit(sender, sink);
      tally.add(found, conns * Math.max(kills, 1), `, ${conns} connections, ${kills} kills`);
      tally.expect(found.open === 0, `trial ${trial + 1}: ${found.open} still to go after the last run`);
    });
  }
  return tally;
}

function buildShadow() {
  const library = '/tmp/mailtrack-fsync-shadow.so';
  execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, 'test/faults/fsync-shadow.c', '-ldl']);
  return library;
}

/** Everything that was not synced is gone; a file that never was is gone whole. */
function cutPower(sender) {
  for (const name of readdirSync(sender.data)) {
    const synced = join(sender.folder, 'shadow', name);
    // SQLite's shared memory is rebuilt from the log; it is never synced.
    if (existsSync(synced)) copyFileSync(synced, join(sender.data, name));
    else rmSync(join(sender.data, name), { force: true });
  }
}
