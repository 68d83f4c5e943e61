import { describe, expect, it } from 'vitest';
import { parseDomain } from '../../src/message/domain.js';
import { isWebUrl, parseUrl, toAsciiDomain, toUnicodeDomain } from '../../src/message/idna.js';

const label = 'a'.repeat(63);

describe('a domain of international labels is the same on every version of Node', () => {
  it.each([
    ['example.com', 'example.com'],
    ['EXAMPLE.Com', 'example.com'],
    ['bücher.example', 'xn--bcher-kva.example'],
    ['BÜCHER.example', 'xn--bcher-kva.example'],
    ['XN--BCHER-KVA.example', 'xn--bcher-kva.example'],
    // Without the mapping of 2003 to "fass". RFC 5894 §7.2
    ['faß.de', 'xn--fa-hia.de'],
    ['βόλος.example', 'xn--nxasmm1c.example'],
    ['пример.испытание', 'xn--e1afmkfd.xn--80akhbyknj4f'],
    ['例え.テスト', 'xn--r8jz45g.xn--zckzah'],
    ['उदाहरण.परीक्षा', 'xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g'],
    ['دبي.example', 'xn--ngbn6f.example'],
    ['𠮷野家.example', 'xn--fctt27jo60v.example'],
    // A symbol is no letter for a name that is typed; such domains exist, and their A-labels are well formed.
    ['xn--n3h.example', 'xn--n3h.example'],
    // Hyphens in third and fourth place of a plain label: IDNA has no say there.
    ['r3---sn.example', 'r3---sn.example'],
    ['1.example', '1.example'],
    [`${label}.example`, `${label}.example`],
    [`${`${label}.`.repeat(3)}${'b'.repeat(61)}`, `${`${label}.`.repeat(3)}${'b'.repeat(61)}`],
  ])('%s is %s', (written, ascii) => {
    expect(parseDomain(written)).toEqual({ ok: true, value: ascii });
  });

  const invalid = 'the domain is not a valid international name';
  it.each([
    ['no Punycode', 'xn--a.example', invalid],
    ['nothing behind the prefix', 'xn--.example', invalid],
    ['a hyphen behind the prefix, and nothing', 'xn---.example', invalid],
    ['letters that need no A-label', 'xn--abc-.example', invalid],
    ['the prefix twice', 'xn--xn--bcher-kva-.example', invalid],
    ['a number beyond Unicode', 'xn--99999999.example', invalid],
    ['a character that is mapped to others', 'xn--a-ecp.example', invalid],
    ['an accent apart from its letter', 'xn--bucher-xyd.example', invalid],
    ['an accent at the beginning', '\u0301a.example', invalid],
    ['an accent at the beginning of an A-label', 'xn--a-wbb.example', invalid],
    ['hyphens in third and fourth place of an A-label', 'xn--b--cher-n2a.example', invalid],
    ['a joiner that joins nothing', 'xn--ab-m1t.example', invalid],
    ['letters of both directions', 'a.\u05D0b', invalid],
    ['hyphens in third and fourth place', 'bü--cher.example', invalid],
    ['more than 63 octets', `${label}a.example`, 'more than 63 octets in a label of the domain'],
    [
      'more than 63 octets as an A-label',
      `${'ü'.repeat(60)}.example`,
      'more than 63 octets in a label of the domain',
    ],
    [
      'more than 253 octets',
      `${`${label}.`.repeat(3)}${'b'.repeat(62)}`,
      'more than 253 octets in the domain',
    ],
  ])('%s is rejected: %s', (_, written, why) => {
    expect(parseDomain(written)).toEqual({ ok: false, why });
  });

  it.each(['bücher.example', 'faß.de', 'пример.испытание', 'example.com'])(
    '%s is read back from its A-labels',
    domain => {
      expect(toUnicodeDomain(toAsciiDomain(domain) ?? '')).toBe(domain);
    },
  );
});

describe('a URL', () => {
  it('has a host whose A-labels are valid', () => {
    expect(parseUrl('https://xn--bcher-kva.example/a?b')?.hostname).toBe('xn--bcher-kva.example');
    expect(parseUrl('https://Bücher.example/')?.hostname).toBe('xn--bcher-kva.example');
    expect(parseUrl('https://_dmarc.xn--bcher-kva.example/')).toBeDefined();
    expect(parseUrl('smtp://[::1]:25')?.hostname).toBe('[::1]');
    expect(parseUrl('https://xn--a.example/')).toBeUndefined();
    expect(parseUrl('https://www.xn--abc-.example/')).toBeUndefined();
    expect(parseUrl('no URL')).toBeUndefined();
  });
});

describe('one of many URLs', () => {
  it('with a letter beyond ASCII in its host is valid for every row of a long list', () => {
    const url = 'http://b\u00fccher.example/';
    const refusals = Array.from({ length: 20_000 }, () => parseUrl(url)).filter(
      parsed => parsed === undefined,
    );
    expect(refusals).toEqual([]);
  });

  it.each([
    ['http', `http://${'\u4e01'.repeat(253)}.example/`],
    ['http with a tab', `ht\ttp:/\n/${'\u4e01'.repeat(253)}.example/`],
    ['http, encoded', `http://${'%E4%B8%81'.repeat(253)}.example/`],
    ['http with a user', `http://a@${'\u4e01.'.repeat(501)}example/`],
  ])('whose host is longer than any name is refused unread: %s', (_, url) => {
    expect(parseUrl(url)).toBeUndefined();
  });

  it.each([
    ['http://a.example', true],
    ['HTTPS://A.example:8080/b', true],
    ['http://b\u00fccher.example', true],
    ['http://[::1]/', true],
    ['http://1.2.3.4.5/', false],
    ['http://a:99999/', false],
    ['http://xn--a/', false],
    ['ftp://a.example', false],
  ])('of the web: %s is one: %s', (url, is) => expect(isWebUrl(url)).toBe(is));
});
