import { describe, expect, it } from 'vitest';
import { createUrlCheck, urlFault } from '../../src/merge/field-urls.js';
import { parseLiquid, renderLiquid } from '../../src/merge/liquid/liquid.js';
import { markStaticRuns } from '../../src/merge/liquid/static-runs.js';
import { fc } from '../properties/fast-check.js';

/** What is wrong with the addresses of one copy; undefined when none of them begins with a value. */
function check(template: string, fields: Readonly<Record<string, string>>) {
  const marked = markStaticRuns(template, 'secret');
  const checkUrls = createUrlCheck(marked);
  const origin = { place: { file: 'msg.html' }, lineOffset: 0 };
  const rendered = renderLiquid(parseLiquid('html', marked.source, origin), fields);
  if (!rendered.ok) throw new Error('cannot be rendered');
  return checkUrls?.(rendered.text).map(({ url, why }) => `${url} ${why}`);
}

const scheme = 'is neither http, https, mailto nor tel';

describe('an address that a field begins', () => {
  it.each([
    'http://example.com',
    'https://example.com/a?b=c&d=e#f',
    'HTTPS://EXAMPLE.COM',
    'https://example.com:8080/',
    'https://bücher.example/ü',
    'https://[2001:db8::1]/',
    'https://example.com/a b',
    'https://example.com/@name',
    'https://example.com?u=a@b',
    'mailto:a@b.example?subject=x',
    'tel:+49 30 1',
    ' https://example.com ',
    '',
  ])('%j is sent', url => {
    expect(urlFault(url)).toBeUndefined();
  });

  it.each([
    ['javascript:alert(1)', scheme],
    ['JaVaScRiPt:alert(1)', scheme],
    [' javascript:alert(1)', scheme],
    ['data:text/html,<script>alert(1)</script>', scheme],
    ['data:image/png;base64,AAAA', scheme],
    ['vbscript:msgbox(1)', scheme],
    ['file:///etc/passwd', scheme],
    ['ftp://example.com/', scheme],
    ['cid:x@y', scheme],
    ['blob:https://example.com/1', scheme],
    ['view-source:https://example.com', scheme],
    ['java\tscript:alert(1)', 'has a line end or another control character in it'],
    ['java\nscript:alert(1)', 'has a line end or another control character in it'],
    ['\x01javascript:alert(1)', 'has a line end or another control character in it'],
    ['https://example.com\r\n', undefined],
    ['https://exa\nmple.com', 'has a line end or another control character in it'],
    ['javascript&#58;alert(1)', 'has no scheme, and leads nowhere'],
    ['javascript&colon;alert(1)', 'has no scheme, and leads nowhere'],
    ['javascript%3aalert(1)', 'has no scheme, and leads nowhere'],
    ['java\u00adscript:alert(1)', 'has no scheme, and leads nowhere'],
    ['\u200bjavascript:alert(1)', 'has no scheme, and leads nowhere'],
    ['//evil.example', 'begins with "//", and leads to whatever host comes then'],
    ['\\\\evil.example', 'begins with "//", and leads to whatever host comes then'],
    ['/\\evil.example', 'begins with "//", and leads to whatever host comes then'],
    ['evil.example', 'has no scheme, and leads nowhere'],
    ['/path', 'has no scheme, and leads nowhere'],
    ['#place', 'has no scheme, and leads nowhere'],
    ['?a=b', 'has no scheme, and leads nowhere'],
    ['https://bank.example@evil.example', 'has a name before its host, and reads as another host'],
    ['https://bank.example:443@evil.example/', 'has a name before its host, and reads as another host'],
    ['https://bank.example&commat;evil.example', 'has no host'],
    ['https://', 'has no host'],
    ['https:///evil.example', 'has no host'],
    ['https:evil.example', 'has no host'],
    ['https:/evil.example', 'has no host'],
    ['https:\\\\evil.example', 'has no host'],
    ['https://bank.example\\@evil.example', 'has a name before its host, and reads as another host'],
    ['https://evil.example\\.bank.example', 'has no host'],
    ['https://bank example/', 'has no host'],
    ['https://<b>/', 'has no host'],
    ['https://bank.example:x/', 'has no host'],
  ])('%j', (url, why) => {
    expect(urlFault(url)).toBe(why);
  });

  it('is found wherever HTML has one', () => {
    const x = 'javascript:1';
    for (const template of [
      '<a href="{{ x }}">x</a>',
      "<a href='{{ x }}'>x</a>",
      '<a\nhref = "{{ x }}">x</a>',
      '<A HREF="{{ x }}">x</A>',
      '<a class="{{ c }}" href="{{ x }}">x</a>',
      '<a class="b"href="{{ x }}">x</a>',
      '<img src="{{ x }}">',
      '<td background="{{ x }}">',
      '<form action="{{ x }}">',
      '<a href="{% if c %}{{ x }}{% endif %}">x</a>',
      '<a href="{% if c %}https://a.example{% else %}{{ x }}{% endif %}">{{ c }}</a><a href="{{ x }}">',
      '<a href=" {{ x }}">x</a>',
      '<a {% if c %}href="{{ x }}"{% endif %}>x</a>',
      '{% for i in (1..1) %}<a href="{{ x }}">x</a>{% endfor %}',
      '{% assign y = x %}<a href="{{ y }}">x</a>',
      '{% capture y %}{{ x }}{% endcapture %}<a href="{{ y }}">x</a>',
      '<a href="java{{ s }}">x</a>',
      '<!--[if mso]><v:fill src="{{ x }}" /><![endif]-->',
    ]) {
      expect([template, check(template, { x, c: 'c', s: 'script:1' })]).toEqual([
        template,
        [`${template.includes('" {{') ? ' ' : ''}${x} ${scheme}`],
      ]);
    }
    expect(check('<p style="background:url({{ x }})">', { x })).toEqual([`${x} ${scheme}`]);
    expect(check('<p style="background:url(\'{{ x }}\')">', { x })).toEqual([`${x} ${scheme}`]);
  });

  it('may have its host from a field, but no name before it', () => {
    expect(check('<a href="https://{{ x }}/">', { x: 'shop.example' })).toEqual([]);
    expect(check('<a href="https://{{ x }}/">', { x: 'bank@evil.example' })).toHaveLength(1);
    expect(check('<a href="https://bank.example{{ x }}">', { x: '@evil.example' })).toHaveLength(1);
    expect(check('<a href="https:{{ x }}">', { x: '//a@evil.example' })).toHaveLength(1);
  });

  it('costs nothing when the template says the host, or the scheme of mail', () => {
    for (const template of [
      '<a href="https://example.com/{{ x }}">',
      '<a href="https://example.com?u={{ x }}">',
      '<a href="mailto:{{ x }}">',
      '<a href="tel:{{ x }}">',
      '<a href="#{{ x }}">',
      '<a href="https://example.com">{{ x }}</a>',
      '<p title="{{ x }}">',
      '<p>{{ x }}</p>',
    ]) {
      expect([template, check(template, { x: 'javascript:1' })]).toEqual([template, undefined]);
    }
  });

  it('ends no attribute, and no url() of CSS', () => {
    expect(check('<a href="{{ x | raw }}">', { x: 'https://a.example/" onclick="b' })).toEqual([
      'https://a.example/ has a quote in it that ends the attribute',
    ]);
    expect(check('<p style="background:url({{ x }})">', { x: 'https://a.example/);color:red' })).toEqual([
      'https://a.example/ has a character in it that ends an address in CSS',
    ]);
    expect(check('<p style="background:url(\'{{ x }}\')">', { x: "https://a.example/');color:red" })).toEqual(
      ["https://a.example/' has a character in it that ends an address in CSS"],
    );
    expect(check('<a href="{{ x }}">', { x: 'https://a.example/" onclick="b' })).toEqual([]);
  });

  it('is found in elements that a value brings along', () => {
    const html = '<a href="https://a.example">a</a><img src=cid:x><a href="#b">b</a>';
    expect(check('<div>{{ x | raw }}</div>', { x: html })).toEqual([]);
    for (const template of ['{{ x | raw }}', '<p>{{ s }}{{ x | raw }}</p>', '{{ pixel | raw }}{{x|raw}}'])
      expect(check(template, { x: '<a href="data:,">', s: '', pixel: '' })).toEqual([`data:, ${scheme}`]);
    expect(check('<div>{{ x | raw }}</div>', { x: '<a\nhref=javascript:1>' })).toEqual([
      `javascript:1 ${scheme}`,
    ]);
    expect(check('<div>{{ x | raw }}</div>', { x: "<a href='&#106;avascript:1'>" })).toEqual([
      `javascript:1 ${scheme}`,
    ]);
  });

  it('is never one that a browser reads as a script', () => {
    const part = fc.constantFrom(
      'java',
      'script',
      ':',
      '\t',
      '\n',
      ' ',
      '\0',
      '&#58;',
      '%3a',
      '\\',
      '/',
      '//',
      'https',
      '@',
      'a.b',
      '\u00ad',
      'data',
      'ſcript',
      'J',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 8 }).map(parts => parts.join('')),
        url => {
          if (url.trim() === '' || urlFault(url) !== undefined) return;
          // As the URL standard reads it, against the base that a page would have.
          const read = new URL(url, 'https://base.example/');
          expect(['http:', 'https:', 'mailto:', 'tel:']).toContain(read.protocol);
          expect([read.username, read.hostname === 'base.example']).toEqual(['', false]);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});
