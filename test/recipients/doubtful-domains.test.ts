import { describe, expect, it } from 'vitest';
import { DomainDoubts, meantProvider, mixesScripts } from '../../src/recipients/doubtful-domains.js';
import { mailbox, row, typed } from './people.js';

describe('a domain one slip from a large provider', () => {
  it.each([
    ['gmial.com', 'gmail.com'],
    ['gmal.com', 'gmail.com'],
    ['gmaill.com', 'gmail.com'],
    ['gnail.com', 'gmail.com'],
    ['gmail.con', 'gmail.com'],
    ['gmail.cmo', 'gmail.com'],
    ['gmail.co', 'gmail.com'],
    ['gmail.comm', 'gmail.com'],
    ['mgail.com', 'gmail.com'],
    ['hotnail.com', 'hotmail.com'],
    ['yaho.com', 'yahoo.com'],
    ['yahoo.co.k', 'yahoo.co.uk'],
    ['outlok.com', 'outlook.com'],
    ['t-onlin.de', 't-online.de'],
  ])('%s is most probably %s', (domain, provider) => {
    expect(meantProvider(domain)).toBe(provider);
  });

  it.each([
    'gmail.com',
    'ymail.com',
    'mail.com',
    'email.com',
    'hotmail.com',
    'yahoo.co.uk',
    'yahoo.de',
    'hotmail.co.jp',
    // two slips
    'gmali.con',
    'gm.com',
    'gamli.com',
    'outlook.cz',
    'example.com',
    'x',
    // a part of a longer name
    'gmial.com.example',
  ])('%s is not', domain => {
    expect(meantProvider(domain)).toBeUndefined();
  });
});

describe('a domain that mixes scripts', () => {
  const domainOf = (text: string) => mailbox(`a@${text}`).addrSpec.slice(2);

  it.each([
    '\u0430pple.example',
    'example.c\u043em',
    'g\u03bfogle.example',
    'pay-p\u0430l.b\u00fccher.example',
  ])('%s is one', text => {
    expect(mixesScripts(domainOf(text))).toBe(true);
  });

  it.each([
    'apple.example',
    'b\u00fccher.example',
    '\u043f\u043e\u0447\u0442\u0430.example',
    '\u03c4\u03b1\u03c7\u03c5.example',
    '\u65e5\u672c.example',
    '\u65e5\u672c-mail.example',
    'xn.example',
  ])('%s is none', text => {
    expect(mixesScripts(domainOf(text))).toBe(false);
  });
});

describe('the warnings', () => {
  it('are none for what is fine', () => {
    const doubts = new DomainDoubts();
    doubts.add(row(2, 'a@gmail.com'));
    doubts.add(typed('to', 'a@example.com'));
    expect(doubts.warnings()).toEqual([]);
  });

  it('count, and name the first ones with their places', () => {
    const doubts = new DomainDoubts();
    doubts.add(typed('cc', 'Jane <jane@GMIAL.com>'));
    doubts.add(row(7, 'jim@\u0430pple.example'));
    expect(doubts.warnings()).toEqual([
      '1 address may be mistyped: jane@gmial.com (gmail.com?) --cc',
      '1 address has a domain of Latin and other letters that look like them: jim@xn--pple-43d.example (\u0430pple.example) people.csv:7',
    ]);
    for (let line = 8; line < 1_008; line += 1) doubts.add(row(line, 'x@hotnail.com'));
    doubts.add(row(1_008, 'jo@\u0430pple.example'));
    const [mistyped, mixed] = doubts.warnings();
    expect(mistyped).toMatch(
      /^1001 addresses may be mistyped: jane.*, x@hotnail.com \(hotmail.com\?\) people.csv:11 and 996 more$/,
    );
    expect(mixed).toMatch(
      /^2 addresses have domains of Latin and other letters that look like them: jim.*, jo@/,
    );
  });
});
