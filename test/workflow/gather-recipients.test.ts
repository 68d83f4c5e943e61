import { describe, expect, it } from 'vitest';
import { createAddressBook } from '../../src/recipients/address-book.js';
import type { Recipient } from '../../src/recipients/recipient.js';
import { gatherRecipients } from '../../src/workflow/gather-recipients.js';
import type { Files } from '../../src/workflow/ports.js';

/** `rows` are asked for anew at each reading. */
async function gather(rows: (reading: number) => readonly string[], suppressed: readonly string[] = []) {
  let readings = 0;
  const files = {
    async *stream() {
      yield Buffer.from(`email,name\n${rows(readings++).join('\n')}\n`);
    },
  } as unknown as Files;
  const met: string[] = [];
  const gathered = await gatherRecipients(
    {
      named: { to: [], cc: [], bcc: [], each: ['people.csv'] },
      duplicates: undefined,
      skipInvalid: false,
      consentNeeded: false,
    },
    {
      files,
      addressBook: createAddressBook([], new Map()),
      readSuppressed: async () => new Set(suppressed),
    },
    ({ mailbox }) => met.push(mailbox.addrSpec),
  );
  const recipients = async () => {
    const all: Recipient[] = [];
    for await (const recipient of gathered.recipients()) all.push(recipient);
    return all.map(({ mailbox }) => String(mailbox.addrSpec));
  };
  return { ...gathered, recipients, met, readings: () => readings };
}

const people = (count: number, named = 'P') =>
  Array.from({ length: count }, (_, index) => `p${index}@example.com,${named} ${index}`);
const addresses = (count: number) => Array.from({ length: count }, (_, index) => `p${index}@example.com`);

describe('gatherRecipients', () => {
  it('meets everybody of a short list in one reading, and needs no other', async () => {
    const { met, allMet, recipients, readings } = await gather(() => people(3));
    expect(allMet).toBe(true);
    expect(met).toEqual(addresses(3));
    expect(await recipients()).toEqual(addresses(3));
    expect(readings()).toBe(1);
  });

  it('reads a long list again, and refuses it if it is another one', async () => {
    const same = await gather(() => people(10_001));
    expect(same.allMet).toBe(true);
    expect(await same.recipients()).toEqual(addresses(10_001));
    expect(same.readings()).toBe(2);
    const other = await gather(reading => people(10_001, reading === 0 ? 'P' : 'Q'));
    await expect(other.recipients()).rejects.toThrow('people.csv changed while it was read');
  });

  it('has not met the right people when somebody is named twice or suppressed', async () => {
    const twice = await gather(() => [...people(2), ...people(1)]);
    expect(twice.allMet).toBe(false);
    expect(await twice.recipients()).toEqual(addresses(2));
    const suppressed = await gather(() => people(2), ['p0@example.com']);
    expect(suppressed.allMet).toBe(false);
    expect(await suppressed.recipients()).toEqual(['p1@example.com']);
  });
});
