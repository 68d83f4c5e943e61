import type { Clues } from './clues.js';
import type { Returned } from './read-returned.js';
import type { RecipientStatus } from './recipient-status.js';

/** One recipient of one email. */
export interface Person {
  readonly emailId: string;
  /** 0-based, in the email: one address may have several copies. */
  readonly position: number;
  readonly address: string;
}

/**
 * What was sent, as far as matching asks: questions with one answer each, so that a mailbox full of other people's mail costs nothing
 * but them.
 */
export interface Sent {
  /** @param token verified with the key: a token that nobody sealed is nobody's. */
  readonly personOfToken: (token: string) => Person | undefined;
  /** @param envelopeId as it was given in MAIL. */
  readonly personOfEnvelopeId: (envelopeId: string) => Person | undefined;
  /** Group mail has one Message-ID for all copies, and no person. @param messageId with its angle brackets. */
  readonly emailOfMessageId: (
    messageId: string,
  ) => { readonly emailId: string; readonly person?: Person } | undefined;
  /** Whatever the case of the address. */
  readonly personOfAddress: (emailId: string, address: string) => Person | undefined;
}

/** What told whom a message is about, the surest first. */
export type EvidenceKind =
  | 'reverse-path-token'
  | 'envelope-id'
  | 'header-token'
  | 'body-token'
  | 'message-id'
  | 'recipient-field'
  | 'address-in-words'
  | 'from';

export interface Evidence {
  readonly kind: EvidenceKind;
  /** The token, id or address. */
  readonly found: string;
}

/** Whom a message is about. */
export interface Matched {
  readonly person: Person;
  readonly evidence: readonly Evidence[];
  /**
   * Whether only somebody who had this person's copy can have written it. Anybody who got the group mail can name another one of its
   * people, so that nobody is suppressed by such a report alone.
   */
  readonly isProven: boolean;
}

/** What one message says about one person, or about an address that no email of ours went to. */
export interface Told {
  /** Undefined: the address is shown as unmatched, and never acted on. */
  readonly matched?: Matched;
  /** The email, where it is known; a reply to group mail may come from an address that the email did not go to. */
  readonly emailId?: string;
  /** As the message names it; '' when it names nobody. */
  readonly address: string;
  /** Of a report on delivery. */
  readonly status?: RecipientStatus;
}

/** @param clues of the same message. */
export function matchReturned(returned: Returned, clues: Clues, sent: Sent): readonly Told[] {
  const holder = holderOf(clues, sent);
  const email = emailOf(clues, sent);
  const emailId = holder?.person.emailId ?? email;
  switch (returned.kind) {
    case 'delivery-status':
      return toldByReport(
        returned.recipients,
        returned.unnamed,
        returned.by === 'fields' ? 'recipient-field' : 'address-in-words',
        holder,
        emailId,
        sent,
      );
    case 'complaint':
    case 'disposition':
      return toldOfAddresses(returned.addresses, holder, emailId, sent, 'recipient-field');
    case 'reply':
    case 'automatic-reply':
      return emailId === undefined ? [] : [toldByAnswer(returned.from, holder, emailId, sent)];
    case 'other':
      return [];
  }
}

/** Whoever had the copy that came back: by a token or an id that no other copy has, in the order of how hard they are to come by. */
function holderOf(clues: Clues, sent: Sent): Matched | undefined {
  const candidates: readonly (readonly [
    EvidenceKind,
    readonly string[],
    (found: string) => Person | undefined,
  ])[] = [
    ['reverse-path-token', clues.reversePathTokens, sent.personOfToken],
    ['envelope-id', clues.envelopeId === '' ? [] : [clues.envelopeId], sent.personOfEnvelopeId],
    ['header-token', clues.headerTokens, sent.personOfToken],
    ['body-token', clues.bodyTokens, sent.personOfToken],
    ['message-id', clues.messageIds, id => sent.emailOfMessageId(id)?.person],
  ];
  const matches = candidates.flatMap(([kind, all, find]) =>
    all.flatMap(found => {
      const person = find(found);
      return person === undefined ? [] : [{ person, evidence: { kind, found } }];
    }),
  );
  const [first] = matches;
  if (first === undefined) return undefined;
  const evidence = matches.filter(({ person }) => isSame(person, first.person)).map(one => one.evidence);
  return { person: first.person, evidence, isProven: true };
}

function emailOf(clues: Clues, sent: Sent): string | undefined {
  for (const id of clues.messageIds) {
    const found = sent.emailOfMessageId(id);
    if (found !== undefined) return found.emailId;
  }
  return undefined;
}

function isSame(one: Person, other: Person): boolean {
  return one.emailId === other.emailId && one.address.toLowerCase() === other.address.toLowerCase();
}

/**
 * Each copy has one recipient, so that a returned copy is about its holder alone, whatever addresses the report names: those of a list or
 * an alias behind it. With several of them, only the holder's own status is the holder's.
 */
function toldByReport(
  recipients: readonly RecipientStatus[],
  unnamed: RecipientStatus | undefined,
  kind: EvidenceKind,
  holder: Matched | undefined,
  emailId: string | undefined,
  sent: Sent,
): readonly Told[] {
  if (holder === undefined) {
    return recipients.map(status => {
      const matched = byAddress(addressesOf(status), emailId, sent, kind);
      return told(status.address, matched, emailId, status);
    });
  }
  const own = recipients.find(status =>
    addressesOf(status).some(address => isSame({ ...holder.person, address }, holder.person)),
  );
  const status = own ?? (recipients.length <= 1 ? (recipients[0] ?? unnamed) : undefined);
  const others = status === undefined ? recipients : recipients.filter(one => one !== status);
  const first =
    status === undefined
      ? []
      : [told(status.address, withAddress(holder, own, kind), holder.person.emailId, status)];
  return [...first, ...others.map(one => told(one.address, undefined, holder.person.emailId, one))];
}

function addressesOf({ originalRecipient, address }: RecipientStatus): readonly string[] {
  return originalRecipient === '' ? [address] : [originalRecipient, address];
}

function withAddress(holder: Matched, own: RecipientStatus | undefined, kind: EvidenceKind): Matched {
  return own === undefined
    ? holder
    : { ...holder, evidence: [...holder.evidence, { kind, found: own.address }] };
}

function toldOfAddresses(
  addresses: readonly string[],
  holder: Matched | undefined,
  emailId: string | undefined,
  sent: Sent,
  kind: EvidenceKind,
): readonly Told[] {
  if (holder !== undefined) return [told(addresses[0] ?? '', holder, holder.person.emailId)];
  return addresses.map(address => told(address, byAddress([address], emailId, sent, kind), emailId));
}

/** By From before a quoted copy: in group mail, people also quote the copies of others. */
function toldByAnswer(from: string, holder: Matched | undefined, emailId: string, sent: Sent): Told {
  const byFrom = byAddress([from], emailId, sent, 'from');
  return told(from, byFrom ?? holder, emailId);
}

function byAddress(
  addresses: readonly string[],
  emailId: string | undefined,
  sent: Sent,
  kind: EvidenceKind,
): Matched | undefined {
  if (emailId === undefined) return undefined;
  for (const found of addresses) {
    const person = found === '' ? undefined : sent.personOfAddress(emailId, found);
    if (person !== undefined) return { person, evidence: [{ kind, found }], isProven: false };
  }
  return undefined;
}

function told(
  address: string,
  matched: Matched | undefined,
  emailId: string | undefined,
  status?: RecipientStatus,
): Told {
  return {
    address,
    ...(matched !== undefined && { matched }),
    ...(emailId !== undefined && { emailId }),
    ...(status !== undefined && { status }),
  };
}
