import { describe, expect, it } from 'vitest';
import { cluesOf } from '../../src/returned/clues.js';
import { matchReturned, type Person, type Sent } from '../../src/returned/match.js';
import { readReturned } from '../../src/returned/read-returned.js';
import { deliveryStatusNotification, letter, plainReport, returnedHeader } from './reports.js';

const anna: Person = { emailId: 'em_group', position: 0, address: 'anna@example.com' };
const ben: Person = { emailId: 'em_group', position: 1, address: 'ben@example.com' };
const carl: Person = { emailId: 'em_each', position: 0, address: 'carl@example.com' };
const tokenOf = (letterOfToken: string) => letterOfToken.repeat(44);

/** A group mail to Anna and Ben, and a message of his own to Carl. */
const sent: Sent = {
  personOfToken: token => ({ [tokenOf('a')]: anna, [tokenOf('b')]: ben, [tokenOf('c')]: carl })[token],
  personOfEnvelopeId: id => (id === 'em.anna' ? anna : undefined),
  emailOfMessageId: id =>
    id === '<meeting@example.org>'
      ? { emailId: 'em_group' }
      : id === '<carl@example.org>'
        ? { emailId: 'em_each', person: carl }
        : undefined,
  personOfAddress: (emailId, address) =>
    [anna, ben, carl].find(one => one.emailId === emailId && one.address === address.toLowerCase()),
};

/** One line for each address that a message tells of: the person it is about, what told so, and whether it is proven. */
async function told(text: string): Promise<readonly string[]> {
  const returned = await readReturned(Buffer.from(text));
  return matchReturned(returned, await cluesOf(returned), sent).map(({ address, emailId, matched }) =>
    matched === undefined
      ? `${address || 'nobody'}: unmatched in ${emailId ?? 'no email'}`
      : `${address || 'nobody'}: ${matched.person.address} by ${matched.evidence.map(({ kind }) => kind).join(', ')}${matched.isProven ? ', proven' : ''}`,
  );
}

const failure = (address: string) => `Final-Recipient: rfc822; ${address}\nAction: failed\nStatus: 5.1.1`;

describe('a report on delivery is about', () => {
  it('the holder of the token in the address that it was sent to', async () => {
    const text = deliveryStatusNotification('', failure('anna@example.com'));
    expect(
      await told(text.replace('To: sender@example.org', `To: bounces+${tokenOf('a')}@example.org`)),
    ).toEqual(['anna@example.com: anna@example.com by reverse-path-token, recipient-field, proven']);
  });

  it('the recipient whose transaction had its ENVID', async () => {
    expect(
      await told(
        deliveryStatusNotification('', `Original-Envelope-Id: em.anna\n\n${failure('anna@example.com')}`),
      ),
    ).toEqual(['anna@example.com: anna@example.com by envelope-id, recipient-field, proven']);
  });

  it('the holder of a token in the returned header, in any case', async () => {
    const header = `${returnedHeader}\nList-Unsubscribe: <https://t.example/unsubscribe/${tokenOf('A')}>`;
    expect(
      await told(deliveryStatusNotification('', failure('someone.else@mailbox.example'), header)),
    ).toEqual(['someone.else@mailbox.example: anna@example.com by header-token, proven']);
  });

  it('the holder of the pixel in the returned body, which was cut by quoted-printable', async () => {
    const html = `<img src=3D"https://t.example/email_opened/${tokenOf('b').slice(0, 20)}=\n${tokenOf('b').slice(20)}/tracking.png">`;
    const original = `${returnedHeader}\nContent-Type: text/html\nContent-Transfer-Encoding: quoted-printable\n\n${html}`;
    expect(await told(deliveryStatusNotification('', failure('ben@example.com'), original))).toEqual([
      'ben@example.com: ben@example.com by body-token, recipient-field, proven',
    ]);
  });

  it('the recipient of the one copy with that Message-ID', async () => {
    const header = returnedHeader.replace('<meeting@example.org>', '<carl@example.org>');
    expect(await told(deliveryStatusNotification('', failure('carl@example.com'), header))).toEqual([
      'carl@example.com: carl@example.com by message-id, recipient-field, proven',
    ]);
  });

  it('one of the people of the group mail, which is no proof: all of them know its Message-ID', async () => {
    expect(await told(deliveryStatusNotification('', failure('Ben@Example.com')))).toEqual([
      'Ben@Example.com: ben@example.com by recipient-field',
    ]);
    const text = `<anna@example.com>: 550 5.1.1 No such user\n\n--- Below this line is a copy of the message.\n\n${returnedHeader}`;
    expect(await told(plainReport({ text }))).toEqual([
      'anna@example.com: anna@example.com by address-in-words',
    ]);
  });

  it('the address that was written to, where the one it went to is unknown', async () => {
    const status = `Original-Recipient: rfc822; anna@example.com\n${failure('a.smith@mailbox.example')}`;
    expect(await told(deliveryStatusNotification('', status))).toEqual([
      'a.smith@mailbox.example: anna@example.com by recipient-field',
    ]);
  });

  it('nobody, where it names an address outside of the email, or no email of ours', async () => {
    expect(await told(deliveryStatusNotification('', failure('carl@example.com')))).toEqual([
      'carl@example.com: unmatched in em_group',
    ]);
    const header = returnedHeader.replace('<meeting@example.org>', '<other@example.net>');
    expect(await told(deliveryStatusNotification('', failure('anna@example.com'), header))).toEqual([
      'anna@example.com: unmatched in no email',
    ]);
  });

  it('the holder of the copy alone, though it names another person of the same email', async () => {
    const header = `${returnedHeader}\nList-Unsubscribe: <https://t.example/unsubscribe/${tokenOf('a')}>`;
    const status = `${failure('ben@example.com')}\n\n${failure('anna@example.com')}`;
    expect(await told(deliveryStatusNotification('', status, header))).toEqual([
      'anna@example.com: anna@example.com by header-token, recipient-field, proven',
      'ben@example.com: unmatched in em_group',
    ]);
  });

  it('none of the members of a list, when the holder is the list', async () => {
    const header = `${returnedHeader}\nList-Unsubscribe: <https://t.example/unsubscribe/${tokenOf('a')}>`;
    const status = `${failure('m1@list.example')}\n\n${failure('m2@list.example')}`;
    expect(await told(deliveryStatusNotification('', status, header))).toEqual([
      'm1@list.example: unmatched in em_group',
      'm2@list.example: unmatched in em_group',
    ]);
  });

  it('the holder of the copy, where it names nobody', async () => {
    const header = `${returnedHeader}\nList-Unsubscribe: <https://t.example/unsubscribe/${tokenOf('a')}>`;
    expect(await told(plainReport({ text: `Your message could not be delivered.\n\n${header}` }))).toEqual([
      'nobody: anna@example.com by header-token, proven',
    ]);
  });
});

describe('an answer is', () => {
  it('of the person in From, by its thread', async () => {
    const header = [
      'In-Reply-To: <1@elsewhere.example>',
      'References: <meeting@example.org> <1@elsewhere.example>',
    ];
    expect(await told(letter({ header, text: 'Yes.' }))).toEqual([
      'anna@example.com: anna@example.com by from',
    ]);
  });

  it('of the holder of the copy that it quotes, from any address', async () => {
    const text = `Yes.\n\n> https://t.example/unsubscribe/${tokenOf('b')}`;
    expect(await told(letter({ from: 'private@example.net', text }))).toEqual([
      'private@example.net: ben@example.com by body-token, proven',
    ]);
  });

  it('of the person in From, though it quotes the copy of another', async () => {
    const text = `Yes.\n\n> https://t.example/unsubscribe/${tokenOf('b')}`;
    expect(await told(letter({ header: ['In-Reply-To: <meeting@example.org>'], text }))).toEqual([
      'anna@example.com: anna@example.com by from',
    ]);
  });

  it('of the one recipient of a message of their own, from any address', async () => {
    expect(
      await told(
        letter({ from: 'private@example.net', header: ['In-Reply-To: <carl@example.org>'], text: 'Yes.' }),
      ),
    ).toEqual(['private@example.net: carl@example.com by message-id, proven']);
  });

  it('shown without a person, where only the email is known', async () => {
    expect(
      await told(
        letter({ from: 'x@example.net', header: ['In-Reply-To: <meeting@example.org>'], text: 'Yes.' }),
      ),
    ).toEqual(['x@example.net: unmatched in em_group']);
  });

  it('nothing of ours without a thread or a token', async () => {
    expect(await told(letter({ text: 'Yes.' }))).toEqual([]);
  });
});
