import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Problems } from '../../src/problem.js';
import { guardedRow, suppressionColumns } from '../../src/recipients/report-list.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import type { SuppressedPerson } from '../../src/workflow/ports.js';
import { importSuppressions, suppress, unsuppress } from '../../src/workflow/suppress.js';
import { MemoryFiles } from './memory-files.js';
import { emailOf, recipientOf } from './sent-email.js';
import { PatientClock } from './world.js';

let folder: string;
let store: Store;
const clock = new PatientClock();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-suppress-'));
  store = await openStore(join(folder, 'mailtrack.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const add = (...addresses: string[]) => suppress(addresses, 'asked', { list: store.suppressionList, clock });
const remove = (addresses: string[], unsubscribed = false) =>
  unsuppress(
    addresses,
    { unsubscribed, forgotten: false },
    {
      list: store.suppressionList,
      reader: store.reader,
      people: store.people,
      readRing: async () => undefined,
    },
  );
const read = (text: string, options: { reason?: string; skipInvalid?: boolean } = {}) =>
  importSuppressions(
    { path: 'stop.csv', reason: '', skipInvalid: false, ...options },
    { list: store.suppressionList, clock, files: new MemoryFiles({ 'stop.csv': text }) },
  );

async function everybody(order: 'address' | 'newest' = 'address'): Promise<SuppressedPerson[]> {
  const people: SuppressedPerson[] = [];
  for await (const batch of store.reader.readAllSuppressions(order)) people.push(...batch);
  return people;
}
const addresses = async () => (await everybody()).map(({ emailAddress }) => emailAddress);

/** Recipients r0 and r1 of an email; r1 pressed the link. */
async function sendToOneWhoUnsubscribes(): Promise<void> {
  await store.ledger.openEmail(emailOf('em_aaaaaaaaaaaa'), [recipientOf(0), recipientOf(1)]);
  await store.fetchLog.recordUnsubscribes([{ emailNumber: 1, recipientNumber: 1, at: clock.now() }]);
}

function messagesOf(error: unknown): readonly string[] {
  return error instanceof Problems ? error.problems.map(({ message }) => message) : [String(error)];
}

describe('suppress', () => {
  it('adds each person once, whatever the case of their address', async () => {
    expect(await add('Ann@x.example', 'Bob <bob@x.example>')).toMatchObject({ added: 2, known: 0 });
    expect(await add('ANN@X.example', 'cy@x.example', 'CY@x.example')).toMatchObject({ added: 1, known: 1 });
    expect(await addresses()).toEqual(['Ann@x.example', 'bob@x.example', 'cy@x.example']);
  });

  it('compares letters beyond ASCII in either case', async () => {
    expect(await add('JÖRG@x.example')).toMatchObject({ added: 1 });
    expect(await add('jörg@x.example')).toMatchObject({ added: 0, known: 1 });
    expect(await remove(['Jörg@x.example'])).toEqual({ removed: 1, unknown: [] });
    expect(await addresses()).toEqual([]);
  });

  it('names every text that is no address, and adds nobody then', async () => {
    const error: unknown = await add('ann@x.example', 'bob', 'cy@').catch((thrown: unknown) => thrown);
    expect(messagesOf(error)).toEqual([
      '"bob" is not an address: no "@"',
      '"cy@" is not an address: nothing after the "@"',
    ]);
    expect(await addresses()).toEqual([]);
  });

  it('keeps the first reason and time', async () => {
    await suppress(['ann@x.example'], 'first', { list: store.suppressionList, clock });
    const [first] = await everybody();
    await suppress(['ann@x.example'], 'second', { list: store.suppressionList, clock });
    expect(await everybody()).toEqual([first]);
  });

  it('is heeded by the ledger', async () => {
    await add('ann@x.example');
    expect(await store.ledger.findSuppressed(['ann@x.example', 'bob@x.example'])).toEqual(
      new Set(['ann@x.example']),
    );
  });
});

describe('taking somebody off the list', () => {
  it('names who was not on it', async () => {
    await add('ann@x.example');
    expect(await remove(['ANN@x.example', 'zoe@x.example'])).toEqual({
      removed: 1,
      unknown: ['zoe@x.example'],
    });
    expect(await store.ledger.findSuppressed(['ann@x.example'])).toEqual(new Set());
  });

  it('needs to be told so of people who unsubscribed, and touches nobody else before', async () => {
    await sendToOneWhoUnsubscribes();
    await add('ann@x.example');
    const error: unknown = await remove(['ann@x.example', 'r1@example.com']).catch(
      (thrown: unknown) => thrown,
    );
    expect(messagesOf(error)).toEqual(['r1@example.com unsubscribed with the link in a message']);
    expect(await addresses()).toEqual(['ann@x.example', 'r1@example.com']);
    expect(await remove(['r1@example.com'], true)).toEqual({ removed: 1, unknown: [] });
    expect(await addresses()).toEqual(['ann@x.example']);
    expect(await store.ledger.findSuppressed(['r1@example.com'])).toEqual(new Set());
  });

  it('does not stop them from unsubscribing again', async () => {
    await sendToOneWhoUnsubscribes();
    await remove(['r1@example.com'], true);
    await store.ledger.openEmail({ ...emailOf('em_bbbbbbbbbbbb'), emailNumber: 2, fingerprint: 'g' }, [
      recipientOf(1),
    ]);
    await store.fetchLog.recordUnsubscribes([{ emailNumber: 2, recipientNumber: 1, at: clock.now() }]);
    expect(await store.ledger.findSuppressed(['r1@example.com'])).toEqual(new Set(['r1@example.com']));
  });
});

describe('the list', () => {
  it('has those who unsubscribed once, also when a run noted them, and as suppressed when they are both', async () => {
    await sendToOneWhoUnsubscribes();
    const before = await everybody();
    expect(before.map(({ emailAddress, kind }) => [emailAddress, kind])).toEqual([
      ['r1@example.com', 'unsubscribed'],
    ]);
    await store.ledger.openEmail({ ...emailOf('em_bbbbbbbbbbbb'), emailNumber: 2, fingerprint: 'g' }, []);
    expect(await everybody()).toEqual(before);
    await add('R1@example.com');
    expect((await everybody()).map(({ kind }) => kind)).toEqual(['suppressed']);
  });

  it('is told by address, or the newest first', async () => {
    const older = new Date('2026-01-01T00:00:00Z');
    await store.suppressionList.add([{ emailAddress: 'a@x.example', reason: '', since: older }]);
    await add('b@x.example');
    const order = async (by: 'address' | 'newest') =>
      (await everybody(by)).map(({ emailAddress }) => emailAddress);
    expect(await order('address')).toEqual(['a@x.example', 'b@x.example']);
    expect(await order('newest')).toEqual(['b@x.example', 'a@x.example']);
  });
});

describe('a list that is imported', () => {
  it('says why and since when, by the names that services give their columns', async () => {
    await read(
      'email,reason,created\nann@x.example,550 no such user,1700000000\nbob@x.example,,2024-02-03\ncy@x.example,,soon\n',
      { reason: 'old list' },
    );
    expect((await everybody()).map(({ reason, since }) => [reason, since.toISOString()])).toEqual([
      ['550 no such user', '2023-11-14T22:13:20.000Z'],
      ['old list', '2024-02-03T00:00:00.000Z'],
      ['old list', clock.now().toISOString()],
    ]);
  });

  it('adds nobody while a row is wrong, and the others with --skip-invalid', async () => {
    const text = 'email\nann@x.example\nbob\ncy@\n';
    const error: unknown = await read(text).catch((thrown: unknown) => thrown);
    expect(messagesOf(error)).toEqual([
      '"bob" is not an addr-spec: no "@"',
      '"cy@" is not an addr-spec: nothing after the "@"',
    ]);
    expect(await addresses()).toEqual([]);
    expect(await read(text, { skipInvalid: true })).toEqual({
      added: 1,
      known: 0,
      notices: ['2 invalid rows of stop.csv left out: lines 3, 4'],
    });
  });

  it('may be what was exported: the same people, reasons and times', async () => {
    await sendToOneWhoUnsubscribes();
    await suppress(['+ann@x.example'], '=1+1', { list: store.suppressionList, clock });
    const before = await everybody();
    const rows = before.map(({ emailAddress, kind, reason, since }) =>
      guardedRow([emailAddress, kind, reason, since.toISOString()]),
    );
    await remove(['+ann@x.example', 'r1@example.com'], true);
    await read(guardedRow(suppressionColumns) + rows.join(''));
    expect(await everybody()).toEqual(
      before.map(person =>
        person.kind === 'unsubscribed' ? { ...person, kind: 'suppressed', reason: 'unsubscribed' } : person,
      ),
    );
  });
});
