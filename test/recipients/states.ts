import type { RecipientState } from '../../src/recipients/recipient.js';
import type { Cause } from '../../src/recipients/transitions.js';

/** Every state, and every cause; the types notice one that is missing. */
export const states = Object.keys({
  pending: 0,
  sending: 0,
  accepted: 0,
  deferred: 0,
  rejected: 0,
  uncertain: 0,
  skipped: 0,
} satisfies Record<RecipientState, 0>) as readonly RecipientState[];

export const causes = Object.keys({
  intended: 0,
  accepted: 0,
  deferred: 0,
  rejected: 0,
  uncertain: 0,
  'not-sent': 0,
  'sender-refused': 0,
  abandoned: 0,
  opened: 0,
  'resolved-accepted': 0,
  'resolved-skipped': 0,
  resend: 0,
  cancelled: 0,
  suppressed: 0,
  'sender-cleared': 0,
  'given-up': 0,
} satisfies Record<Cause, 0>) as readonly Cause[];
