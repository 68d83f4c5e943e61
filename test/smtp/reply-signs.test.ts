import { describe, expect, it } from 'vitest';
import { type Reply, ReplyParser } from '../../src/smtp/reply.js';
import { ReplySigns } from '../../src/smtp/reply-signs.js';
import { fc } from '../properties/fast-check.js';

function reply(line: string): Reply {
  const [first] = new ReplyParser().feed(Buffer.from(`${line}\r\n`)).replies;
  if (first === undefined) throw new Error('no reply');
  return first;
}

function learned(mail: string, rcpt: string): ReplySigns {
  const signs = new ReplySigns();
  signs.learn('mail', reply(mail));
  signs.learn('rcpt', reply(rcpt));
  return signs;
}

describe('the words of a server', () => {
  it.each([
    ['Postfix', '250 2.1.0 Ok', '250 2.1.5 Ok', true],
    ['Exim', '250 OK', '250 Accepted', true],
    ['OpenSMTPD', '250 2.0.0 Ok', '250 2.1.5 Destination address valid: Recipient ok', true],
    ['Sendmail', '250 2.1.0 <a@x.example>... Sender ok', '250 2.1.5 <b@x.example>... Recipient ok', true],
    ['one that repeats the address', '250 <a@x.example> is fine', '250 <b@x.example> is fine', false],
    ['one of few words', '250 ok', '250 ok', false],
  ])('of %s tell MAIL from RCPT, or do not', (_, mail, rcpt, distinct) => {
    const signs = learned(mail, rcpt);
    expect(signs.areDistinct).toBe(distinct);
    expect(signs.isOfAnother('mail', reply(rcpt))).toBe(distinct);
    expect(signs.isOfAnother('rcpt', reply(mail))).toBe(distinct);
    expect(signs.isOfAnother('mail', reply(mail))).toBe(false);
    expect(signs.isOfAnother('rcpt', reply('251 never heard before'))).toBe(false);
  });

  it('are those heard first, and nothing before both are known', () => {
    const signs = new ReplySigns();
    signs.learn('mail', reply('250 one'));
    signs.learn('mail', reply('250 two'));
    expect(signs.areDistinct).toBe(false);
    signs.learn('rcpt', reply('250 two'));
    expect(signs.isOfAnother('mail', reply('250 two'))).toBe(true);
  });

  it('are not told apart before the reply to MAIL was heard as well', () => {
    const signs = new ReplySigns();
    signs.learn('rcpt', reply('250 2.1.5 Ok'));
    expect([signs.areDistinct, signs.isToRecipient(reply('250 2.1.5 Ok'))]).toEqual([false, false]);
  });

  it.each([
    ['2.1.5 Ok', '2.1.0 Ok', '2.1.5 Ok', true],
    ['2.0.0 queued', '2.1.0 Ok', '2.1.5 Ok', false],
    ['2.1.0 Ok', '2.1.0 Ok', '2.1.5 Ok', false],
    ['ok', 'ok', 'ok', false],
  ])('a message that is answered with “%s” has the reply to RCPT, or not', (text, mail, rcpt, expected) => {
    expect(learned(`250 ${mail}`, `250 ${rcpt}`).isToRecipient(reply(`250 ${text}`))).toBe(expected);
  });

  it.each([
    '<c@y.example>',
    '"c@y.example"',
    '(c@y.example)',
    '[c@y.example]',
    '<c@y.example>,',
    'c@y.example',
  ])('are the same with another address, also written as %s', address => {
    const signs = learned('250 <a@x.example> sender fine', '250 "b@x.example" recipient fine');
    expect(signs.isOfAnother('mail', reply(`250 ${address} recipient fine`))).toBe(true);
    expect(signs.isOfAnother('rcpt', reply(`250 ${address} sender fine`))).toBe(true);
  });

  it('have words with an "@" in front or behind that are no addresses', () => {
    const signs = learned('250 @x ok', '250 y@ ok');
    expect([signs.areDistinct, signs.isOfAnother('mail', reply('250 y@ ok'))]).toEqual([true, true]);
  });

  it('accuse no reply of being misplaced that is worded as its own', () => {
    const text = fc.stringMatching(/^[ -~]{0,30}$/).map(words => `250 ${words}`);
    fc.assert(
      fc.property(text, text, (mail, rcpt) => {
        const signs = learned(mail, rcpt);
        expect(signs.isOfAnother('mail', reply(mail))).toBe(false);
        expect(signs.isOfAnother('rcpt', reply(rcpt))).toBe(false);
      }),
    );
  });
});
