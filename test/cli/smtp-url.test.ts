import { describe, expect, it } from 'vitest';
import { findBadPort, parseSmtpUrl } from '../../src/cli/smtp-url.js';

describe('an SMTP URL', () => {
  it.each([
    [
      'smtp://mail.example.org',
      { host: 'mail.example.org', port: undefined, tls: undefined, user: undefined, password: undefined },
    ],
    [
      'SMTPS://Anna%40x:p%3Aw@[::1]:465',
      { host: '::1', port: 465, tls: 'implicit', user: 'Anna@x', password: 'p:w' },
    ],
  ])('%s is read', (text, value) => {
    expect(parseSmtpUrl(text)).toEqual({ ok: true, value });
  });

  it.each(['mail.example.org:25', 'http://mail.example.org', 'smtp://', ''])('%j is refused', text => {
    expect(parseSmtpUrl(text)).toEqual({
      ok: false,
      why: 'is not of the form smtp://user@host:587 or smtps://user@host:465',
    });
  });

  it.each(['a.example%0ab.example', 'a.example%00', 'a.example%2fb.example', 'a.example%40b.example', '%20'])(
    'with the host %s is refused',
    host => {
      expect(parseSmtpUrl(`smtp://anna@${host}`)).toEqual({
        ok: false,
        why: 'has a host with characters that no host has',
      });
    },
  );

  it('with a user that is an address, as mutt writes it, is read', () => {
    const url = parseSmtpUrl('smtps://anna@example.org@mail.example.org:465/');
    expect(url).toMatchObject({
      ok: true,
      value: { user: 'anna@example.org', host: 'mail.example.org', port: 465 },
    });
  });

  it('with international letters is read however often it is asked for', () => {
    const isRead = () => parseSmtpUrl('smtp://anna@émile.example').ok;
    expect(Array.from({ length: 9_000 }, isRead).every(Boolean)).toBe(true);
  });

  it('with a password that is not encoded is refused without it', () => {
    expect(parseSmtpUrl('smtp://anna:100%sure@mail.example.org')).toEqual({
      ok: false,
      why: 'has a "%" that is not the beginning of an encoded octet; write a "%" itself as %25',
    });
  });
});

it('quotes a port only where it cannot be a password', () => {
  const why = 'it has to be a port, a whole number from 1 to 65535';
  expect(findBadPort('smtp://anna:canary-4711')).toBe(`has no valid port: ${why}`);
  expect(findBadPort('smtp://anna:47114711')).toBe(`has no valid port: ${why}`);
  expect(findBadPort('smtp://anna:canary-4711@mail.example.org:x')).toBe(`has the port "x": ${why}`);
  expect(findBadPort('smtp://mail.example.org:99999')).toBe(`has the port "99999": ${why}`);
  expect(findBadPort('smtp://anna:canary-4711@mail.example.org:25')).toBeUndefined();
});
