import { countsAgainstAddress } from './consequence.js';
import type { DeliveryAction } from './delivery-status.js';
import type { EvidenceKind, Told } from './match.js';
import type { Returned } from './read-returned.js';
import type { Hardness } from './reason.js';

/** What came back, as it is recorded: the actions of RFC 3464 §2.3.3, a complaint, or an answer. */
export type ReturnedKind = DeliveryAction | 'complaint' | 'displayed' | 'reply' | 'automatic-reply';

/** One message that came back, as far as it is about one recipient. A later fact: what SMTP said stays as it was. */
export interface ReturnedFact {
  readonly kind: ReturnedKind;
  readonly at: Date;
  /** As the message names it; '' when it names nobody. */
  readonly address: string;
  /** Only of a failure. */
  readonly hardness?: Hardness;
  /** RFC 3463; '' without one. */
  readonly status: string;
  /** RFC 5321 §4.2; 0 without one. */
  readonly replyCode: number;
  /** The words of the server, on one line; '' without any. */
  readonly diagnostic: string;
  /** Whether it says anything about the address, and so counts among soft failures in a row. */
  readonly countsAgainstAddress: boolean;
  /** Of an automatic reply: `2026-12-05`. */
  readonly returnsOn?: string;
  /** What told whom it is about; empty when nothing did. */
  readonly evidence: readonly EvidenceKind[];
  /** Whether only somebody who had the copy can have written it. */
  readonly isProven: boolean;
}

/** @returns undefined when nothing follows from the message: it says that the mail was wanted, or that it was not displayed. */
export function returnedFact(returned: Returned, told: Told, at: Date): ReturnedFact | undefined {
  const kind = kindOf(returned, told);
  if (kind === undefined) return undefined;
  const { status, matched } = told;
  const returnsOn = returned.kind === 'automatic-reply' ? returned.returnsOn : undefined;
  return {
    kind,
    at,
    address: told.address,
    ...(status?.action === 'failed' && { hardness: status.hardness }),
    status: status?.status ?? '',
    replyCode: status?.replyCode ?? 0,
    // The type of the words that follow. RFC 3464 §2.3.6
    diagnostic: (status?.diagnostic ?? '').replace(/^(?:smtp|x-[\w-]{1,40});\s{0,5}/i, ''),
    countsAgainstAddress: status !== undefined && countsAgainstAddress(status),
    ...(returnsOn !== undefined && { returnsOn }),
    evidence: (matched?.evidence ?? []).map(one => one.kind),
    isProven: matched?.isProven === true,
  };
}

function kindOf(returned: Returned, { status }: Told): ReturnedKind | undefined {
  switch (returned.kind) {
    case 'delivery-status':
      return status?.action;
    case 'complaint':
      return returned.isUnwanted ? 'complaint' : undefined;
    case 'disposition':
      return returned.disposition === 'displayed' ? 'displayed' : undefined;
    case 'other':
      return undefined;
    case 'reply':
    case 'automatic-reply':
      return returned.kind;
  }
}
