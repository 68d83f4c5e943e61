import { describe, expect, it } from 'vitest';
import type { BeginOptions } from '../../src/smtp/begin-rule.js';
import type { Capabilities } from '../../src/smtp/capabilities.js';
import { Pipelining } from '../../src/smtp/pipelining.js';
import { data, envelope, mail, Run } from './engine-run.js';

const replies = ['250 ok', '250 known', '354 go on'];

/** Two messages taken with the dot alone, and a third handed over with another transaction waiting. */
function atTrial(server: Partial<Capabilities> = { pipelining: true }, options: BeginOptions = {}) {
  const learnt: string[] = [];
  const pipelining = new Pipelining('untried', standing => void learnt.push(standing));
  const run = new Run(server, { pipelining, messages: 1_000, ...options });
  run.engine.measured(20);
  run.offer(mail(0), mail(1), mail(2), mail(3));
  for (const position of [0, 1])
    run
      .hear(...replies)
      .intend(position)
      .hear('250 taken');
  run.hear(...replies).intend(2);
  return { run, learnt, pipelining };
}

describe('a server of which it is not known whether it takes an envelope behind a final dot', () => {
  it('gets the dot alone when few messages are expected, or a round trip is short', () => {
    for (const [messages, roundTripMs] of [
      [100, 50],
      [1_000, 0.1],
    ] as const) {
      const run = new Run({ pipelining: true }, { pipelining: new Pipelining('untried'), messages });
      run.engine.measured(roundTripMs);
      run.offer(...Array.from({ length: 6 }, (_, position) => mail(position)));
      for (let position = 0; position < 6; position += 1) {
        run.hear(...replies);
        expect(run.intend(position).words.at(-1)).toBe(`> ${data(position)}`);
        run.hear('250 taken');
      }
      expect([...run.outcomes.values()].every(({ kind }) => kind === 'accepted')).toBe(true);
    }
  });

  it('is tried behind the third message, and until then remembered as one that does not', () => {
    const { run, learnt } = atTrial();
    expect(run.words.at(-1)).toBe(`> ${data(2)}${envelope(3)}`);
    expect(learnt).toEqual(['not-taken']);
    expect(run.engine.awaits).toBe('end-of-data');
  });

  it('is known to take it once the replies came', () => {
    const { run, learnt, pipelining } = atTrial();
    run
      .hear('250 taken', ...replies)
      .intend(3)
      .offer(mail(4), mail(5));
    expect(learnt).toEqual(['not-taken', 'taken']);
    expect(pipelining.overlaps).toBe(true);
    expect(run.words.at(-1)).toBe(`> ${envelope(4)}`);
  });

  it('is known to take it, too, when the recipient was refused there', () => {
    const { run, learnt } = atTrial();
    run.hear('250 taken', '250 ok', '550 no such user', '503 no recipient');
    expect(run.outcomes.get(3)?.kind).toBe('rejected');
    expect(learnt.at(-1)).toBe('taken');
  });

  it('has taken the message if it answered that and nothing more', () => {
    const { run, learnt, pipelining } = atTrial();
    run.hear('250 taken');
    expect(run.engine.awaits).toBe('trial');
    run.take(run.engine.timedOut('no reply'));
    expect([2, 3].map(position => run.outcomes.get(position)?.kind)).toEqual(['accepted', 'not-sent']);
    expect(pipelining.overlaps).toBe(false);
    expect(learnt).toEqual(['not-taken']);
  });

  it('leaves one recipient uncertain at most when it closes the connection', () => {
    const { run, pipelining } = atTrial();
    run.take(run.engine.lost('the server closed the connection'));
    expect([2, 3].map(position => run.outcomes.get(position)?.kind)).toEqual(['uncertain', 'not-sent']);
    expect(pipelining.isUntried || pipelining.overlaps).toBe(false);
  });

  it('gets the envelope again, behind RSET, when it answers it with 503', () => {
    const { run, learnt } = atTrial();
    run.words.splice(0);
    expect(run.hear('250 taken', '503 not here', '503 not here', '503 not here').words).toEqual([
      '= 2 accepted',
      `> RSET\r\n${envelope(3)}`,
    ]);
    run
      .hear('250 ok', ...replies)
      .intend(3)
      .hear('250 taken');
    expect(run.outcomes.get(3)?.kind).toBe('accepted');
    expect(learnt).toEqual(['not-taken', 'not-taken']);
  });

  it('never has a message rejected by a 503 that may belong to the envelope behind it', () => {
    const { run } = atTrial();
    run.hear('503 not here', '503 not here', '503 not here', '250 taken');
    expect([2, 3].map(position => run.outcomes.get(position)?.kind)).toEqual(['uncertain', 'not-sent']);
  });

  it('is not believed when it takes RCPT although it refused MAIL with 503', () => {
    const { run } = atTrial();
    run.hear('250 taken', '503 not here', '250 known');
    expect([2, 3].map(position => run.outcomes.get(position)?.kind)).toEqual(['uncertain', 'not-sent']);
    expect(run.over).not.toBe('');
  });

  it('gets a window only after the trial', () => {
    const { run } = atTrial({ pipelining: true, chunking: true }, { window: { widest: 8 } });
    expect(run.written).not.toContain('BDAT');
    run
      .hear('250 taken', ...replies)
      .intend(3)
      .hear('250 taken');
    run.offer(mail(4)).intend(4);
    expect(run.written).toContain('BDAT');
  });
});

describe('a server that answers no group', () => {
  it.each(['silence', 'close'])('is spoken to one command at a time afterwards: %s', how => {
    const pipelining = new Pipelining('taken');
    const run = new Run({ pipelining: true }, { pipelining }).offer(mail(0));
    expect(run.engine.awaits).toBe('group');
    run.take(how === 'silence' ? run.engine.timedOut('no reply') : run.engine.lost('closed'));
    expect(run.outcomes.get(0)?.kind).toBe('not-sent');
    const next = new Run({ pipelining: true }, { pipelining }).offer(mail(0));
    expect(next.words).toEqual(['> MAIL FROM:<news@example.org>\r\n']);
  });

  it('is still given groups when it said why it ends the session', () => {
    const pipelining = new Pipelining('taken');
    new Run({ pipelining: true }, { pipelining }).offer(mail(0)).hear('421 4.3.2 too busy');
    expect(pipelining.groups).toBe(true);
  });

  it('is given groups again after a break, if it answered one before', () => {
    const pipelining = new Pipelining('not-taken');
    const run = new Run({ pipelining: true }, { pipelining }).offer(mail(0)).hear(...replies);
    run.take(run.engine.lost('closed'));
    expect(pipelining.groups).toBe(true);
  });
});
