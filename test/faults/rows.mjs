/** The faults, one row each. A row counts its trials and says what did not hold. */
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRandom } from './random.mjs';
import { audit, Sender } from './sender.mjs';
import { Sink } from './sink.mjs';

const recipients = 300;
/** Time for Node to start and the first transactions to begin, and then for most of them to pass. */
const killAfterMs = random => 350 + random() * 500;

class Tally {
  trials = 0;
  faults = 0;
  lost = 0;
  duplicates = 0;
  uncertain = 0;
  problems = [];

  /** @param allowedUncertain the most there may be after this trial. */
  add(found, allowedUncertain, note = '') {
    this.trials += 1;
    this.lost += found.lost;
    this.duplicates += found.duplicates;
    this.uncertain += found.uncertain;
    const wrong = [];
    if (found.lost > 0) wrong.push(`${found.lost} lost`);
    if (found.duplicates > 0) wrong.push(`${found.duplicates} duplicates`);
    if (found.uncertain > allowedUncertain)
      wrong.push(`${found.uncertain} uncertain, at most ${allowedUncertain} allowed`);
    if (found.integrity !== 'ok') wrong.push(`integrity_check: ${found.integrity}`);
    this.expect(wrong.length === 0, `trial ${this.trials}${note}: ${wrong.join(', ')}`);
  }

  expect(holds, problem) {
    if (!holds) this.problems.push(problem);
  }
}

/** A sink, a sender and a list; both are gone afterwards. */
async function withWorld(count, play, sender = new Sender()) {
  const sink = await new Sink().start();
  sender.writeList(count);
  try {
    return await play(sink, sender);
  } finally {
    await sink.stop().catch(() => undefined);
    sender.leave();
  }
}

async function finishWithResume(sender, sink, ...more) {
  await sender.goOn(sink, ...more).ended;
}

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

const wait = ms => new Promise(done => setTimeout(done, ms));

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

/** One send against a misbehaving sink, then resumes against a good one. */
async function misbehaviour({
  trials,
  misbehave,
  count = 40,
  retryFor = '0s',
  allowedUncertain = 0,
  check = () => undefined,
}) {
  const tally = new Tally();
  for (let trial = 0; trial < trials; trial += 1) {
    await withWorld(count, async (sink, sender) => {
      const counter = { faults: 0 };
      sink.misbehave = misbehave({ trial, counter, sink });
      const first = await sender.send(sink, '--connections', '4', '--retry-for', retryFor).ended;
      tally.expect(first.status !== 70, `trial ${trial + 1}: ${first.stderr.slice(0, 300)}`);
      check({ tally, trial, first, sink, sender });
      sink.misbehave = () => undefined;
      await finishWithResume(sender, sink);
      tally.faults += counter.faults;
      const found = audit(sender, sink);
      tally.add(found, allowedUncertain === 'faults' ? counter.faults : allowedUncertain);
      tally.expect(found.open === 0, `trial ${trial + 1}: ${found.open} still to go after the last run`);
    });
  }
  return tally;
}

/** Misbehaves once at the n-th time a stage is reached, by trial. */
const onceAt =
  (stage, act) =>
  ({ trial, counter }) => {
    let seen = 0;
    return at => {
      if (at !== stage) return undefined;
      seen += 1;
      if (seen !== 3 + (trial % 20)) return undefined;
      counter.faults += 1;
      return act;
    };
  };

export const rows = [
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
    id: 'F13',
    fault: 'disk full in the middle',
    async run({ release, seed }) {
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
              tally.add(found, 4);
              tally.expect(found.open === 0, `trial ${trial + 1}: ${found.open} still to go`);
            },
            new Sender(join(disk, 'user')),
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
      const random = createRandom(seed + 23);
      for (let trial = 0; trial < (release ? 200 : 12); trial += 1) {
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
      }
      return tally;
    },
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
