import { describe, expect, it } from 'vitest';
import { mailboxKey, SameMailboxes } from '../../src/recipients/same-mailbox.js';
import { mailbox } from './people.js';

describe('addresses of one mailbox', () => {
  it.each([
    ['Bob@x.example', 'bob@X.example', true],
    ['bob@x.example', 'bob+news@x.example', true],
    ['bob+a@x.example', 'bob+b@x.example', true],
    ['b.o.b@gmail.com', 'bob@gmail.com', true],
    ['bob@googlemail.com', 'B.ob+list@gmail.com', true],
    ['b.ob@x.example', 'bob@x.example', false],
    ['bob@x.example', 'bob@y.example', false],
    ['+bob@x.example', '+ann@x.example', false],
    ['bob@mail.gmail.com', 'b.ob@mail.gmail.com', false],
  ])('%s and %s: %s', (one, other, same) => {
    expect(mailboxKey(one) === mailboxKey(other)).toBe(same);
  });

  it('are told in pairs, the first five of them', () => {
    const found = new SameMailboxes();
    expect(found.warnings()).toEqual([]);
    found.add({ mailbox: mailbox('bob@x.example') });
    found.add({ mailbox: mailbox('bob+news@x.example') });
    expect(found.warnings()).toEqual([
      '1 address may reach a mailbox that is named already: bob+news@x.example (bob@x.example)',
    ]);
    for (let number = 1; number < 7; number += 1) found.add({ mailbox: mailbox(`bob+${number}@x.example`) });
    expect(found.warnings()).toEqual([
      '7 addresses may reach mailboxes that are named already: bob+news@x.example (bob@x.example), bob+1@x.example (bob@x.example), bob+2@x.example (bob@x.example), bob+3@x.example (bob@x.example), bob+4@x.example (bob@x.example) and 2 more',
    ]);
  });
});
