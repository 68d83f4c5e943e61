import { expect, it } from 'vitest';
import { chooseEhloName, parseEhloName, refusesEhloName } from '../../src/smtp/ehlo-name.js';

it.each([
  ['mail.example.org', 'mail.example.org'],
  ['Mail.Example.ORG', 'mail.example.org'],
  ['mail.example.org.', 'mail.example.org'],
  ['büro.example.org', 'xn--bro-hoa.example.org'],
  ['ip-10-0-0-5.eu-west-1.compute.example', 'ip-10-0-0-5.eu-west-1.compute.example'],
])('gives the host name when it is a domain: %s', (hostname, name) => {
  expect(chooseEhloName(hostname, '192.0.2.1')).toBe(name);
});

it.each([
  '',
  '.',
  'mylaptop',
  'mylaptop.',
  'localhost',
  'localhost.localdomain',
  'host.localhost',
  'db_1.internal',
  'db_1.example.org',
  'box.lan',
  'Annas-MacBook.local',
  'Anna’s MacBook.example.org',
  '-box.example.org',
  'box-.example.org',
  'box..example.org',
  '.example.org',
  '192.0.2.7',
  '[192.0.2.7]',
  'box.1',
  'mail.example.org\r\nRCPT TO:<anna@example.org>',
  `${'a'.repeat(64)}.example.org`,
  'мойноутбук',
])('gives the address when the host name is no domain that others know: %j', hostname => {
  expect(chooseEhloName(hostname, '192.0.2.1')).toBe('[192.0.2.1]');
});

it.each([
  ['192.0.2.1', '[192.0.2.1]'],
  ['::ffff:192.0.2.1', '[192.0.2.1]'],
  ['::FFFF:192.0.2.1', '[192.0.2.1]'],
  ['2001:db8::1', '[IPv6:2001:db8::1]'],
  ['::1', '[IPv6:::1]'],
  ['fe80::1%eth0', '[IPv6:fe80::1]'],
  ['', '[127.0.0.1]'],
  [undefined, '[127.0.0.1]'],
])('writes the address %j as a literal', (address, literal) => {
  expect(chooseEhloName('mylaptop', address)).toBe(literal);
  expect(parseEhloName(literal)).toEqual({ ok: true, value: literal });
});

it.each([
  ['mail.example.org', 'mail.example.org'],
  ['Büro.example.org', 'xn--bro-hoa.example.org'],
  ['laptop', 'laptop'],
  ['[ipv6:2001:db8::1]', '[IPv6:2001:db8::1]'],
])('takes %j from the configuration', (text, value) => {
  expect(parseEhloName(text)).toEqual({ ok: true, value });
});

it.each([
  ['db_1.internal', '"_" in the domain'],
  ['mail.example.org.', 'a dot at the edge of the domain, or two together'],
  ['192.0.2.1', 'the domain ends in a number'],
  ['[192.0.2.300]', 'an address literal is written [192.0.2.1] or [IPv6:2001:db8::1]'],
  ['[2001:db8::1]', 'an address literal is written [192.0.2.1] or [IPv6:2001:db8::1]'],
  ['[IPv6:192.0.2.1]', 'an address literal is written [192.0.2.1] or [IPv6:2001:db8::1]'],
  ['[IPv6:fe80::1%eth0]', 'an address literal, not a domain'],
  ['a.example.org b', 'a space in the domain'],
  ['a.example.org\r\nQUIT', 'U+000D in the domain'],
])('does not take %j from the configuration', (text, why) => {
  expect(parseEhloName(text)).toEqual({ ok: false, why });
});

it.each([
  [504, '<laptop>: Helo command rejected: need fully-qualified hostname', true],
  [550, 'Access denied - Invalid HELO name (See RFC2821 4.1.1.1)', true],
  [501, 'HELO/EHLO argument "laptop" invalid, closing connection.', true],
  [550, '<helo@example.org>: Recipient address rejected: User unknown', false],
  [550, 'ehlo@example.org is not known', false],
  [554, 'Relay access denied', false],
  [503, 'Error: send HELO/EHLO first', false],
  [502, 'EHLO is not implemented', false],
  [450, '<laptop.local>: Helo command rejected: Host not found', false],
])('finds out whether %i "%s" refuses the name: %s', (code, text, is) => {
  expect(refusesEhloName(code, text)).toBe(is);
});
