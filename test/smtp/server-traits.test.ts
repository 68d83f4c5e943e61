import { describe, expect, it } from 'vitest';
import { greetingKey, traitsOf } from '../../src/smtp/server-traits.js';

const ehlo = (...lines: string[]) => ({ code: 250, lines, text: lines.join(' '), enhancedStatusCode: '' });

// Greetings and replies as the servers of Debian 12 and npm give them.
const takes = [
  ['Postfix', 'mail.example.org ESMTP Postfix', ehlo('mail.example.org', 'PIPELINING', 'SIZE 10240000')],
  [
    'Postfix of Debian',
    'mail.example.org ESMTP Postfix (Debian/GNU)',
    ehlo('mail.example.org', 'PIPELINING'),
  ],
  [
    'Postfix with a greeting of its own',
    'mail.example.org at your service',
    ehlo(
      'mail.example.org',
      'PIPELINING',
      'SIZE 10240000',
      'VRFY',
      'ETRN',
      'ENHANCEDSTATUSCODES',
      '8BITMIME',
      'DSN',
    ),
  ],
  [
    'smtp-sink of Postfix',
    'smtp-sink ESMTP',
    ehlo('smtp-sink', 'PIPELINING', '8BITMIME', 'AUTH PLAIN LOGIN', 'XCLIENT NAME HELO'),
  ],
  [
    'Exim',
    'mail.example.org ESMTP Exim 4.96 Mon, 30 Nov 2026 12:00:00 +0000',
    ehlo('mail.example.org Hello [127.0.0.1]'),
  ],
  [
    'sendmail',
    'mail.example.org ESMTP Sendmail 8.17.1.9/8.17.1.9/Debian-2; Mon, 30 Nov 2026',
    ehlo('mail.example.org'),
  ],
  [
    'qpsmtpd',
    'mail.example.org ESMTP qpsmtpd 0.94 ready; send us your mail',
    ehlo('mail.example.org Hi host'),
  ],
  [
    'smtp-server',
    'mail.example.org ESMTP',
    ehlo('mail.example.org Nice to meet you, [127.0.0.1]', 'PIPELINING'),
  ],
] as const;

const refuses = [
  ['Haraka', 'mail.example.org ESMTP Haraka/3.3.4 ready (1EB25B)', ehlo('mail.example.org', 'PIPELINING')],
  [
    'Haraka with a greeting of its own',
    'mail.example.org ESMTP',
    ehlo('mail.example.org Hello host [127.0.0.1], Haraka is at your service.', 'PIPELINING'),
  ],
  ['chasquid', 'mail.example.org ESMTP chasquid', ehlo('mail.example.org - hello', 'PIPELINING')],
  ['Dovecot', 'mail.example.org Dovecot (Debian) ready.', ehlo('mail.example.org', 'PIPELINING')],
  [
    'Dovecot with a greeting of its own',
    'welcome',
    ehlo('mail.example.org', '8BITMIME', 'BURL imap', 'PIPELINING'),
  ],
  [
    'Courier',
    'mail.example.org ESMTP',
    ehlo('mail.example.org Ok.', 'XVERP=Courier', 'XEXDATA', 'PIPELINING'),
  ],
] as const;

describe('a server', () => {
  it.each(takes)('is known to take an envelope behind a final dot: %s', (_, greeting, reply) => {
    expect(traitsOf(greeting, reply).overlap).toBe('taken');
  });

  it.each(refuses)('is known not to take an envelope behind a final dot: %s', (_, greeting, reply) => {
    expect(traitsOf(greeting, reply).overlap).toBe('not-taken');
  });

  it.each([
    ['mx.google.com ESMTP c24si3754682pfl.259 - gsmtp'],
    ['mail.example.org ESMTP'],
    ['postfix.example.org ESMTP ready'],
    [''],
  ])('is not known by “%s”', greeting => {
    expect(traitsOf(greeting, ehlo('mail.example.org', 'PIPELINING')).overlap).toBe('untried');
    expect(traitsOf(greeting, undefined).overlap).toBe('untried');
  });

  it('gets ten messages in a session when it is Exim, which queues the eleventh', () => {
    expect(traitsOf('mail.example.org ESMTP Exim 4.96', undefined).messagesPerSession).toBe(10);
    expect(traitsOf('mail.example.org ESMTP Postfix', undefined).messagesPerSession).toBeUndefined();
  });
});

describe('the key of a greeting', () => {
  it.each([
    [
      'mail.example.org ESMTP Exim Mon, 30 Nov 2026 12:00:00 +0000',
      'mail.example.org ESMTP Exim Tue, 01 Dec 2026 07:13:09 +0100',
    ],
    [
      'mx.google.com ESMTP c24si3754682pfl.259 - gsmtp',
      'mx.google.com ESMTP 6a1803df08f44-8971cdd1541sm111706126d6.49 - gsmtp',
    ],
    ['relay-3.example.org ESMTP ready (1EB25B)', 'relay-12.example.org ESMTP ready (77C01A)'],
  ])('is the same from one session to the next: %s', (one, other) => {
    expect(greetingKey(one)).toBe(greetingKey(other));
  });

  it('tells different servers apart', () => {
    expect(greetingKey('mail.example.org ESMTP A')).not.toBe(greetingKey('mail.example.org ESMTP B'));
  });

  it('has at most 300 characters', () => {
    expect(greetingKey('x '.repeat(50_000)).length).toBeLessThanOrEqual(300);
    expect(greetingKey('x'.repeat(50_000))).toBe('x'.repeat(300));
  });
});
