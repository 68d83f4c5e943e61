/** Ends the tracking of one person, in mail that was sent and in mail to come; and lets it begin again. */
import { addrSpecKey, parseMailbox } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import { quoteInput } from '../recipients/quote-input.js';
import type { PeopleStore } from './people-ports.js';
import type { Clock } from './ports.js';

export interface OptedOut {
  readonly emailAddress: string;
  /** false: they had opted out before. */
  readonly isNew: boolean;
  /** Copies that were sent to them with a pixel, of which nothing is recorded any more. */
  readonly copies: number;
}

/**
 * @param address as somebody types it.
 * @throws Problem `address-syntax`.
 */
export async function optOut(
  address: string,
  { people, clock }: { readonly people: Pick<PeopleStore, 'optOut'>; readonly clock: Pick<Clock, 'now'> },
): Promise<OptedOut> {
  const emailAddress = readAddress(address);
  return { emailAddress, ...(await people.optOut({ emailAddress, since: clock.now() })) };
}

/** @returns the address, and whether they had opted out. @throws Problem `address-syntax`. */
export async function endOptOut(
  address: string,
  people: Pick<PeopleStore, 'endOptOut'>,
): Promise<{ readonly emailAddress: string; readonly wasOptedOut: boolean }> {
  const emailAddress = readAddress(address);
  return { emailAddress, wasOptedOut: await people.endOptOut(addrSpecKey(emailAddress)) };
}

/** @throws Problem `address-syntax`. */
export function readAddress(text: string): string {
  const mailbox = parseMailbox(text);
  if (mailbox.ok) return mailbox.value.addrSpec;
  throw new Problem('address-syntax', `${quoteInput(text)} is not an address: ${mailbox.why}`);
}
