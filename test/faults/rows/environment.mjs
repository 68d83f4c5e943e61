/** The machine: disk, folders, file handles, clock, names. */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { modeOf } from '../modes.mjs';
import { createRandom } from '../random.mjs';
import { audit, Sender } from '../sender.mjs';
import { endWithin, finishWithResume, recipients, Tally, wait, withWorld } from '../trials.mjs';

export const environment = [
  {
    id: 'F13',
    fault: 'disk full in the middle',
    async run({ release, seed, modes }) {
      const tally = new Tally();
      const random = createRandom(seed + 13);
      for (let trial = 0; trial < (release ? 50 : 4); trial += 1) {
        const disk = mkdtempSync(join(tmpdir(), 'mailtrack-disk-'));
        execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]);
        try {
          await withWorld(
            recipients,
            async (sink, sender) => {
              sink.replyDelayMs = () => random() * 6;
              const child = sender.send(sink, '--connections', '4');
              const fillAfter = 10 + Math.floor(random() * 150);
              while (sink.accepted.length < fillAfter) await wait(2);
              fill(join(disk, 'filler'));
              const { status, stderr } = await child.ended;
              rmSync(join(disk, 'filler'));
              tally.faults += 1;
              tally.expect(status === 74 || status === 0, `trial ${trial + 1}: exit ${status}: ${stderr}`);
              await finishWithResume(sender, sink);
              const found = audit(sender, sink);
              tally.add(found, 4 * modeOf(modes, trial).window);
              tally.expect(found.open === 0, `trial ${trial + 1}: ${found.open} still to go`);
            },
            { sender: new Sender(join(disk, 'user')), mode: modeOf(modes, trial) },
          );
        } finally {
          execFileSync('umount', ['-l', disk]);
          rmSync(disk, { recursive: true, force: true });
        }
      }
      return tally;
    },
  },
  {
    id: 'F14',
    fault: 'read-only folder, no room for files (ulimit -n)',
    async run() {
      const tally = new Tally();
      const cases = [
        [
          'a database in a folder that is a file',
          sender => writeFileSync(join(sender.folder, 'x'), ''),
          ['--db', 'x/y.db'],
          74,
        ],
        ['a database that is a folder', sender => mkdirSync(join(sender.folder, 'd')), ['--db', 'd'], 74],
        ['few file handles', sender => sender.limitFiles(28), [], undefined],
      ];
      for (const [name, prepare, more, expected] of cases) {
        await withWorld(10, async (sink, sender) => {
          prepare(sender);
          const { status, stderr } = await sender.send(sink, ...more).ended;
          tally.trials += 1;
          tally.faults += 1;
          tally.expect(
            status !== 70 && (expected === undefined || status === expected),
            `${name}: exit ${status}: ${stderr.slice(0, 300)}`,
          );
          tally.expect(
            expected === undefined || sink.accepted.length === 0,
            `${name}: ${sink.accepted.length} sent`,
          );
        });
      }
      return tally;
    },
  },
  {
    id: 'F16',
    fault: 'wall clock a day ahead or back, in 1970, in 2038',
    needs: () => (fakeTime() === undefined ? 'libfaketime is missing (Debian: faketime)' : undefined),
    async run({ modes }) {
      const tally = new Tally();
      for (const [index, jump] of ['+1d', '-1d', '@1970-01-02 00:00:00', '@2038-01-20 00:00:00'].entries()) {
        for (const during of [true, false]) {
          await jumpInTime(tally, { jump, during, mode: modeOf(modes, index) });
        }
      }
      return tally;
    },
  },
  {
    id: 'F18',
    fault: 'the name of the server is not known',
    async run() {
      const tally = new Tally();
      await withWorld(5, async (sink, sender) => {
        sender.environment.MAILTRACK_SMTP_PASSWORD = 'x';
        const args = [
          'send',
          'msg.txt',
          '--each',
          'list.csv',
          '--yes',
          '--no-track',
          '--json',
          '--smtp',
          'smtp://nowhere.invalid:587',
        ];
        const { status } = await sender.start(args).ended;
        tally.faults += 1;
        tally.expect(status === 69, `exit ${status}, 69 expected`);
        await finishWithResume(sender, sink);
        tally.add(audit(sender, sink), 0);
      });
      return tally;
    },
  },
];

/** Takes all the room there is. */
function fill(file) {
  const block = Buffer.alloc(4_096);
  const handle = openSync(file, 'w');
  try {
    for (;;) writeSync(handle, block);
  } catch {
    // Full, as it should be.
  } finally {
    closeSync(handle);
  }
}

function fakeTime() {
  return [
    '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1',
    '/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1',
    '/usr/lib/faketime/libfaketimeMT.so.1',
  ].find(existsSync);
}

/** The clock jumps in the middle of the run, or between send and resume; monotonic time goes on as it does. */
async function jumpInTime(tally, { jump, during, mode }) {
  await withWorld(
    120,
    async (sink, sender) => {
      const clock = join(sender.folder, 'clock');
      writeFileSync(clock, '+0');
      Object.assign(sender.environment, {
        LD_PRELOAD: fakeTime(),
        FAKETIME_TIMESTAMP_FILE: clock,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      });
      sink.replyDelayMs = () => 10;
      // Some are deferred, and so have a time when they are due.
      let deferred = 0;
      sink.misbehave = stage => (stage === 'rcpt' && ++deferred % 10 === 0 ? '451 4.7.1 later' : undefined);
      const limit = during ? [] : ['--limit', '60'];
      const child = sender.send(sink, '--connections', '4', '--retry-for', '0s', ...limit);
      while (during && sink.accepted.length < 30) await wait(5);
      if (during) writeFileSync(clock, jump);
      const note = `, ${jump} ${during ? 'during the run' : 'before resume'}, ${mode.name}`;
      const first = await endWithin(child, 60_000);
      tally.expect(
        first.status === 75,
        `first run${note}: exit ${first.status}, 75 expected: ${first.stderr}`,
      );
      writeFileSync(clock, jump);
      sink.misbehave = () => undefined;
      const second = await endWithin(sender.resume(sink), 60_000);
      tally.expect(second.status === 0, `resume${note}: exit ${second.status}: ${second.stderr}`);
      tally.faults += 1;
      const found = audit(sender, sink);
      tally.add(found, 0, note);
      tally.expect(found.open === 0, `resume${note}: ${found.open} still to go`);
    },
    { mode },
  );
}
