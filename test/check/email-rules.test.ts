import { describe, expect, it } from 'vitest';
import { checkEmail } from '../../src/check/email-rules.js';
import type { AddrSpec, Mailbox } from '../../src/message/mailbox.js';

const from = (addrSpec: string): Mailbox => ({ name: '', addrSpec: addrSpec as AddrSpec });
const email = {
  mode: 'each',
  recipients: 51,
  from: from('a@example.com'),
  hasUnsubscribeLink: true,
} as const;
const codes = (part: object) => checkEmail({ ...email, ...part }).map(({ code }) => code);

describe('a relay that gives every copy a Message-ID of its own', () => {
  const few = {
    recipients: 2,
    from: { name: '', addrSpec: 'a@example.com' as AddrSpec },
    hasUnsubscribeLink: false,
  };
  const replacingRelay = 'smtp-relay.brevo.com';

  it('is told of where the copies share one', () => {
    expect(checkEmail({ ...few, mode: 'group', replacingRelay })).toEqual([
      {
        severity: 'warning',
        code: 'message-id-replaced',
        what: 'smtp-relay.brevo.com gives every copy a Message-ID of its own; replies find each other by References, which all copies share',
        fix: 'Send through a server that leaves Message-ID alone if the thread matters: some mail programs show one for each reply.',
        about: '',
      },
    ]);
    expect(checkEmail({ ...few, mode: 'each', replacingRelay })).toEqual([]);
    expect(checkEmail({ ...few, mode: 'group', replacingRelay: undefined })).toEqual([]);
  });
});

describe('answers', () => {
  const few = { ...email, recipients: 2 };
  it.each([
    ['no-reply@example.com', [], ['from-no-reply']],
    ['noreply@example.com', [], ['from-no-reply']],
    ['Do.Not.Reply+7@example.com', [], ['from-no-reply']],
    ['donotreply@example.com', ['noreply@example.com'], ['from-no-reply']],
    ['no-reply@example.com', ['help@example.com'], []],
    ['noreplyhansen@example.com', [], []],
    ['news@no-reply.example.com', [], []],
  ])('from %s, to %j: %j', (sender, replyTo, found) => {
    const part = { ...few, from: from(sender), replyTo: replyTo.map(from) };
    expect(checkEmail(part).map(({ code }) => code)).toEqual(found);
  });

  it('that nobody reads are told of', () => {
    expect(checkEmail({ ...few, from: from('no-reply@example.com') })[0]).toMatchObject({
      severity: 'warning',
      what: 'answers go to no-reply@example.com, which says that nobody reads them',
    });
  });
});

describe('checkEmail', () => {
  it('wants a link to unsubscribe where a list gets one message each', () => {
    expect(codes({ hasUnsubscribeLink: false })).toEqual(['unsubscribe-missing']);
    expect(codes({ hasUnsubscribeLink: false, recipients: 50 })).toEqual([]);
    expect(codes({ hasUnsubscribeLink: false, mode: 'group' })).toEqual([]);
    expect(codes({})).toEqual([]);
  });

  it.each(['a@gmail.com', 'a@GMail.com', 'a@yahoo.co.uk', 'a@gmx.net', 'a@seznam.cz', 'a@proton.me'])(
    'knows %s for a private mailbox',
    address => {
      expect(codes({ from: from(address) })).toEqual(['from-freemail']);
      expect(codes({ from: from(address), recipients: 50 })).toEqual([]);
    },
  );

  it.each(['a@gmail.com.example', 'a@notgmail.com', 'a@live.example.com', 'a@mail.example.com'])(
    'does not take %s for one',
    address => expect(codes({ from: from(address) })).toEqual([]),
  );
});
