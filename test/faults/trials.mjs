/** What the rows share: a tally, a world to play in, and the two shapes most rows have. */
import { availableParallelism } from 'node:os';
import { modeOf, ordinaryMode } from './modes.mjs';
import { audit, Sender } from './sender.mjs';
import { Sink } from './sink.mjs';

/** On each list, unless a row says otherwise. */
export const recipients = 300;

export class Tally {
  trials = 0;
  faults = 0;
  lost = 0;
  duplicates = 0;
  uncertain = 0;
  problems = [];
  /** Figures worth a line below the row. */
  notes = [];

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
    this.expect(wrong.length === 0, `trial${note}: ${wrong.join(', ')}`);
  }

  expect(holds, problem) {
    if (!holds) this.problems.push(problem);
  }
}

/** A sink, a sender and a list; both are gone afterwards. */
export async function withWorld(count, play, { sender = new Sender(), mode = ordinaryMode } = {}) {
  const sink = new Sink();
  Object.assign(sink, { greeting: mode.greeting, extensions: mode.extensions });
  sender.flags = mode.flags;
  await sink.start();
  sender.writeList(count);
  try {
    return await play(sink, sender);
  } finally {
    await sink.stop().catch(() => undefined);
    sender.leave();
  }
}

export async function finishWithResume(sender, sink, ...more) {
  await sender.goOn(sink, ...more).ended;
}

/**
 * Plays trials 0 to `count` - 1, as many at a time as there are processors: most of a trial is Node starting.
 * Whatever is random in a trial has to come from its number, since nobody knows which is played first.
 */
export async function playTrials(count, play) {
  let next = 0;
  const lane = async () => {
    while (next < count) await play(next++);
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), 4) }, lane));
}

export const wait = ms => new Promise(done => setTimeout(done, ms));

/** Ends a process that hangs, which no fault may make it do. */
export async function endWithin(child, ms) {
  const timer = setTimeout(() => child.kill('SIGKILL'), ms);
  const ended = await child.ended;
  clearTimeout(timer);
  return ended;
}

/** More than any of these runs needs, and less than somebody would wait. */
const hangMs = 60_000;

/**
 * One send against a misbehaving sink, then a resume against a good one.
 * @param cases how many trials in a row differ in something else than the mode.
 * @param uncertainPerFault for one connection with one recipient under way; more under way, more may be.
 */
export async function misbehaviour({
  tally = new Tally(),
  name = '',
  modes,
  trials,
  cases = 1,
  misbehave,
  count = 40,
  retryFor = '0s',
  uncertainPerFault = 0,
  prepare = () => undefined,
  check = () => undefined,
}) {
  await playTrials(trials, async trial => {
    const mode = modeOf(modes, trial, cases);
    await withWorld(
      count,
      async (sink, sender) => {
        const counter = { faults: 0 };
        prepare({ trial, sink, sender });
        sink.misbehave = misbehave({ trial, counter, sink });
        const first = await endWithin(
          sender.send(sink, '--connections', '4', '--retry-for', retryFor),
          hangMs,
        );
        const note = name === '' ? `, ${mode.name}` : `, ${name}, ${mode.name}`;
        tally.expect(
          first.status !== 70 && first.status !== 'SIGKILL',
          `trial ${trial + 1}${note}: ${first.status} ${first.stderr.slice(0, 300)}`,
        );
        tally.expect(counter.faults > 0, `trial ${trial + 1}${note}: the fault did not happen`);
        check({ tally, trial, first, sink, sender, note: `trial ${trial + 1}${note}` });
        sink.misbehave = () => undefined;
        await finishWithResume(sender, sink);
        tally.faults += counter.faults;
        const found = audit(sender, sink);
        // More than one under way, and what is behind the fault is uncertain too, whatever the fault is.
        const allowed = Math.max(uncertainPerFault, mode.window > 1 ? 1 : 0) * counter.faults * mode.window;
        tally.add(found, allowed, note);
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

/** Does something odd once, the n-th time a stage is reached. */
export const onceAt =
  (stage, act, nth) =>
  ({ counter }) => {
    let seen = 0;
    return at => {
      if (at !== stage) return undefined;
      seen += 1;
      if (seen !== nth) return undefined;
      counter.faults += 1;
      return act;
    };
  };

/** Somewhere in the run, elsewhere in each trial. */
export const somewhere = trial => 3 + (trial % 20);
