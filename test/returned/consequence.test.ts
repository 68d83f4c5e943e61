import { describe, expect, it } from 'vitest';
import {
  consequenceOf,
  countsAgainstAddress,
  softFailuresToSuppress,
} from '../../src/returned/consequence.js';
import type { Told } from '../../src/returned/match.js';
import { readReturned } from '../../src/returned/read-returned.js';
import type { RecipientStatus } from '../../src/returned/recipient-status.js';
import { deliveryStatusNotification } from './reports.js';

const report = await readReturned(
  Buffer.from(
    deliveryStatusNotification(
      '',
      'Final-Recipient: rfc822; anna@example.com\nAction: failed\nStatus: 5.1.1',
    ),
  ),
);
const complaint = {
  kind: 'complaint',
  feedbackType: 'abuse',
  isUnwanted: true,
  addresses: [],
  original: new Uint8Array(),
  parts: report.parts,
} as const;

const noSuchUser: RecipientStatus = {
  address: 'anna@example.com',
  originalRecipient: '',
  action: 'failed',
  hardness: 'hard',
  reason: 'unknown-mailbox',
  status: '5.1.1',
  replyCode: 550,
  diagnostic: '550 5.1.1 No such user',
};
const full: RecipientStatus = {
  ...noSuchUser,
  hardness: 'soft',
  reason: 'full',
  status: '5.2.2',
  replyCode: 552,
};
const once = { softInARow: 1 };

/** Whom it is about is proven, unless said otherwise. */
function told(status: RecipientStatus | undefined, isProven = true): Told {
  const person = { emailId: 'em_1', position: 0, address: 'anna@example.com' };
  return {
    address: person.address,
    emailId: 'em_1',
    matched: { person, evidence: [], isProven },
    ...(status !== undefined && { status }),
  };
}

describe('a report on delivery', () => {
  it('of a hard failure suppresses the address', () => {
    expect(consequenceOf(report, told(noSuchUser), once)).toEqual({
      kind: 'suppress',
      address: 'anna@example.com',
      reason: 'hard-bounce',
    });
  });

  it('that anybody can have written suppresses nobody', () => {
    expect(consequenceOf(report, told(noSuchUser, false), once)).toEqual({ kind: 'record', why: 'unproven' });
    expect(consequenceOf(report, { address: 'anna@example.com', status: noSuchUser }, once)).toEqual({
      kind: 'record',
      why: 'unmatched',
    });
  });

  it('of soft failures suppresses the address at the fifth in a row', () => {
    expect(consequenceOf(report, told(full), { softInARow: softFailuresToSuppress - 1 })).toEqual({
      kind: 'record',
      why: 'few-so-far',
    });
    expect(consequenceOf(report, told(full), { softInARow: softFailuresToSuppress })).toEqual({
      kind: 'suppress',
      address: 'anna@example.com',
      reason: 'soft-bounces',
    });
  });

  it.each(['delayed', 'delivered', 'relayed', 'expanded'] as const)(
    'that says %s suppresses nobody',
    action => {
      expect(consequenceOf(report, told({ ...noSuchUser, action }), { softInARow: 9 })).toEqual({
        kind: 'record',
        why: 'not-final',
      });
    },
  );

  it.each(['sender', 'content', 'size', 'policy'] as const)(
    'about the %s never counts against the address',
    reason => {
      const status = { ...full, reason };
      expect(countsAgainstAddress(status)).toBe(false);
      expect(consequenceOf(report, told(status), { softInARow: 9 })).toEqual({
        kind: 'record',
        why: 'not-the-address',
      });
    },
  );

  it('of 552 without a status of the mailbox never counts against the address', () => {
    expect(countsAgainstAddress({ ...full, status: '' })).toBe(false);
    expect(countsAgainstAddress(full)).toBe(true);
  });
});

describe('a complaint', () => {
  it('suppresses the address, when it came with the copy', () => {
    expect(consequenceOf(complaint, told(undefined), once)).toEqual({
      kind: 'suppress',
      address: 'anna@example.com',
      reason: 'complaint',
    });
    expect(consequenceOf(complaint, told(undefined, false), once)).toEqual({
      kind: 'record',
      why: 'unproven',
    });
  });

  it('that says the mail was wanted suppresses nobody', () => {
    expect(
      consequenceOf({ ...complaint, feedbackType: 'not-spam', isUnwanted: false }, told(undefined), once),
    ).toEqual({
      kind: 'record',
      why: 'no-complaint',
    });
  });
});
