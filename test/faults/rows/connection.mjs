/** The connection breaks or falls silent. */
import { FaultProxy } from '../fault-proxy.mjs';
import { modeOf } from '../modes.mjs';
import { createRandom } from '../random.mjs';
import { audit } from '../sender.mjs';
import {
  endWithin,
  finishWithResume,
  misbehaviour,
  onceAt,
  playTrials,
  recipients,
  somewhere,
  Tally,
  wait,
  withWorld,
} from '../trials.mjs';

export const connection = [
  {
    id: 'F4',
    fault: 'connection lost after the message, no reply',
    run: ({ release, modes }) =>
      misbehaviour({
        modes,
        trials: release ? 500 : 20,
        misbehave: context => onceAt('end-of-data', 'drop', somewhere(context.trial))(context),
        uncertainPerFault: 1,
        check: ({ tally, first, note }) =>
          tally.expect(first.status === 75, `${note}: exit ${first.status}, 75 expected`),
      }),
  },
  {
    id: 'F5',
    fault: 'connection lost before the message is whole',
    run: ({ release, modes }) => {
      // Four sessions are opened, each with its own greeting.
      const stages = { banner: 3, ehlo: 3, mail: 15, rcpt: 15, data: 15 };
      const names = Object.keys(stages);
      return misbehaviour({
        modes,
        trials: release ? 500 : 20,
        cases: names.length,
        misbehave: context => {
          const stage = names[context.trial % names.length];
          const nth = 1 + (Math.floor(context.trial / names.length) % stages[stage]);
          return onceAt(stage, 'drop', nth)(context);
        },
        retryFor: '10s',
      });
    },
  },
  {
    id: 'F6',
    fault: 'server killed and started again in the middle',
    async run({ release, modes }) {
      const tally = new Tally();
      for (let trial = 0; trial < (release ? 50 : 4); trial += 1) {
        const mode = modeOf(modes, trial);
        await withWorld(
          recipients,
          async (sink, sender) => {
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
            tally.add(found, 4 * mode.window, `, ${mode.name}`);
            tally.expect(
              found.open === 0,
              `trial ${trial + 1}, ${mode.name}: ended with ${ended.status} and ${found.open} to go`,
            );
          },
          { mode },
        );
      }
      return tally;
    },
  },
  {
    id: 'F7',
    fault: 'the reply to a message takes long',
    async run({ release, modes }) {
      const tally = new Tally();
      for (const [trial, delayMs] of (release ? [1_000, 10_000, 60_000] : [1_000, 3_000, 1_000]).entries()) {
        const mode = modeOf(modes, trial);
        await withWorld(
          6,
          async (sink, sender) => {
            let slow = 1;
            sink.replyDelayMs = () => (slow-- > 0 ? delayMs : 0);
            const { status } = await sender.send(sink).ended;
            tally.faults += 1;
            tally.add(audit(sender, sink), 0, `, ${mode.name}`);
            tally.expect(status === 0, `after ${delayMs} ms, ${mode.name}: exit ${status}`);
          },
          { mode },
        );
      }
      // And one that never comes: the client gives up after its time, and somebody is uncertain.
      for (const mode of modes) {
        await withWorld(
          6,
          async (sink, sender) => {
            sender.environment.MAILTRACK_TEST_SMTP_TIMEOUTS = '{"endOfData":500}';
            let silent = 1;
            sink.misbehave = stage => (stage === 'end-of-data' && silent-- > 0 ? { octets: '' } : undefined);
            const { status } = await endWithin(sender.send(sink), 30_000);
            tally.faults += 1;
            const found = audit(sender, sink);
            tally.add(found, mode.window, `, ${mode.name}, silence`);
            tally.expect(status === 75 && found.open === 0, `silence, ${mode.name}: exit ${status}`);
          },
          { mode },
        );
      }
      return tally;
    },
  },
  {
    id: 'F17',
    fault: 'stopped like a laptop that sleeps, then woken',
    async run({ release, modes }) {
      const tally = new Tally();
      for (let trial = 0; trial < (release ? 20 : 4); trial += 1) {
        const mode = modeOf(modes, trial);
        await withWorld(
          recipients,
          async (sink, sender) => {
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
            tally.add(found, 4 * mode.window, `, ${mode.name}`);
            tally.expect(found.open === 0, `trial ${trial + 1}, ${mode.name}: ${found.open} still to go`);
          },
          { mode },
        );
      }
      return tally;
    },
  },
  {
    id: 'F24',
    fault: 'a network that delays, dribbles, cuts, half-closes',
    async run({ seed, release, modes }) {
      const tally = new Tally();
      const names = Object.keys(networks);
      await playTrials(names.length * (release ? 20 : 4), async trial => {
        const random = createRandom(seed + 24 + 1_000 * trial);
        const name = names[trial % names.length];
        const mode = modeOf(modes, trial, names.length);
        const note = `, ${name}, ${mode.name}`;
        await withWorld(
          60,
          async (sink, sender) => {
            const proxy = await new FaultProxy(sink.port).start();
            // The first connections are bad, and then the network has recovered: a run has to end some time.
            const bad = networks[name](random);
            proxy.planFor = number => (bad.always || number <= 4 ? bad : {});
            const first = await endWithin(
              sender.send(proxy, '--connections', '4', '--retry-for', '10s'),
              60_000,
            );
            tally.expect(
              [0, 69, 75].includes(first.status),
              `trial ${trial + 1}${note}: exit ${first.status}: ${first.stderr.slice(0, 300)}`,
            );
            await proxy.stop();
            await finishWithResume(sender, sink);
            tally.faults += proxy.faults;
            tally.expect(proxy.faults > 0, `trial ${trial + 1}${note}: the fault did not happen`);
            const found = audit(sender, sink);
            tally.add(found, (bad.harmless ? 0 : 4) * mode.window, note);
            tally.expect(found.open === 0, `trial ${trial + 1}${note}: ${found.open} still to go`);
          },
          { mode },
        );
      });
      return tally;
    },
  },
];

/** Octets of 15 transactions to the server, and of its replies, roughly: where a cut falls into the middle. */
const octetsUp = random => 40 + Math.floor(random() * 12_000);
const octetsDown = random => 10 + Math.floor(random() * 900);

const networks = {
  'delay of 100 ms': () => ({ up: { delayMs: 50 }, down: { delayMs: 50 }, always: true, harmless: true }),
  'an octet at a time': () => ({ up: {}, down: { dribble: true }, always: true, harmless: true }),
  'cut on the way to the server': random => ({ up: { endAt: octetsUp(random), how: 'reset' }, down: {} }),
  'cut on the way back': random => ({ up: {}, down: { endAt: octetsDown(random), how: 'reset' } }),
  'half-closed by the client’s side': random => ({
    up: { endAt: octetsUp(random), how: 'half-close' },
    down: {},
  }),
  'half-closed by the server’s side': random => ({
    up: {},
    down: { endAt: octetsDown(random), how: 'half-close' },
  }),
  'a reply twice': random => ({ up: {}, down: { twiceAt: octetsDown(random) } }),
};
