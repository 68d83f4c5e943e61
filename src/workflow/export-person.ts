/** Everything that is held about one person, for them or for whoever they ask. */
import { addrSpecKey } from '../message/mailbox.js';
import type { Suppression } from '../recipients/suppression.js';
import type { RecipientReturn } from '../report/returned-summary.js';
import type { TransactionRecord } from '../report/summary.js';
import type { ReadFetch } from './fact-ports.js';
import { findEmail } from './find-email.js';
import { readAddress } from './opt-out.js';
import type { OptOut, PeopleStore } from './people-ports.js';
import type { EmailReader, EmailRecord, RecipientRecord, RecordedConsent } from './ports.js';

export interface HeldCopy {
  readonly email: EmailRecord;
  readonly recipient: RecipientRecord;
  readonly consent: RecordedConsent | undefined;
  readonly transactions: readonly TransactionRecord[];
  /** In the order recorded; what was only counted stands behind them. */
  readonly fetches: readonly ReadFetch[];
  readonly returned: readonly RecipientReturn[];
}

export interface HeldPerson {
  readonly emailAddress: string;
  readonly optOut: OptOut | undefined;
  /** undefined: they may be mailed. */
  readonly suppression: Suppression | undefined;
  /** true: they were forgotten; nothing but a keyed hash is held. */
  readonly isForgotten: boolean;
  /** One after the other: somebody may have thousands. */
  copies(): AsyncIterable<HeldCopy>;
}

export interface ExportPorts {
  readonly people: PeopleStore;
  readonly reader: EmailReader;
  /** By `addrSpecKey`. */
  readonly findForgotten: (keys: readonly string[]) => Promise<ReadonlySet<string>>;
}

/** @param address as somebody types it. @throws Problem `address-syntax`. */
export async function exportPerson(address: string, ports: ExportPorts): Promise<HeldPerson> {
  const { people, reader } = ports;
  const emailAddress = readAddress(address);
  const key = addrSpecKey(emailAddress);
  return {
    emailAddress,
    optOut: await people.findOptOut(key),
    suppression: (await reader.readSuppressions(new Set([key]))).get(key),
    isForgotten: (await ports.findForgotten([key])).has(key),
    copies: () => copiesOf(key, ports),
  };
}

async function* copiesOf(key: string, { people, reader }: ExportPorts): AsyncGenerator<HeldCopy, void, void> {
  for (const { emailId, position, recipientNumber } of await people.copiesOf(key)) {
    const [recipient] = await reader.readRecipientsAt(emailId, [position]);
    if (recipient === undefined) continue;
    const returned = await reader.readReturned(emailId);
    yield {
      email: await findEmail(reader, emailId),
      recipient,
      consent: await reader.readConsent(emailId, position),
      transactions: await reader.readTransactions(emailId, position),
      fetches: await reader.readFetchesOf(emailId, recipientNumber),
      returned: returned.filter(fact => fact.recipientNumber === recipientNumber),
    };
  }
}
