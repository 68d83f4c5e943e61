/** Servers with several bad habits at once, runs that are interrupted, and `resume` until everybody is settled. */
import { setMaxListeners } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSmtpTransport } from '../../src/smtp-client/transport.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { systemClock } from '../../src/system/clock.js';
import type { SendFinished } from '../../src/workflow/events.js';
import { sendEmail } from '../../src/workflow/send-email.js';
import { fc } from '../properties/fast-check.js';
import { type AfterDot, type ScriptedServer, startScriptedServer } from '../smtp-client/scripted-server.js';
import { haraka, postfix, qpsmtpd } from '../smtp-client/server-habits.js';
import { copyOf, emailOf, recipientOf } from '../workflow/sent-email.js';

const people = 24;
const email = emailOf('em_aaaaaaaaaaaa');
const positions = fc.uniqueArray(fc.nat(people - 1), { maxLength: 4 });

/** What is odd about one server, and how it is sent through. */
const situations = fc.record({
  habits: fc.constantFrom(postfix, qpsmtpd, haraka),
  afterDot: fc.constantFrom<AfterDot>('take', '503'),
  notRelayed: positions,
  unknown: positions,
  later: positions,
  poison: fc.uniqueArray(fc.nat(people - 1), { maxLength: 2 }),
  relayReply: fc.constantFrom(
    '550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain',
    '554 5.7.1 Relay access denied',
    '550 relay not permitted',
  ),
  poisonReply: fc.constantFrom('421 4.3.0 internal error', 'close'),
  // One at a time is in every-server.test.ts: here pauses are too short for a session to be gone before the next one logs in.
  mostLogins: fc.constantFrom(3, 99),
  perSession: fc.constantFrom(3, 99),
  connections: fc.constantFrom(1, 4, 10),
  window: fc.constantFrom(1, 8),
  stopAfter: fc.option(fc.nat(people)),
});
type Situation = typeof situations extends fc.Arbitrary<infer T> ? T : never;

it('settles everybody once, and gets further with each run, whatever a server has of bad habits', async () => {
  await fc.assert(
    fc.asyncProperty(situations, async situation => {
      const folder = mkdtempSync(join(tmpdir(), 'mailtrack-any-'));
      const store = await openStore(join(folder, 'mailtrack.db'));
      let stop = new AbortController();
      let taken = 0;
      const server = await start(situation, () => {
        taken += 1;
        if (taken === situation.stopAfter) stop.abort('SIGTERM');
      });
      try {
        await store.ledger.openEmail(
          email,
          Array.from({ length: people }, (_, position) => recipientOf(position)),
        );
        let finished = await run(store, server, situation, stop.signal, false);
        for (let runs = 1; left(finished) > 0 && runs < 5; runs += 1) {
          const before = left(finished);
          const wasStopped = finished.interruptedBy !== undefined;
          stop = new AbortController();
          finished = await run(store, server, situation, stop.signal, true);
          const stuck = finished.counts.deferred === before;
          expect(left(finished) < before || stuck || wasStopped, 'a run gets further').toBe(true);
          if (stuck) break;
        }
        check(situation, finished, server);
      } finally {
        await server.close();
        await store.close();
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    { numRuns: 12, endOnFailure: true },
  );
});

const left = ({ counts }: SendFinished) => counts.pending + counts.deferred;

function start(situation: Situation, onTaken: () => void): Promise<ScriptedServer> {
  const { habits, afterDot, notRelayed, unknown, later, poison, mostLogins, perSession } = situation;
  const isKnownToRefuse = habits === haraka;
  return startScriptedServer({
    ...habits,
    afterDot: isKnownToRefuse ? '503' : afterDot,
    ehlo: [...(habits.ehlo ?? []), 'AUTH PLAIN'],
    decide: ({ stage, address, open, message }) => {
      const position = Number(/^r(\d+)@/.exec(address)?.[1] ?? Number.NaN);
      if (stage === 'auth') return open > mostLogins ? '535 5.7.8 authentication failed' : undefined;
      if (stage === 'mail')
        return message > perSession ? '421 4.7.0 too many messages in this session' : undefined;
      if (stage === 'message') onTaken();
      if (stage !== 'rcpt') return undefined;
      if (poison.includes(position)) return situation.poisonReply;
      if (notRelayed.includes(position)) return situation.relayReply;
      if (unknown.includes(position)) return '550 5.1.1 no such user';
      return later.includes(position) ? '450 4.2.0 later' : undefined;
    },
  });
}

function run(
  store: Store,
  { port }: ScriptedServer,
  { connections, window }: Situation,
  drain: AbortSignal,
  resumed: boolean,
): Promise<SendFinished> {
  // Each session listens.
  setMaxListeners(0, drain);
  const transport = createSmtpTransport(
    { host: '127.0.0.1', port, tls: 'none', user: 'anna', password: 'secret', timeouts: { trial: 2_000 } },
    { window, notes: store.serverNotes },
  );
  // Pauses between sessions are real, but short.
  const clock = {
    ...systemClock,
    sleep: (ms: number, signal?: AbortSignal) =>
      systemClock.sleep(ms < 2_000 ? Math.min(ms, 50) : ms, signal),
  };
  return sendEmail(
    {
      email,
      copies: copyOf,
      reversePath: 'news@example.org',
      connections,
      window,
      retryForMs: 0,
      interleave: false,
      resumed,
    },
    { ledger: store.ledger, transport, clock, jitter: () => 0, emit: () => undefined },
    { drain, abort: new AbortController().signal },
  );
}

function check(situation: Situation, { counts }: SendFinished, server: ScriptedServer): void {
  const { notRelayed, unknown, later, poison } = situation;
  const copies = server.copies();
  for (const [address, count] of copies) expect(count, address).toBe(1);
  const odd = new Set([...notRelayed, ...unknown, ...later, ...poison]);
  expect(counts.accepted).toBe(people - odd.size);
  expect(copies.size).toBe(people - odd.size);
  const isRejected = (position: number) => unknown.includes(position) || notRelayed.includes(position);
  const rejected = [...odd].filter(position => !poison.includes(position) && isRejected(position));
  expect(counts.rejected).toBe(rejected.length);
  expect(counts.uncertain).toBe(0);
}
