import { describe, expect, it } from 'vitest';
import { checkCopy } from '../../src/check/copy-rules.js';
import type { ReadableCopy } from '../../src/merge/read-copy.js';

const copy: ReadableCopy = { subject: 'Lunch on Thursday', html: undefined, text: 'Shall we have lunch?' };
const told = (part: Partial<ReadableCopy>) =>
  checkCopy({ ...copy, ...part }).map(({ severity, code, what }) => `${severity} ${code}: ${what}`);
const ofHtml = (html: string) => told({ html });

it('has nothing to say about a good copy', () => {
  const html =
    '<p>Shall we have <a href="https://example.com/lunch?a=1&amp;b=2">lunch</a>? <a href="mailto:a@example.com">Write</a>, <a href="tel:+420123">call</a>, <a href="#end">end</a></p><img src="https://example.com/a.png" alt=""><p id="end"></p>';
  expect(ofHtml(html)).toEqual([]);
  expect(told({})).toEqual([]);
});

it('takes the links that mj-carousel makes of its thumbnails, and no others of their kind', () => {
  const thumbnail = (name: string) =>
    `<a href="#1" class="${name} mj-carousel-0f1e-thumbnail-1"><label for="r1"><img src="https://example.com/1.png" alt=""></label></a>`;
  expect(ofHtml(thumbnail('mj-carousel-thumbnail'))).toEqual([]);
  expect(ofHtml(thumbnail('mj-carousel-thumbnails'))).toEqual(['error link: the link "#1" goes nowhere']);
});

it('counts the octets of the HTML, as Gmail does', () => {
  const filler = (letter: string, count: number) => `<p>${letter.repeat(count)}</p>`;
  const text = 'x'.repeat(60_000);
  expect(told({ html: filler('x', 90 * 1024 - 8), text })).toEqual([]);
  expect(told({ html: filler('x', 90 * 1024 - 7), text })).toEqual([
    'warning html-too-large: the HTML has 90 KB; Gmail cuts messages off at 102 KB',
  ]);
  expect(told({ html: filler('x', 102 * 1024 - 7), text })).toEqual([
    'warning html-too-large: the HTML has 102 KB; Gmail cuts messages off at 102 KB',
  ]);
  expect(told({ html: filler('é', 52 * 1024), text })).toEqual([
    'error html-too-large: the HTML has 105 KB; Gmail cuts messages off at 102 KB',
  ]);
});

describe('images', () => {
  it.each([
    ['<img src="https://x.example/a.png">', ['image-without-alt']],
    ['<IMG SRC=https://x.example/a.png/>', ['image-without-alt']],
    ['<img data-alt="x" src="https://x.example/a.png">', ['image-without-alt']],
    ['<img alt src="https://x.example/a.png">', []],
    ["<img alt='a > b' src='https://x.example/a.png'>", []],
    ['<img alt="" src="http://x.example/a.png">', ['image-http']],
    ['<td background="http://x.example/a.png">', ['image-http']],
    ['<p style="background:url(\'http://x.example/a.png\')">', ['image-http']],
    [
      '<img alt="" src="https://x.example/a.png" srcset="https://x.example/b.png 2x, http://x.example/c.png 3x">',
      ['image-http'],
    ],
    ['<source srcset="http://x.example/a.png">', ['image-http']],
    ['<video poster="http://x.example/a.png"></video>', ['image-http']],
    ['<input type="image" src="http://x.example/a.png">', ['image-http']],
    ['<style>@import "http://x.example/a.css";</style>', ['image-http']],
    ['<style>.a{background:url(http://x.example/a.png)}</style>', ['image-http']],
    [
      '<p style="background:url(http://x.example/a.png)"></p><td background="http://x.example/a.png">',
      ['image-http'],
    ],
    ['<!-- <img src="http://x.example/a.png"> --><image>', []],
  ])('%s', (html, codes) => {
    expect(checkCopy({ ...copy, html }).map(({ code }) => code)).toEqual(codes);
  });
});

describe('links', () => {
  it.each([
    ['/plan', 'has no scheme, and goes nowhere'],
    ['www.example.com', 'has no scheme, and goes nowhere'],
    ['', 'goes nowhere'],
    ['#', 'goes nowhere'],
    ['#nowhere', 'goes nowhere'],
    ['https://', 'has no host'],
    ['http:///path', 'has no host'],
    ['https:example.com', 'has no host'],
    ['https://exa mple.com', 'has no host'],
    ['javascript:alert(1)', 'is neither http, https, mailto nor tel'],
    ['java&#115;cript:alert(1)', 'is neither http, https, mailto nor tel'],
    ['file:///etc/passwd', 'is neither http, https, mailto nor tel'],
  ])('%j %s', (href, why) => {
    const [finding, ...others] = checkCopy({ ...copy, html: `<p><a class="b" href="${href}">x</a></p>` });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ severity: 'error', code: 'link' });
    expect(finding?.what.endsWith(`" ${why}`)).toBe(true);
  });

  it.each(['HTTPS://EXAMPLE.COM', 'https://[::1]/', 'https://example.com:8443/a?b#c', 'mailto:?subject=x'])(
    'takes %s',
    href => expect(ofHtml(`<a href="${href}">x</a>`)).toEqual([]),
  );

  it('takes no abbreviation for a link, and no link without href', () => {
    expect(ofHtml('<abbr href="x">x</abbr><a name="x">x</a>')).toEqual([]);
  });
});

describe('many things of a kind', () => {
  const countOf = (html: string, code: string) =>
    checkCopy({ ...copy, html }).filter(finding => finding.code === code).length;
  const repeat = (count: number, make: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => make(index)).join('');

  it('are told once where they are alike', () => {
    expect(countOf('<a href="/a">x</a>'.repeat(5), 'link')).toBe(1);
    expect(countOf('<img src="https://x.example/a.png">'.repeat(5), 'image-without-alt')).toBe(1);
  });

  it('are no more than a thousand', () => {
    expect(
      countOf(
        repeat(2_000, index => `<a href="/${index}">x</a>`),
        'link',
      ),
    ).toBe(1_000);
    expect(
      countOf(
        repeat(2_000, index => `<img src="${index}">`),
        'image-without-alt',
      ),
    ).toBe(1_000);
  });

  it('finds every place that a link goes to', () => {
    const html = repeat(500, index => `<a href="#p${index}">x</a><p id="p${index}"></p>`);
    expect(countOf(html, 'link')).toBe(0);
    expect(countOf(`${html}<a href="#p">x</a>`, 'link')).toBe(1);
  });

  it('asks about a hundred international hosts', () => {
    const bad = (index: number) => `<a href="http://xn--${index}/">x</a>`;
    expect(countOf(repeat(150, bad), 'link')).toBe(100);
  });
});

describe('the text part', () => {
  const html = `<html><head><title>${'t'.repeat(900)}</title></head><body>${'word '.repeat(100)}</body></html>`;
  it.each([
    [{ html, text: ' \n' }, ['warning text-part: the text part is empty']],
    [{ html: undefined, text: '' }, ['warning text-part: the text part is empty']],
    [
      { html, text: 'See the HTML.' },
      ['warning text-part: the text part has 13 characters, the HTML shows 499'],
    ],
    [{ html, text: 'word '.repeat(30) }, []],
    [{ html: '<p>Hello, Ann</p>', text: 'Hi' }, []],
  ])('%#', (parts, expected) => expect(told(parts)).toEqual(expected));
});

describe('the subject', () => {
  it.each([
    ['x'.repeat(78), []],
    ['😀'.repeat(78), []],
    ['x'.repeat(79), ['warning subject-length: the subject has 79 characters']],
    ['BUY NOW', ['warning subject-capitals: the subject is all in capitals: BUY NOW']],
    ['ČTĚTE 2026!', ['warning subject-capitals: the subject is all in capitals: ČTĚTE 2026!']],
    ['FYI: 2026', []],
    ['会議のお知らせ', []],
    ['NASA and ESA', []],
  ])('%s', (subject, expected) => expect(told({ subject })).toEqual(expected));
});
