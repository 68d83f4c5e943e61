import { describe, expect, it } from 'vitest';
import { shownUrl, shownValue } from '../../../src/cli/config/mask-secrets.js';

const canary = 'canary-4711';

describe('a URL that is shown', () => {
  it.each([
    ['smtps://anna:canary-4711@mail.example.org:465', 'smtps://anna:********@mail.example.org:465'],
    ['SMTPS://anna:canary-4711@mail.example.org', 'SMTPS://anna:********@mail.example.org'],
    ['Smtp://anna%40example.org:canary-4711@[::1]:25', 'Smtp://anna%40example.org:********@[::1]:25'],
    ['imaps://anna:canary-4711@mail.example.org/INBOX', 'imaps://anna:********@mail.example.org/INBOX'],
    ['postgres://m:canary-4711@db.example.org/mail', 'postgres://m:********@db.example.org/mail'],
    ['smtp://:canary-4711@mail.example.org', 'smtp://:********@mail.example.org'],
  ])('%s has no password', (url, shown) => {
    expect(shownUrl(url)).toBe(shown);
  });

  it.each([
    'smtps://anna:canary@4711@mail.example.org',
    'smtps://anna:canary/4711@mail.example.org',
    'smtps://anna:canary?4711@mail.example.org',
    'smtps://anna:canary#4711@mail.example.org',
    'smtps://anna:canary 4711@mail.example.org',
    'smtps://exa\\anna:canary-4711@mail.example.org:x',
    'smtps://anna:canary-4711',
    'smtps:anna:canary-4711@mail.example.org',
    'smtps:/anna:canary-4711@mail.example.org',
    'anna:canary-4711@mail.example.org',
    '//anna:canary-4711@mail.example.org',
    'smtps://anna:canary-4711@',
    'smtps://anna:canary-4711@mail.example.org:99999',
    'smtps://anna:canary\n4711@mail.example.org',
    'postgres://db.example.org/mail?user=m&password=canary-4711',
    'postgres://db.example.org/mail?sslpassword=canary-4711',
    'https://t.example.com/?access_token=canary-4711',
  ])('%j is masked as a whole, since it cannot be read with certainty', url => {
    expect(shownUrl(url)).toBe('********');
  });

  it('a URL of more than 10,000 characters is masked as a whole', () => {
    expect(shownUrl(`https://t.example.com/${'a'.repeat(10_000)}`)).toBe('********');
  });

  it.each([
    'smtps://mail.example.org',
    'smtps://anna@mail.example.org:465',
    'smtp://anna%40example.org@mail.example.org',
    'smtps://anna@example.org@mail.example.org:465',
    'smtp://[::1]:2525',
    'https://t.example.com/pixels',
    'sqlite:/home/anna@work/mailtrack.db',
    '/home/anna@work/mailtrack.db',
    'mailtrack.db',
    'anna@example.org',
    'mail.example.org',
    '127.0.0.1:8081',
  ])('%s is shown as it is', url => {
    expect(shownUrl(url)).toBe(url);
  });
});

it('never shows a command, and shows mailboxes as they are', () => {
  const command = `echo ${canary}`;
  expect(shownValue({ key: 'smtp.password_command', secret: true }, command)).toBe('********');
  expect(shownValue({ key: 'from' }, 'Anna: news <anna@example.org>')).toBe('Anna: news <anna@example.org>');
  expect(shownValue({ key: 'send.connections' }, 4)).toBe(4);
});
