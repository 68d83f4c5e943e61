/** A golden case to octets, the way `send` goes: draft, plan, copies. Clock, random numbers and keys are fixed. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createDkimSigner, type DkimKey } from '../../src/message/dkim/signer.js';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { type PlannedEmail, planEmail } from '../../src/workflow/plan-email.js';
import { testRing } from '../tracking/keys.js';
import { draftWith } from '../workflow/draft.js';
import { MemoryFiles } from '../workflow/memory-files.js';
import { PatientClock } from '../workflow/world.js';
import type { GoldenCase } from './golden-case.js';

export interface GoldenCopy {
  readonly emailAddress: string;
  readonly message: Buffer;
}

/** In the order of the recipients. */
export async function makeMail(golden: GoldenCase): Promise<readonly GoldenCopy[]> {
  const planned = await planGolden(golden);
  const copies = planned.copies('pixel', testRing, golden.signed === true ? signer() : undefined);
  const made: GoldenCopy[] = [];
  for await (const recipient of planned.recipients()) {
    const { message } = await copies.make(recipient);
    made.push({ emailAddress: recipient.emailAddress, message: Buffer.from(message) });
  }
  return made;
}

export function planGolden({ name, files, options }: GoldenCase): Promise<PlannedEmail> {
  const [templatePath = ''] = Object.keys(files);
  const draft = draftWith({
    templatePath,
    from: 'Anthony <anthony@example.com>',
    trackingUrl: 'https://t.example.com',
    ...options,
  });
  return planEmail(draft, {
    files: new MemoryFiles(files),
    clock: new FixedClock(),
    random: { bytes: fixedBytes(name) },
    addressBook: createAddressBook([], new Map()),
    findSuppressed: async () => new Set(),
  });
}

/** Nine in the morning in Greenwich, somewhere else: wherever the test runs. */
class FixedClock extends PatientClock {
  override now(): Date {
    return Object.assign(new Date('2026-11-23T09:00:00Z'), { getTimezoneOffset: () => -60 });
  }
}

/** The same for the same case, so that one more case changes no other. */
function fixedBytes(seed: string): (count: number) => Uint8Array {
  let asked = 0;
  return count => {
    const blocks = Array.from({ length: Math.ceil(count / 32) }, (_, block) =>
      createHash('sha256').update(`${seed} ${asked} ${block}`).digest(),
    );
    asked += 1;
    return Buffer.concat(blocks).subarray(0, count);
  };
}

/** Keys for these tests and nothing else: RSA made for them, Ed25519 from RFC 8463 §A.2. */
function testKeys(): readonly DkimKey[] {
  const rsa = createPrivateKey(readFileSync(`${import.meta.dirname}/dkim-test-key.pem`));
  const ed25519 = createPrivateKey({
    key: Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64'),
    ]),
    format: 'der',
    type: 'pkcs8',
  });
  const domain = 'example.com';
  return [
    { domain, selector: 'mail', algorithm: 'rsa-sha256', privateKey: rsa },
    { domain, selector: 'mail-ed', algorithm: 'ed25519-sha256', privateKey: ed25519 },
  ];
}

function signer() {
  return createDkimSigner(testKeys(), { signedAt: new Date('2026-11-23T09:00:00Z') });
}

/** What DNS says of the keys. */
export async function resolveTestKey(name: string): Promise<string[][]> {
  const key = testKeys().find(({ selector, domain }) => name === `${selector}._domainkey.${domain}`);
  if (key === undefined) throw Object.assign(new Error('no record'), { code: 'ENOTFOUND' });
  const spki = createPublicKey(key.privateKey).export({ type: 'spki', format: 'der' });
  // RFC 8463 §4 wants the 32 octets alone.
  const [kind, octets] = key.algorithm === 'rsa-sha256' ? ['rsa', spki] : ['ed25519', spki.subarray(-32)];
  return [[`v=DKIM1; k=${kind}; p=${octets.toString('base64')}`]];
}
