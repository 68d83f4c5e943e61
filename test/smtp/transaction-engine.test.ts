import { describe, expect, it } from 'vitest';
import type { Capabilities } from '../../src/smtp/capabilities.js';
import type { MailTransaction } from '../../src/smtp/envelope.js';
import { fc } from '../properties/fast-check.js';
import { data, envelope, mail, Run } from './engine-run.js';

describe('a session without PIPELINING', () => {
  it('says one command at a time, and asks before the last octets', () => {
    const run = new Run();
    expect(run.offer(mail(0), mail(1)).words).toEqual(['> MAIL FROM:<news@example.org>\r\n']);
    expect(run.hear('250 ok').words).toEqual(['> RCPT TO:<r0@example.net>\r\n']);
    expect(run.hear('250 ok').words).toEqual(['> DATA\r\n']);
    expect(run.hear('354 go on').words).toEqual(['? 0']);
    expect(run.intend(0).words).toEqual([`> ${data(0)}`]);
    expect(run.hear('250 2.0.0 queued as 1').words).toEqual([
      '= 0 accepted',
      '> MAIL FROM:<news@example.org>\r\n',
    ]);
    expect(run.outcomes.get(0)).toEqual({
      kind: 'accepted',
      stage: 'end-of-data',
      replyCode: 250,
      enhancedStatusCode: '2.0.0',
      replyText: '2.0.0 queued as 1',
    });
  });

  it('says RSET after a failure, and nothing more when nobody is left', () => {
    const run = new Run().offer(mail(0)).hear('250 ok').hear('550 5.1.1 no');
    expect(run.words.at(-1)).toBe('= 0 rejected');
    expect(run.offer(mail(1)).words).toEqual(['> RSET\r\n']);
    expect(run.hear('250 ok').words).toEqual(['> MAIL FROM:<news@example.org>\r\n']);
  });

  it('ends when RSET is refused', () => {
    const run = new Run().offer(mail(0), mail(1)).hear('550 no').hear('502 no RSET here');
    expect(run.words.slice(-2)).toEqual(['= 1 not-sent', 'over']);
    expect(run.over).toBe('the server answered RSET with "502 no RSET here"');
  });

  it('believes no reply to a command that was not sent yet', () => {
    const run = new Run().offer(mail(0));
    expect(run.hear('250 to MAIL', '250 to RCPT').words).toContain('= 0 not-sent');
    expect(run.over).toBe('the server sent "250 to RCPT" unasked');
  });

  it('believes no reply that began before its command', () => {
    const run = new Run().offer(mail(0)).take([]);
    run.take(run.engine.received(Buffer.from('250 to MAIL\r\n25')));
    expect(run.outcomes.get(0)?.kind).toBe('not-sent');
  });

  it('takes an octet that nobody asked for as the end', () => {
    const run = new Run();
    expect(run.take(run.engine.received(Buffer.from('2'))).words).toEqual(['over']);
    expect(run.engine.usable).toBe(false);
  });

  it('takes 421 that nobody asked for as the end', () => {
    const run = new Run().hear('421 4.4.2 idle');
    expect(run.over).toBe('the server closed the session: 421 4.4.2 idle');
    expect(run.engine.usable).toBe(false);
  });

  it('takes a reply while the intent is made durable as the end, and then writes nothing', () => {
    const run = new Run().offer(mail(0)).hear('250 ok').hear('250 ok').hear('354 go on').hear('250 taken');
    expect(run.outcomes.get(0)?.kind).toBe('not-sent');
    expect(run.words.at(-1)).toBe('over');
    expect(run.intend(0).words).toEqual([]);
  });
});

describe('a session with PIPELINING', () => {
  it('says MAIL, RCPT and DATA at once, and the next envelope with the message', () => {
    const run = new Run({ pipelining: true });
    expect(run.offer(mail(0), mail(1), mail(2)).words).toEqual([`> ${envelope(0)}`]);
    expect(run.hear('250 ok', '250 ok', '354 go on').words).toEqual(['? 0']);
    expect(run.intend(0).words).toEqual([`> ${data(0)}${envelope(1)}`]);
    expect(run.hear('250 ok', '250 ok', '250 ok', '354 go on').words).toEqual(['= 0 accepted', '? 1']);
    expect(run.intend(1).words).toEqual([`> ${data(1)}${envelope(2)}`]);
  });

  it('says the envelope of a transaction that is offered while a message is being judged', () => {
    const run = new Run({ pipelining: true }).offer(mail(0)).hear('250 ok', '250 ok', '354 go on').intend(0);
    run.words.splice(0);
    expect(run.offer(mail(1), mail(2)).words).toEqual([`> ${envelope(1)}`]);
  });

  it('has one uncertain recipient at most', () => {
    const run = new Run({ pipelining: true })
      .offer(mail(0), mail(1), mail(2))
      .hear('250 ok', '250 ok', '354 go on');
    run.intend(0).take(run.engine.lost('the wire was cut'));
    expect([...run.outcomes.values()].map(({ kind, stage }) => `${kind} at ${stage}`)).toEqual([
      'uncertain at end-of-data',
      'not-sent at mail',
      'not-sent at mail',
    ]);
    expect(run.outcomes.get(0)).toMatchObject({ replyCode: 0, replyText: 'the wire was cut' });
  });

  it('takes back an acceptance when the replies behind it are out of place', () => {
    const run = new Run({ pipelining: true })
      .offer(mail(0), mail(1))
      .hear('250 ok', '250 ok', '354 go on')
      .intend(0);
    // No reply to the message: those to MAIL, RCPT and DATA are each one place early.
    run.hear('250 ok', '250 ok', '354 go on');
    expect([0, 1].map(position => run.outcomes.get(position)?.kind)).toEqual(['uncertain', 'not-sent']);
  });

  it('believes an acceptance when the connection is lost behind it, and not when a reply is missing', () => {
    for (const [end, kind] of [
      ['lost', 'accepted'],
      ['timedOut', 'uncertain'],
    ] as const) {
      const run = new Run({ pipelining: true })
        .offer(mail(0), mail(1))
        .hear('250 ok', '250 ok', '354 go on')
        .intend(0);
      run.hear('250 ok').take(run.engine[end]('the end'));
      expect(run.outcomes.get(0)?.kind).toBe(kind);
    }
  });

  it('takes the first refusal as the outcome, and puts RSET before the next envelope', () => {
    const run = new Run({ pipelining: true }).offer(mail(0), mail(1));
    run.hear('451 4.3.0 later', '503 5.5.1 MAIL first', '503 5.5.1 RCPT first');
    expect(run.outcomes.get(0)).toMatchObject({ kind: 'deferred', stage: 'mail', replyCode: 451 });
    expect(run.words.at(-1)).toBe(`> RSET\r\n${envelope(1)}`);
  });
});

describe('withdrawing', () => {
  it('leaves DATA by closing, since a dot would deliver', () => {
    const run = new Run({ pipelining: true }).offer(mail(0), mail(1)).hear('250 ok', '250 ok', '354 go on');
    run.words.splice(0);
    expect(run.take(run.engine.withdraw(0)).words).toEqual(['= 0 withdrawn', '= 1 not-sent', 'over']);
  });

  it('comes too late once the message is on its way', () => {
    const run = new Run().offer(mail(0)).hear('250 ok').hear('250 ok').hear('354 go on').intend(0);
    run.words.splice(0);
    expect(run.take(run.engine.withdraw(0)).words).toEqual([]);
    expect(run.hear('250 ok').words).toEqual(['= 0 accepted']);
  });
});

describe('a message of many blocks', () => {
  const message = Buffer.from('x'.repeat(998).concat('\r\n').repeat(150));
  const begun = () => new Run().offer(mail(0, { message })).hear('250 ok').hear('250 ok').hear('354 go on');
  const drain = (run: Run) => {
    for (let last = ''; last !== run.written; ) {
      last = run.written;
      run.take(run.engine.flushed());
    }
    return run;
  };

  it('is written block by block, and asked for before the last', () => {
    const run = begun();
    expect(run.words.at(-1)).not.toBe('? 0');
    expect(run.engine.awaits).toBe('body');
    const before = drain(run).written.length;
    expect(run.words.at(-1)).toBe('? 0');
    expect(run.engine.awaits).toBeUndefined();
    run.intend(0);
    expect(run.written.length).toBeGreaterThan(before);
    expect(run.written.endsWith(`DATA\r\n${message.toString()}.\r\n`)).toBe(true);
    expect(run.hear('250 ok').words).toContain('= 0 accepted');
  });

  it.each(['250 taken', '354 go on', '450 later', '550 5.1.1 no', '421 bye'])(
    'is not sent when the server says "%s" before it was written',
    reply => {
      expect(begun().hear(reply).outcomes.get(0)?.kind).toBe('not-sent');
    },
  );

  it.each(Array.from({ length: 10 }, (_, at) => 65_534 + at))(
    'keeps its last five octets together, with %d of data',
    length => {
      const body = Buffer.from(`${'x'.repeat(length - 5)}\r\n`);
      const run = new Run()
        .offer(mail(0, { message: body }))
        .hear('250 ok')
        .hear('250 ok')
        .hear('354 go on');
      drain(run);
      expect(run.written.endsWith('\r')).toBe(false);
      expect(run.written.endsWith('\n.')).toBe(false);
      run.words.splice(0);
      expect(run.intend(0).words[0]?.endsWith('\r\n.\r\n')).toBe(true);
    },
  );
});

describe('without a word to the server', () => {
  const silent = (transaction: MailTransaction, server: Partial<Capabilities> = {}) => {
    const run = new Run(server).offer(transaction);
    expect(run.written).toBe('');
    return run.outcomes.get(transaction.position);
  };

  it('rejects a message larger than the server takes', () => {
    const message = Buffer.from('12345\r\n');
    expect(silent(mail(0, { message }), { size: true, maxMessageBytes: 6 })).toMatchObject({
      kind: 'rejected',
      replyCode: 0,
      enhancedStatusCode: '5.3.4',
      replyText: 'the message has 7 octets, and the server takes at most 6; nothing was sent',
    });
    expect(new Run({ size: true, maxMessageBytes: 7 }).offer(mail(0, { message })).written).toBe(
      'MAIL FROM:<news@example.org> SIZE=7\r\n',
    );
  });

  it('rejects an address that needs SMTPUTF8, where it is not offered', () => {
    expect(silent(mail(0, { forwardPath: 'jörg@example.net' }))).toMatchObject({
      kind: 'rejected',
      enhancedStatusCode: '5.6.7',
      replyText:
        'the server does not offer SMTPUTF8, which the address jörg@example.net needs; nothing was sent',
    });
    expect(silent(mail(0, { reversePath: 'jörg@example.org' }))?.kind).toBe('sender-refused');
    expect(new Run({ smtpUtf8: true }).offer(mail(0, { forwardPath: 'jörg@example.net' })).written).toBe(
      'MAIL FROM:<news@example.org> SMTPUTF8\r\n',
    );
  });

  it.each(['a@b.example>\r\nRCPT TO:<c@d.example', 'a\nb@c.example', 'a\0@c.example'])(
    'rejects %j',
    forwardPath => {
      expect(silent(mail(0, { forwardPath }))).toMatchObject({
        kind: 'rejected',
        enhancedStatusCode: '5.1.3',
      });
      expect(silent(mail(0, { reversePath: forwardPath }))?.kind).toBe('sender-refused');
    },
  );

  it('rejects a message with a bare line end', () => {
    expect(silent(mail(0, { message: Buffer.from('a\r\n.\nMAIL FROM:<x@y.example>\r\n') }))).toMatchObject({
      kind: 'rejected',
      replyText:
        'the message has a line end that is not CRLF, at octet 4 (RFC 5321 §2.3.8); nothing was sent',
    });
  });

  it('serves the next recipient all the same', () => {
    const run = new Run().offer(mail(0, { forwardPath: 'jörg@example.net' }), mail(1));
    expect(run.words).toEqual(['= 0 rejected', '> MAIL FROM:<news@example.org>\r\n']);
  });

  it('sends nothing when the session is over', () => {
    const run = new Run();
    run.take(run.engine.lost('gone'));
    expect(run.offer(mail(0)).outcomes.get(0)?.kind).toBe('not-sent');
    expect(run.written).toBe('');
  });

  it.each([1, 2, 3])('takes no more transactions than the server does: %i', mailMax => {
    const run = new Run({ mailMax });
    for (let position = 0; position < mailMax; position += 1) {
      expect(run.engine.usable).toBe(true);
      run.offer(mail(position));
    }
    expect(run.engine.usable).toBe(false);
    run.offer(mail(mailMax));
    expect([...run.outcomes].map(([position, { kind }]) => `${position} ${kind}`)).toEqual([
      `${mailMax} not-sent`,
    ]);
    expect(run.hear('250 ok').written).toContain('RCPT TO:<r0@');
  });
});

/** What may happen to an engine next; mostly what should. */
const happening = fc.oneof(
  { weight: 20, arbitrary: fc.constant('right') },
  {
    weight: 2,
    arbitrary: fc.constantFrom('offer', 'flush', 'right and 250 ok', 'right and 421 bye', '550 5.1.1 no'),
  },
  { weight: 1, arbitrary: fc.constantFrom('250 ok', '354 go', '450 later', '421 bye', '250-a', '1', 'what') },
  { weight: 1, arbitrary: fc.constantFrom('intend', 'withdraw', 'withdraw', 'lost') },
);

describe('whatever a server does', () => {
  it('accepts only after the whole message and a 2yz, and settles each recipient once', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.boolean(), fc.array(happening, { maxLength: 80 }), (pipelining, happenings) => {
        const run = new Run({ pipelining });
        let offered = 0;
        let asked: number | undefined;
        const letHappen = (what: string): void => {
          const awaits = run.engine.awaits;
          const right = awaits === 'data' ? '354 go' : '250 ok';
          if (what === 'offer') run.offer(mail(offered++));
          else if (what === 'intend') run.intend(asked ?? 0);
          else if (what === 'flush') run.take(run.engine.flushed());
          else if (what === 'withdraw') run.take(run.engine.withdraw(asked ?? 0));
          else if (what === 'lost') run.take(run.engine.lost('lost'));
          else if (what.startsWith('right and ')) run.hear(right, what.slice('right and '.length));
          else if (what !== 'right')
            run.take(run.engine.received(Buffer.from(what === '1' ? what : `${what}\r\n`)));
          else if (awaits !== undefined) run.hear(right);
          else letHappen(asked === undefined ? 'offer' : 'intend');
        };
        for (const what of happenings) {
          const before = run.outcomes.size;
          letHappen(what);
          for (const word of run.words) {
            if (word.startsWith('? ')) asked = Number(word.slice(2));
            else if (word === `> ${data(asked ?? -1)}` || word.startsWith('= ')) asked = undefined;
          }
          expect(
            [...run.outcomes.values()].filter(({ kind }) => kind === 'uncertain').length,
          ).toBeLessThanOrEqual(1);
          for (const [position, { kind, replyCode }] of [...run.outcomes].slice(before)) {
            seen.add(kind);
            const handedOver = run.written.includes(data(position));
            if (kind === 'accepted') expect([replyCode, handedOver]).toEqual([250, true]);
            if (kind === 'not-sent' || kind === 'withdrawn') expect(handedOver).toBe(false);
            if (kind === 'uncertain') expect(handedOver).toBe(true);
          }
        }
        run.take(run.engine.lost('the end'));
        expect([...run.outcomes.keys()].sort((a, b) => a - b)).toEqual(
          Array.from({ length: offered }, (_, i) => i),
        );
        expect(run.engine.awaits).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
    // Or the runs above prove little.
    expect([...seen].sort()).toEqual([
      'accepted',
      'deferred',
      'not-sent',
      'rejected',
      'sender-refused',
      'uncertain',
      'withdrawn',
    ]);
  });
});
