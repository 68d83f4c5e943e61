import type { EvidenceKind } from '../returned/match.js';
import type { ReturnedFact } from '../returned/returned-fact.js';

/** A bounce, complaint or reply about one recipient, as it is stored. */
export interface RecipientReturn
  extends Pick<
    ReturnedFact,
    'kind' | 'at' | 'hardness' | 'status' | 'diagnostic' | 'returnsOn' | 'isProven'
  > {
  readonly recipientNumber: number;
  readonly evidence: readonly EvidenceKind[];
}

/** What became of an accepted copy. `unknown`: nothing came back, which most servers leave it at. */
export type DeliveryVerdict = 'failed' | 'delayed' | 'confirmed' | 'unknown';

/** Later facts about one recipient: the state stays what SMTP said. */
export interface ReturnedSummary {
  readonly delivery: DeliveryVerdict;
  /** The newest failure; undefined with every other verdict. */
  readonly bounce?: RecipientReturn;
  /** The first answer of the person. */
  readonly repliedAt?: Date;
  /** The first answer of a program. */
  readonly autoRepliedAt?: Date;
  /** The day that the newest automatic reply names for the return. */
  readonly returnsOn?: string;
  /** The first complaint. */
  readonly complainedAt?: Date;
}

export const nothingReturned: ReturnedSummary = { delivery: 'unknown' };

/** @param fact the next one in order of time. */
export function addReturn(before: ReturnedSummary, fact: RecipientReturn): ReturnedSummary {
  switch (fact.kind) {
    case 'failed':
      return { ...before, delivery: 'failed', bounce: fact };
    case 'delayed':
      return before.delivery === 'unknown' ? { ...before, delivery: 'delayed' } : before;
    case 'delivered': {
      const { bounce: _, ...others } = before;
      return { ...others, delivery: 'confirmed' };
    }
    // It left for a place that says nothing.
    case 'relayed':
    case 'expanded':
      return before;
    case 'displayed':
      return arrived(before);
    case 'complaint':
      return { ...arrived(before), complainedAt: before.complainedAt ?? fact.at };
    case 'reply':
      return { ...arrived(before), repliedAt: before.repliedAt ?? fact.at };
    case 'automatic-reply': {
      const returnsOn = fact.returnsOn ?? before.returnsOn;
      return {
        ...arrived(before),
        autoRepliedAt: before.autoRepliedAt ?? fact.at,
        ...(returnsOn !== undefined && { returnsOn }),
      };
    }
  }
}

/** Whoever answers has the message; an address that it was passed on to may have failed all the same. */
function arrived(before: ReturnedSummary): ReturnedSummary {
  return before.delivery === 'failed' ? before : { ...before, delivery: 'confirmed' };
}
