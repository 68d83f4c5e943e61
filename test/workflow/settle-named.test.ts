import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecipientState } from '../../src/recipients/recipient.js';
import { openStore, type Store } from '../../src/store/open-store.js';
import { type NamedDecision, settleNamed } from '../../src/workflow/settle-named.js';
import { emailOf, recipientOf } from './sent-email.js';
import { PatientClock } from './world.js';

let folder: string;
let store: Store;
const { emailId } = emailOf('em_aaaaaaaaaaaa');

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-named-'));
  store = await openStore(join(folder, 'mailtrack.db'));
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Recipients r0, r1 … in these states. */
async function open(...states: RecipientState[]): Promise<void> {
  const people = states.map((state, position) => ({ ...recipientOf(position), state }));
  await store.ledger.openEmail(emailOf(emailId), people);
}

async function states(): Promise<RecipientState[]> {
  const found: RecipientState[] = [];
  for await (const batch of store.ledger.readRecipients(emailId))
    found.push(...batch.map(({ state }) => state));
  return found;
}

const settle = (decision: NamedDecision) =>
  settleNamed(emailId, decision, { ledger: store.ledger, clock: new PatientClock() });

describe('a recipient the user names', () => {
  it('is given up while pending, deferred or uncertain, and nobody else is', async () => {
    await open('pending', 'pending', 'deferred', 'uncertain', 'uncertain');
    await settle({ as: 'skip', addresses: ['R1@example.com', 'r2@example.com', 'r3@example.com'] });
    expect(await states()).toEqual(['pending', 'skipped', 'skipped', 'skipped', 'uncertain']);
  });

  it('is called accepted only while uncertain', async () => {
    await open('uncertain', 'uncertain', 'pending');
    await settle({ as: 'accepted', addresses: ['r1@example.com'] });
    expect(await states()).toEqual(['uncertain', 'accepted', 'pending']);
    await expect(settle({ as: 'accepted', addresses: ['r2@example.com'] })).rejects.toMatchObject({
      message: 'em_aaaaaaaaaaaa has no uncertain recipient r2@example.com',
    });
  });

  it('has to be there, or nobody is settled', async () => {
    await open('pending', 'accepted');
    const addresses = ['r0@example.com', 'r1@example.com', 'nobody@example.com'];
    await expect(settle({ as: 'skip', addresses })).rejects.toMatchObject({
      code: 'email-state',
      message:
        'em_aaaaaaaaaaaa has no pending, deferred or uncertain recipient r1@example.com, nobody@example.com',
      fix: 'Nothing was changed. `mailtrack report` lists the recipients and their states.',
    });
    expect(await states()).toEqual(['pending', 'accepted']);
  });
});
