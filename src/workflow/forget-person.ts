/**
 * Erases one person. What is left of a copy says that there was one; what is left of the person is a keyed hash, so that no list
 * and no server brings them back.
 */
import type { Composition } from '../merge/composition.js';
import { addrSpecKey } from '../message/mailbox.js';
import { Problem, Problems } from '../problem.js';
import { forgottenAddress } from '../recipients/forgotten.js';
import { unfinishedStates } from '../recipients/transitions.js';
import { hashAddress, hashesOf } from '../tracking/address-hash.js';
import type { KeyRing } from '../tracking/key.js';
import { findEmail } from './find-email.js';
import { Fingerprint } from './fingerprint.js';
import { readAddress } from './opt-out.js';
import type { PeopleStore, RewrittenEmail } from './people-ports.js';
import type { Clock, EmailReader, EmailRecord } from './ports.js';

export interface ForgetPorts {
  readonly people: PeopleStore;
  readonly reader: EmailReader;
  readonly ring: KeyRing;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

export interface Forgotten {
  /** Copies that were sent to them, or were to be. */
  readonly copies: number;
  /** false: another program uses the write-ahead log, which keeps what was deleted until it begins anew. */
  readonly isLogEmpty: boolean;
}

/** Five seconds in all. */
const logAttempts = 50;
const logWaitMs = 100;

/**
 * @param address as somebody types it.
 * @throws Problem `address-syntax`; Problems `email-state` for each of their emails that is not finished: nothing is erased then.
 */
export async function forgetPerson(address: string, ports: ForgetPorts): Promise<Forgotten> {
  const { people, ring, clock } = ports;
  const addressKey = addrSpecKey(readAddress(address));
  const emails = await emailsOf(addressKey, ports);
  const { hash, keyFingerprint } = hashAddress(ring.signing, addressKey);
  const copies = await people.forget({
    addressKey,
    hash,
    keyFingerprint,
    at: clock.now(),
    emails: await Promise.all(emails.map(email => withoutPerson(email, addressKey, ports.reader))),
  });
  // Deleted rows lie in free space of the file until something is written there.
  await people.writeAnew();
  for (let attempt = 1; attempt < logAttempts; attempt += 1) {
    if (people.emptyLog()) return { copies, isLogEmpty: true };
    await clock.sleep(logWaitMs);
  }
  return { copies, isLogEmpty: people.emptyLog() };
}

async function emailsOf(
  addressKey: string,
  { people, reader }: ForgetPorts,
): Promise<readonly EmailRecord[]> {
  const ids = new Set((await people.copiesOf(addressKey)).map(({ emailId }) => emailId));
  const emails: EmailRecord[] = [];
  const problems: Problem[] = [];
  for (const id of ids) {
    const email = await findEmail(reader, id);
    emails.push(email);
    const counts = await reader.countStates(id);
    const isOpen = email.cancelledAt === undefined && unfinishedStates.some(state => counts[state] > 0);
    if (isOpen) problems.push(unfinished(id));
  }
  if (problems.length > 0) throw new Problems(problems);
  return emails;
}

/** All copies of an email are made from what is stored: without somebody, the rest would not be what was begun. */
function unfinished(emailId: string): Problem {
  return new Problem('email-state', `${emailId} is not finished, and names this person`, {
    fix: `Nobody was forgotten. Finish it with \`mailtrack resume ${emailId}\` or end it with \`mailtrack cancel ${emailId}\`, then forget.`,
  });
}

/** The email with nobody at their place, and the fingerprint that comes out of that. */
async function withoutPerson(
  email: EmailRecord,
  addressKey: string,
  reader: Pick<EmailReader, 'readRecipients'>,
): Promise<RewrittenEmail> {
  const composition = JSON.parse(email.composition) as Composition;
  const isOther = ({ addrSpec }: { readonly addrSpec: string }) => addrSpecKey(addrSpec) !== addressKey;
  const fingerprint = new Fingerprint(email.mode, composition.template);
  for await (const batch of reader.readRecipients(email.emailId))
    for (const recipient of batch) {
      const { emailAddress, role, attachments } = recipient;
      if (addrSpecKey(emailAddress) === addressKey)
        fingerprint.add({ emailAddress: forgottenAddress, name: '', role, fields: new Map() });
      else {
        fingerprint.add(recipient);
        fingerprint.addAttachments(emailAddress, attachments);
      }
    }
  return {
    emailId: email.emailId,
    composition: JSON.stringify({
      ...composition,
      ...(composition.to === undefined ? {} : { to: composition.to.filter(isOther) }),
      ...(composition.cc === undefined ? {} : { cc: composition.cc.filter(isOther) }),
    }),
    fingerprint: fingerprint.digest(),
  };
}

/**
 * Which of these addresses are of people who were forgotten, and so are not mailed.
 * @param keys by `addrSpecKey`.
 * @throws Problem `key` when some were forgotten under a key that is not here: nobody could tell whom.
 */
export async function findForgotten(
  keys: readonly string[],
  people: Pick<PeopleStore, 'findForgotten' | 'countForgotten'>,
  readRing: () => Promise<KeyRing | undefined>,
): Promise<ReadonlySet<string>> {
  const counts = await people.countForgotten();
  if (counts.size === 0) return new Set();
  const ring = await readRing();
  const here = new Set(
    (ring === undefined ? [] : hashesOf(ring, '')).map(({ keyFingerprint }) => keyFingerprint),
  );
  for (const [fingerprint, count] of counts) if (!here.has(fingerprint)) throw keyGone(fingerprint, count);
  if (ring === undefined) return new Set();
  const byHash = new Map(keys.flatMap(key => hashesOf(ring, key).map(({ hash }) => [hash, key] as const)));
  const found = await people.findForgotten([...byHash.keys()]);
  return new Set([...found].flatMap(hash => byHash.get(hash) ?? []));
}

function keyGone(fingerprint: string, count: number): Problem {
  const who = count === 1 ? '1 person was' : `${count} people were`;
  return new Problem('key', `${who} forgotten under the key ${fingerprint}, which is not here`, {
    fix: 'Put that key back into the key file: without it nobody can tell who must not be mailed.',
  });
}
