/** The process dies, or the power does. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { modeOf } from '../modes.mjs';
import { createRandom } from '../random.mjs';
import { audit } from '../sender.mjs';
import { buildShim, noCompiler } from '../shims.mjs';
import { finishWithResume, playTrials, recipients, Tally, wait, withWorld } from '../trials.mjs';

export const kills = [
  {
    id: 'F1',
    fault: 'SIGKILL at random moments, 1/4/8/16 connections',
    run: ({ seed, release, modes }) =>
      killTrials({
        seed,
        modes,
        trials: release ? 144 : 16,
        killsPerTrial: 3,
        connections: [1, 4, 8, 16],
        environment: () => ({}),
      }),
  },
  {
    id: 'F2',
    fault: 'SIGKILL at named points: the state is exact',
    needs: noCompiler,
    async run({ seed, release, modes }) {
      const tally = new Tally();
      await killAtReplies(tally, modes, release ? 12 : 3);
      await killAtWrites(tally, modes, seed + 2, release ? 60 : 8);
      return tally;
    },
  },
  {
    id: 'F3',
    fault: 'power cut: what was not synced is gone',
    needs: noCompiler,
    run: ({ seed, release, modes }) => {
      const library = buildShim('fsync-shadow');
      return killTrials({
        seed: seed + 3,
        modes,
        trials: release ? 42 : 9,
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

/**
 * Mostly once the server has accepted some more, however slow the machine is; one time in five at any moment, while the
 * process starts too. A third of the list at most, so that there is somebody left for the third kill.
 */
async function untilKill(random, sink, child) {
  if (random() < 0.2) await Promise.race([child.ended, wait(random() * 800)]);
  else {
    const enough = sink.accepted.length + 1 + Math.floor(random() * 80);
    while (sink.accepted.length < enough && child.exitCode === null) await wait(1);
    await wait(random() * 10);
  }
  return child.exitCode === null;
}

/** Kills the sender at random moments, resumes, kills again, and lets the last one finish. */
async function killTrials({
  seed,
  modes,
  trials,
  killsPerTrial,
  connections,
  environment,
  afterKill = () => undefined,
}) {
  const tally = new Tally();
  await playTrials(trials, async trial => {
    const random = createRandom(seed + 1_000 * trial);
    const conns = connections[trial % connections.length];
    const mode = modeOf(modes, trial, connections.length);
    await withWorld(
      recipients,
      async (sink, sender) => {
        Object.assign(sender.environment, environment(sender));
        // The more connections, the slower the server, or the list would be through before the first kill.
        sink.replyDelayMs = () => random() * 4 * Math.max(conns, 2) * mode.window;
        let kills = 0;
        let child = sender.send(sink, '--connections', String(conns));
        for (;;) {
          if (kills >= killsPerTrial || !(await untilKill(random, sink, child))) break;
          child.kill('SIGKILL');
          await child.ended;
          kills += 1;
          afterKill(sender);
          child = sender.goOn(sink, '--connections', String(conns));
        }
        await child.ended;
        sink.replyDelayMs = () => 0;
        await finishWithResume(sender, sink);
        tally.faults += kills;
        const note = `, ${mode.name}, ${conns} connections, ${kills} kills`;
        const found = audit(sender, sink);
        tally.add(found, conns * mode.window * Math.max(kills, 1), note);
        tally.expect(
          found.open === 0,
          `trial ${trial + 1}${note}: ${found.open} still to go after the last run`,
        );
      },
      { mode },
    );
  });
  return tally;
}

/**
 * What somebody comes to whose transaction was at this point when the process died. Not handed over: as before, and so
 * accepted in the end. Handed over without an answer: uncertain. With a window a whole transaction leaves at once, and
 * the point of a command says nothing of how far the client is.
 */
const endOf = {
  mail: ['accepted'],
  rcpt: ['accepted'],
  data: ['accepted'],
  'before-accept': ['uncertain'],
  'end-of-data': ['uncertain'],
};

/** While the server is about to answer, so that everything the client does before is done, and nothing after. */
async function killAtReplies(tally, modes, trials) {
  for (const [point, ends] of Object.entries(endOf)) {
    await playTrials(trials, async trial => {
      const mode = modeOf(modes, trial);
      if (mode.window > 1 && point === 'data') return;
      await withWorld(
        30,
        async (sink, sender) => {
          let seen = 0;
          let victim;
          const child = sender.send(sink, '--connections', '1');
          sink.misbehave = (stage, session) => {
            if (stage !== point) return undefined;
            seen += 1;
            if (seen !== 4 + trial) return undefined;
            // MAIL does not say for whom.
            victim = session.recipient ?? sender.addresses[3 + trial];
            child.kill('SIGKILL');
            return 'drop';
          };
          await child.ended;
          sink.misbehave = () => undefined;
          await finishWithResume(sender, sink);
          tally.faults += 1;
          const found = audit(sender, sink);
          // The result of the one before may still have been on its way to the disk.
          tally.add(found, mode.window, `, ${mode.name}, killed at ${point}`);
          const ended = sender.ledger().states.get(victim);
          const possible = mode.window > 1 ? ['accepted', 'uncertain'] : ends;
          tally.expect(
            possible.includes(ended),
            `${mode.name}, killed at ${point}: ${victim} is ${ended}, not ${possible.join(' or ')}`,
          );
          tally.expect(found.open === 0, `${mode.name}, killed at ${point}: ${found.open} still to go`);
        },
        { mode },
      );
    });
  }
}

/** Just before the n-th time the process writes to its files or syncs one: before an intent, after it, in the middle. */
async function killAtWrites(tally, modes, seed, trials) {
  const library = buildShim('kill-at-write');
  await playTrials(trials, async trial => {
    const mode = modeOf(modes, trial);
    await withWorld(
      30,
      async (sink, sender) => {
        const write = 1 + Math.floor(createRandom(seed + 1_000 * trial)() * 160);
        Object.assign(sender.environment, {
          LD_PRELOAD: library,
          KILL_AT_WRITE: String(write),
          KILL_BELOW: sender.data,
        });
        await sender.send(sink, '--connections', '2').ended;
        delete sender.environment.KILL_AT_WRITE;
        await finishWithResume(sender, sink);
        await finishWithResume(sender, sink);
        tally.faults += 1;
        const note = `, ${mode.name}, killed at write ${write}`;
        const found = audit(sender, sink);
        tally.add(found, 2 * mode.window, note);
        tally.expect(found.open === 0, `trial ${trial + 1}${note}: ${found.open} still to go`);
      },
      { mode },
    );
  });
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
