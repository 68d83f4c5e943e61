import { addrSpecKey } from '../message/mailbox.js';
import { Problem } from '../problem.js';
import type { RecipientState } from '../recipients/recipient.js';
import type { Clock, Ledger } from './ports.js';

/** What the user decides about recipients of an email that they name. */
export interface NamedDecision {
  readonly as: 'accepted' | 'skip';
  /** addr-specs; each has to be one of a recipient who can be settled that way. */
  readonly addresses: readonly string[];
}

/** Giving up needs no knowledge of what became of a message; calling it accepted is only about messages that were handed over. */
const settleable: Readonly<Record<NamedDecision['as'], readonly RecipientState[]>> = {
  accepted: ['uncertain'],
  skip: ['pending', 'deferred', 'uncertain'],
};

/**
 * Settles the named recipients without sending to them.
 * @throws Problem `email-state` naming those who are not there to be settled; then nobody was.
 */
export async function settleNamed(
  emailId: string,
  { as, addresses }: NamedDecision,
  { ledger, clock }: { readonly ledger: Ledger; readonly clock: Clock },
): Promise<void> {
  const wanted = new Map(addresses.map(address => [addrSpecKey(address), address]));
  const positions: number[] = [];
  for await (const batch of ledger.readRecipients(emailId, settleable[as])) {
    for (const { emailAddress, position } of batch)
      if (wanted.delete(addrSpecKey(emailAddress))) positions.push(position);
  }
  if (wanted.size > 0) {
    throw new Problem(
      'email-state',
      `${emailId} has no ${orOf(settleable[as])} recipient ${[...wanted.values()].join(', ')}`,
      { fix: 'Nothing was changed. `mailtrack report` lists the recipients and their states.' },
    );
  }
  await ledger.moveThese(emailId, as === 'skip' ? 'given-up' : 'resolved-accepted', positions, clock.now());
}

function orOf(states: readonly string[]): string {
  return states.length === 1 ? String(states[0]) : `${states.slice(0, -1).join(', ')} or ${states.at(-1)}`;
}
