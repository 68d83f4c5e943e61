/** What the rows share: a tally, a world to play in, and the two shapes most rows have. */
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
export async function withWorld(count, play, sender = new Sender()) {
  const sink = await new Sink().start();
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

export const wait = ms => new Promise(done => setTimeout(done, ms));

/** One send against a misbehaving sink, then resumes against a good one. */
export async function misbehaviour({
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
export const onceAt =
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
