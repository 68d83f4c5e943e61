/** The real ledger beside the table of transitions: whatever happens in whatever order, both say the same. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RecipientState } from '../../src/recipients/recipient.js';
import {
  type AttemptCause,
  type Cause,
  type DecisionCause,
  stateAfter,
} from '../../src/recipients/transitions.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { fc } from '../properties/fast-check.js';
import { causes, states } from '../recipients/states.js';

const at = new Date('2026-11-23T09:00:00.000Z');
const people = 4;

interface Step {
  readonly cause: Cause;
  /** Whom an intent or an attempt is about; the other causes are about everybody. */
  readonly position: number;
}
interface Modelled {
  state: RecipientState;
  attempts: number;
  readonly fetched: boolean;
}

let folder: string;
let store: Store;
let emails = 0;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-model-'));
  store = await openStore(join(folder, 'mailtrack.db'));
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

it('moves everybody as the table says, by any causes in any order', async () => {
  const step = fc.record({ cause: fc.constantFrom(...causes), position: fc.nat(people - 1) });
  // Sending and its answers more often, or few would get far.
  const usual = fc.record({
    cause: fc.constantFrom<Cause>('intended', 'intended', 'uncertain', 'deferred', 'abandoned', 'resend'),
    position: fc.nat(people - 1),
  });
  const start = fc.array(fc.constantFrom(...states), { minLength: people, maxLength: people });
  const reached = new Set<string>();
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(start, fc.constant<RecipientState[]>(Array.from({ length: people }, () => 'pending'))),
      fc.array(fc.oneof(step, usual), { minLength: 1, maxLength: 40 }),
      async (begun, steps) => {
        const emailId = await openEmail(begun);
        const model = begun.map((state, position) => ({
          state,
          attempts: 0,
          fetched: position < people / 2,
        }));
        const expected = steps.map(one => expectStep(model, one, reached));
        // Not awaited one by one: in the ledger their order counts, not how they share commits.
        expect(await Promise.all(steps.map(one => perform(emailId, one)))).toEqual(expected);
        expect(await readBack(emailId)).toEqual(model.map(({ state, attempts }) => ({ state, attempts })));
      },
    ),
    { numRuns: 600 },
  );
  // All the moves of the table were made, or this test says little.
  const every = causes.flatMap(cause =>
    states.filter(state => stateAfter(cause, state)).map(state => `${state} ${cause}`),
  );
  expect(every.filter(move => !reached.has(move))).toEqual([]);
});

/** Moves the model. @returns what the ledger should answer. */
function expectStep(model: Modelled[], { cause, position }: Step, reached: Set<string>): unknown {
  const move = (one: Modelled) => {
    const to = stateAfter(cause, one.state);
    if (to === undefined) return false;
    reached.add(`${one.state} ${cause}`);
    one.state = to;
    return true;
  };
  const one = model[position] as Modelled;
  switch (cause) {
    case 'intended':
      return move(one);
    case 'suppressed':
    case 'sender-cleared':
    case 'given-up':
      return move(one) ? 1 : 0;
    case 'abandoned':
    case 'opened': {
      const moved = model.filter(({ fetched }) => cause === 'abandoned' || fetched).filter(move);
      for (const each of moved) each.attempts += 1;
      return moved.length;
    }
    case 'resolved-accepted':
    case 'resolved-skipped':
    case 'resend':
    case 'cancelled':
      return model.filter(move).length;
    case 'accepted':
    case 'deferred':
    case 'rejected':
    case 'uncertain':
    case 'not-sent':
    case 'sender-refused':
      if (!move(one)) return undefined;
      one.attempts += 1;
      return one.attempts;
  }
}

function perform(emailId: string, { cause, position }: Step): Promise<unknown> {
  const { ledger } = store;
  switch (cause) {
    case 'intended':
      return ledger.recordIntent(emailId, position, at);
    case 'suppressed':
    case 'sender-cleared':
    case 'given-up':
      return ledger.moveThese(emailId, cause, [position], at);
    case 'abandoned':
      return ledger.markAbandonedUncertain(emailId, at);
    case 'opened':
      return ledger.acceptOpened(emailId, at);
    case 'resolved-accepted':
    case 'resolved-skipped':
    case 'resend':
    case 'cancelled':
      return ledger.moveRecipients(emailId, cause satisfies DecisionCause, at);
    case 'accepted':
    case 'deferred':
    case 'rejected':
    case 'uncertain':
    case 'not-sent':
    case 'sender-refused':
      return settle(emailId, position, cause);
  }
}

function settle(emailId: string, position: number, cause: AttemptCause): Promise<number | undefined> {
  const facts = { stage: 'end-of-data', replyCode: 250, enhancedStatusCode: '', replyText: '' } as const;
  return store.ledger.recordTransaction(emailId, position, cause, { startedAt: at, endedAt: at, ...facts });
}

async function openEmail(begun: readonly RecipientState[]): Promise<string> {
  emails += 1;
  const emailId = `em_${String(emails).padStart(12, 'a')}`;
  await store.ledger.openEmail(
    {
      emailId,
      emailNumber: emails,
      mode: 'group',
      subject: '',
      from: 'a@example.com',
      messageId: '<m@example.com>',
      createdAt: at,
      tokenFormat: 'sealed',
      fingerprint: '',
      composition: '{}',
    },
    begun.map((state, position) => ({
      position,
      recipientNumber: position,
      emailAddress: `r${position}@example.com`,
      name: '',
      role: 'to',
      tracked: true,
      fields: new Map(),
      attachments: [],
      state,
      stateAt: at,
      attempts: 0,
    })),
  );
  await store.fetchLog.appendFetches(
    begun.slice(0, people / 2).map((_, recipientNumber) => ({
      emailNumber: emails,
      recipientNumber,
      fetchedAt: at.getTime(),
      method: 'GET',
      userAgent: '',
      network: '',
      kind: 'human',
      confidence: 1,
      rule: '',
    })),
  );
  return emailId;
}

async function readBack(emailId: string): Promise<unknown> {
  const read: unknown[] = [];
  for await (const batch of store.reader.readRecipients(emailId)) {
    for (const { state, attempts } of batch) read.push({ state, attempts });
  }
  return read;
}
