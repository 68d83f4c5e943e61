/** People who opt out or are forgotten: nothing of them is in any table or file, here and on the server. */

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Problems } from '../../src/problem.js';
import type { Report } from '../../src/report/summary.js';
import { hashAddress } from '../../src/tracking/address-hash.js';
import { openRequest, printPage } from '../../src/tracking/exchange.js';
import { createKey, createKeyRing } from '../../src/tracking/key.js';
import { readComposition } from '../../src/workflow/check-resume.js';
import { exportPerson } from '../../src/workflow/export-person.js';
import type { ExchangeChannel } from '../../src/workflow/fact-ports.js';
import { Fingerprint } from '../../src/workflow/fingerprint.js';
import { findForgotten } from '../../src/workflow/forget-person.js';
import type { EmailRecord, RecipientRecord } from '../../src/workflow/ports.js';
import { readReport } from '../../src/workflow/read-report.js';
import { reportCsv } from '../report/facts.js';
import { testRing } from '../tracking/keys.js';
import { emailOf, recipientOf } from '../workflow/sent-email.js';
import { TwoMachines } from './two-machines.js';

let machines: TwoMachines;
beforeEach(async () => {
  machines = new TwoMachines();
  await machines.open();
});
afterEach(async () => {
  await machines.close();
  machines.remove();
});

const emailId = 'em_aaaaaaaaaaaa';
const at = new Date('2026-11-23T09:00:00.000Z');
const before = 'Thunderbird/128.0 (agent-before)';
const after = 'Thunderbird/128.0 (agent-after)';

const template = { subject: 'S', html: '<p>S</p>', text: 'S' };

/** Ann with two copies in two cases, and Bea; all accepted, with addresses wherever a database may have them. */
async function send(): Promise<void> {
  const { home } = machines;
  const ann = { ...recipientOf(0), emailAddress: 'Ann.Lee@example.com', name: 'Ann Lee' };
  const people: RecipientRecord[] = [
    {
      ...ann,
      fields: new Map([
        ['email', 'Ann.Lee@example.com'],
        ['city', 'Anncity'],
      ]),
    },
    { ...recipientOf(1), emailAddress: 'bea@example.com', name: 'Bea' },
    {
      ...ann,
      position: 2,
      recipientNumber: 2,
      emailAddress: 'ann.lee@EXAMPLE.com',
      consent: { agreedAt: '2026-01-01', method: 'form', wording: 'Anns words', source: 'people.csv:2' },
    },
  ];
  const fingerprint = new Fingerprint('group', template as never);
  for (const person of people) fingerprint.add(person);
  const to = people.map(({ name, emailAddress }) => ({ name, addrSpec: emailAddress }));
  const email: EmailRecord = {
    ...emailOf(emailId),
    fingerprint: fingerprint.digest(),
    composition: JSON.stringify({ version: 1, to, cc: [], template }),
  };
  await home.ledger.openEmail(email, people);
  for (const { position, emailAddress } of people) {
    await home.ledger.recordIntent(emailId, position, at);
    await home.ledger.recordTransaction(emailId, position, 'accepted', {
      startedAt: at,
      endedAt: at,
      stage: 'end-of-data',
      replyCode: 250,
      enhancedStatusCode: '2.1.5',
      replyText: `<${emailAddress}> queued`,
    });
  }
}

function tableOf(name: string, sql: string): unknown[] {
  const database = new Database(join(machines.folder, name), { readonly: true });
  try {
    return database.prepare(sql).raw().all();
  } finally {
    database.close();
  }
}

describe('somebody who opted out', () => {
  it('leaves nothing of 100 fetches in any table or file, here and on the server after a pull', async () => {
    await send();
    const { home, server } = machines;
    await machines.fetch(home, 0, 3, before);
    await machines.fetch(server, 2, 2, before);
    expect(await machines.optOut('ann.LEE@example.com')).toEqual({
      emailAddress: 'ann.LEE@example.com',
      isNew: true,
      copies: 2,
    });
    expect(await machines.pull()).toMatchObject({ told: 2, untold: 0, fetches: 0 });
    for (const store of [home, server]) {
      const { counts } = await machines.fetch(store, 0, 50, after);
      expect(counts).toMatchObject({ recorded: 0, counted: 0, unverifiable: 0, optedOut: 50 });
      await machines.fetch(store, 2, 50, after);
      await machines.fetch(store, 1, 1, 'Thunderbird/128.0 (of Bea)');
    }
    await machines.pull();
    await machines.close();
    const octets = machines.octets();
    expect(octets).toContain('of Bea');
    for (const trace of ['agent-after', machines.token(0), machines.token(2)])
      expect(octets).not.toContain(trace);
    expect(tableOf('home.db', 'SELECT recipient_number, count(*) FROM fetches GROUP BY 1')).toEqual([
      [0, 3],
      [1, 2],
    ]);
    await machines.open();
  });

  it('is answered as everybody is, and has as much written and removed again', async () => {
    await send();
    await machines.optOut('ann.lee@example.com');
    const recorder = await machines.fetch(machines.home, 0, 1, after);
    expect(recorder.counts).toMatchObject({ optedOut: 1, held: 0, notDurable: 0 });
    expect(tableOf('home.db', 'SELECT count(*) FROM arrived_fetches')).toEqual([[0]]);
  });

  it('is told to a server once, and not to one that does not understand it', async () => {
    await send();
    await machines.optOut('ann.lee@example.com');
    // It passes over what it does not know, and says nothing of it.
    const older: ExchangeChannel = {
      async post(body, authorization) {
        const opened = openRequest(testRing, authorization, body, machines.clock.now());
        if (typeof opened === 'string') throw new Error(opened);
        const { key, proof } = opened;
        const page = { sourceId: 'older', records: [], after: { fetch: '' }, more: false };
        return { status: 200, body: printPage(key, proof.nonce, page) };
      },
    };
    expect(await machines.pull(older)).toMatchObject({ told: 0, untold: 2 });
    expect(await machines.pull()).toMatchObject({ told: 2, untold: 0 });
    expect(await machines.pull()).toMatchObject({ told: 0 });
  });

  it('with the link in one copy is known to the sender with the next pull, and all copies are closed', async () => {
    await send();
    const { home, server } = machines;
    const link = { emailNumber: emailOf('').emailNumber, recipientNumber: 0, at };
    await server.fetchLog.recordOptOuts([link]);
    expect(await machines.pull()).toMatchObject({ optOuts: 1, told: 2 });
    expect([...(await home.people.readOptOuts())]).toEqual(['ann.lee@example.com']);
    const { counts } = await machines.fetch(server, 2, 1, after);
    expect(counts).toMatchObject({ optedOut: 1 });
    // They agree again, and press the link once more.
    expect(await home.people.endOptOut('ann.lee@example.com')).toBe(true);
    expect(await machines.pull()).toMatchObject({ optOuts: 0 });
    expect([...(await home.people.readOptOuts())]).toEqual([]);
    await server.fetchLog.recordOptOuts([link]);
    expect(await machines.pull()).toMatchObject({ optOuts: 1 });
    expect([...(await home.people.readOptOuts())]).toEqual(['ann.lee@example.com']);
  });

  it('beyond ASCII is the same person in any case', async () => {
    await machines.home.ledger.openEmail(emailOf(emailId), [
      { ...recipientOf(0), emailAddress: 'Ärger@example.com' },
    ]);
    expect(await machines.optOut('ärger@example.com')).toMatchObject({ copies: 1 });
  });
});

describe('somebody who is forgotten', () => {
  it('is in no octet of the files, here and on the server after a pull', async () => {
    await send();
    const { home, server } = machines;
    await machines.fetch(home, 0, 1_003, before);
    await machines.fetch(server, 0, 5, before);
    await machines.fetch(server, 1, 1, 'Thunderbird/128.0 (of Bea)');
    await machines.pull();
    await home.suppressionList.add([
      { emailAddress: 'ann.lee@example.com', reason: 'Anns reason', since: at },
    ]);
    await home.fetchLog.recordUnsubscribes([{ emailNumber: 1, recipientNumber: 0, at }]);
    await machines.optOut('Ann.Lee@example.com');
    expect(await machines.forget('ann.lee@example.com')).toEqual({ copies: 2, isLogEmpty: true });
    const traces = ['ann.lee@', 'Ann Lee', 'Anncity', 'Anns ', 'agent-before', machines.token(0)];
    const octets = machines.octets('home.db').toLowerCase();
    for (const trace of traces) expect(octets).not.toContain(trace.toLowerCase());
    expect(octets).toContain('bea@example.com');

    expect(await machines.pull()).toMatchObject({ told: 2, fetches: 0, known: 0 });
    for (const store of [home, server]) await machines.fetch(store, 0, 50, after);
    await machines.pull();
    await machines.close();
    const all = machines.octets().toLowerCase();
    for (const trace of [...traces, 'agent-after']) expect(all).not.toContain(trace.toLowerCase());
    expect(tableOf('server.db', 'SELECT DISTINCT recipient_number FROM fetches')).toEqual([[1]]);
    await machines.open();
  });

  it('leaves the numbers of the email as they are, and an email that can be resumed', async () => {
    await send();
    await machines.forget('ann.lee@example.com');
    const { reader, ledger } = machines.home;
    const read = await readReport(reader, emailId);
    expect(read?.report.totals).toMatchObject({ recipients: 3, accepted: 3, notTracked: 2, none: 1 });
    expect(read?.report.recipients.map(({ emailAddress }) => emailAddress)).toEqual([
      '(forgotten)',
      'bea@example.com',
      '(forgotten)',
    ]);
    // As a list, the report has nobody in their place.
    expect(
      reportCsv(read?.report as Report)
        .split('\r\n')
        .slice(1, -1),
    ).toEqual([expect.stringContaining('"bea@example.com"') as string]);
    const [email] = await reader.findEmails(emailId);
    const composition = await readComposition(email as EmailRecord, ledger);
    expect(composition.to).toEqual([{ name: 'Bea', addrSpec: 'bea@example.com' }]);
  });

  it('is known by a keyed hash alone, and not mailed again', async () => {
    await send();
    await machines.forget('ann.lee@example.com');
    const { people } = machines.home;
    const { hash, keyFingerprint } = hashAddress(testRing.signing, 'ann.lee@example.com');
    expect(tableOf('home.db', 'SELECT address_hash, key_fingerprint FROM forgotten')).toEqual([
      [hash, keyFingerprint],
    ]);
    const keys = ['ann.lee@example.com', 'bea@example.com'];
    expect([...(await findForgotten(keys, people, async () => testRing))]).toEqual(['ann.lee@example.com']);
    // Also once there is a newer key.
    const newer = createKeyRing([testRing.signing, createKey(9, Buffer.alloc(32, 9))]);
    expect([...(await findForgotten(keys, people, async () => newer))]).toEqual(['ann.lee@example.com']);
    expect(await people.removeForgotten([hash])).toBe(1);
    expect([...(await findForgotten(keys, people, async () => testRing))]).toEqual([]);
  });

  it('cannot be told without the key, and nobody is mailed then', async () => {
    await send();
    await machines.forget('ann.lee@example.com');
    const other = createKeyRing([createKey(9, Buffer.alloc(32, 9))]);
    await expect(
      findForgotten(['bea@example.com'], machines.home.people, async () => other),
    ).rejects.toMatchObject({
      code: 'key',
      message: `1 person was forgotten under the key ${testRing.fingerprint}, which is not here`,
      fix: 'Put that key back into the key file: without it nobody can tell who must not be mailed.',
    });
  });

  it('is not erased while an email to them is not finished', async () => {
    await machines.home.ledger.openEmail(emailOf(emailId), [recipientOf(0)]);
    const error = await machines.forget('r0@example.com').catch((thrown: unknown) => thrown);
    expect((error as Problems).problems.map(({ code, message, fix }) => [code, message, fix])).toEqual([
      [
        'email-state',
        'em_aaaaaaaaaaaa is not finished, and names this person',
        'Nobody was forgotten. Finish it with `mailtrack resume em_aaaaaaaaaaaa` or end it with `mailtrack cancel em_aaaaaaaaaaaa`, then forget.',
      ],
    ]);
    await machines.home.ledger.cancelEmail(emailId, at);
    expect(await machines.forget('r0@example.com')).toMatchObject({ copies: 1 });
  });

  it('does not come back by the link to unsubscribe, by mail or by their old number', async () => {
    await send();
    await machines.fetch(machines.server, 0, 1, before);
    await machines.pull();
    await machines.forget('ann.lee@example.com');
    await machines.pull();
    const { server, home } = machines;
    await server.fetchLog.recordUnsubscribes([{ emailNumber: 1, recipientNumber: 0, at }]);
    expect(await machines.pull()).toMatchObject({ unsubscribes: 0 });
    // The number of an erased fetch is not given again: the next one would not be told.
    await machines.fetch(server, 1, 1, 'Thunderbird/128.0 (of Bea)');
    expect(await machines.pull()).toMatchObject({ fetches: 1 });
    const fact = {
      kind: 'reply',
      at,
      address: 'ann.lee@example.com',
      status: '',
      replyCode: 0,
      diagnostic: '',
      countsAgainstAddress: false,
      evidence: [],
      isProven: false,
    } as const;
    const person = { emailId, position: 0, address: 'ann.lee@example.com' };
    const decide = () => ({ kind: 'record', why: 'unproven' }) as const;
    expect(await home.returnLog.storeReturned([{ messageKey: 'k', person, fact, decide }], true)).toEqual([
      { isNew: false },
    ]);
  });
});

it('everything that is held about a person can be exported', async () => {
  await send();
  await machines.fetch(machines.home, 0, 2, before);
  const { people, reader } = machines.home;
  const held = await exportPerson('ann.lee@example.com', {
    people,
    reader,
    findForgotten: async () => new Set(),
  });
  const copies = [];
  for await (const copy of held.copies()) copies.push(copy);
  expect(copies.map(({ recipient, fetches }) => [recipient.emailAddress, fetches.length])).toEqual([
    ['Ann.Lee@example.com', 2],
    ['ann.lee@EXAMPLE.com', 0],
  ]);
  expect(copies[1]?.consent?.wording).toBe('Anns words');
  expect(copies[0]?.transactions[0]?.replyText).toBe('<Ann.Lee@example.com> queued');
});

it('purge removes what is older than it may be kept, and nothing else', async () => {
  await send();
  const { home } = machines;
  await machines.fetch(home, 0, 1_003, before);
  await machines.clock.advance(86_400_000);
  await machines.fetch(home, 1, 3, after);
  const until = new Date(machines.clock.now().getTime() - 3_600_000);
  let removed = 0;
  for await (const step of home.people.purge(until)) removed += step;
  expect(removed).toBeGreaterThan(1_000);
  expect(tableOf('home.db', 'SELECT recipient_number, count(*) FROM fetches GROUP BY 1')).toEqual([[1, 3]]);
  expect(tableOf('home.db', 'SELECT count(*) FROM fetch_counters')).toEqual([[0]]);
  expect(tableOf('home.db', 'SELECT user_agent FROM user_agents')).toEqual([[after]]);
  expect(machines.octets('home.db')).not.toContain('agent-before');
});
