import { describe, expect, it } from 'vitest';
import { createEngines } from '../../../src/merge/liquid/liquid.js';
import { defaultLocale } from '../../../src/merge/liquid/locale-filters.js';

const engines = createEngines({ locale: defaultLocale, date: 'Mon, 23 Nov 2026 09:00:00 +0100' });

const fields = {
  company: 'Smith & Sons',
  name: "O'Neil",
  tag: '<b>',
  address: 'Pier 7 & 8\r\nHamburg <x>',
  encoded: 'AT&amp;T &lt;x&gt;',
  hidden: '%3Cscript%3E',
};

function both(source: string): readonly [html: string, text: string] {
  const render = (context: 'html' | 'text') =>
    engines[context].parseAndRenderSync(source, Object.assign(Object.create(null), fields)) as string;
  return [render('html'), render('text')];
}

describe('filters that escape', () => {
  it.each([
    ['{{ company | escape }}', 'Smith &amp; Sons', 'Smith & Sons'],
    ['{{ company | xml_escape }}', 'Smith &amp; Sons', 'Smith & Sons'],
    ['{{ company | escape_once }}', 'Smith &amp; Sons', 'Smith & Sons'],
    ['{{ encoded | escape_once }}', 'AT&amp;T &lt;x&gt;', 'AT&T <x>'],
    ['{{ encoded | escape }}', 'AT&amp;amp;T &amp;lt;x&amp;gt;', 'AT&amp;T &lt;x&gt;'],
    ['{{ company | escape | escape | escape_once }}', 'Smith &amp; Sons', 'Smith & Sons'],
    ['{{ company | escape | upcase }}', 'SMITH &amp; SONS', 'SMITH & SONS'],
    ['{{ company | escape | append: tag }}', 'Smith &amp; Sons&lt;b&gt;', 'Smith & Sons<b>'],
    ['{{ company | escape | size }}', '12', '12'],
    ['{% assign c = company | escape %}{{ c }}', 'Smith &amp; Sons', 'Smith & Sons'],
    ['{% echo company | escape %}', 'Smith &amp; Sons', 'Smith & Sons'],
    ['{% cycle company, "x" %}', 'Smith &amp; Sons', 'Smith & Sons'],
    ['{{ nil | escape }}{{ 7 | escape }}', '7', '7'],
  ])('do so once in HTML, and never in a text: %s', (source, html, text) => {
    expect(both(source)).toEqual([html, text]);
  });
});

describe('newline_to_br', () => {
  it.each([
    ['{{ address | newline_to_br }}', 'Pier 7 &amp; 8<br />\nHamburg &lt;x&gt;', 'Pier 7 & 8\nHamburg <x>'],
    [
      '{{ address | escape | newline_to_br }}',
      'Pier 7 &amp; 8<br />\nHamburg &lt;x&gt;',
      'Pier 7 & 8\nHamburg <x>',
    ],
    [
      '{{ address | newline_to_br | strip_newlines }}',
      'Pier 7 &amp; 8<br />Hamburg &lt;x&gt;',
      'Pier 7 & 8\nHamburg <x>',
    ],
    [
      '{% assign a = address | newline_to_br %}{{ a }}',
      'Pier 7 &amp; 8<br />\nHamburg &lt;x&gt;',
      'Pier 7 & 8\nHamburg <x>',
    ],
    [
      '{% assign a = address | newline_to_br | split: "<br />" %}{% for l in a %}[{{ l | strip }}]{% endfor %}',
      '[Pier 7 &amp; 8][Hamburg &lt;x&gt;]',
      '[Pier 7 & 8][Hamburg <x>]',
    ],
    [
      '{{ address | newline_to_br | raw }}',
      'Pier 7 &amp; 8<br />\nHamburg &lt;x&gt;',
      'Pier 7 & 8\nHamburg <x>',
    ],
    ['{{ company | newline_to_br }}', 'Smith &amp; Sons', 'Smith & Sons'],
    ['{{ company | newline_to_br | upcase }}', 'SMITH &amp; SONS', 'SMITH & SONS'],
    [
      '{{ address | newline_to_br | append: tag }}',
      'Pier 7 &amp; 8<br />\nHamburg &lt;x&gt;&lt;b&gt;',
      'Pier 7 & 8\nHamburg <x><b>',
    ],
    [
      '{{ address | newline_to_br | escape }}',
      'Pier 7 &amp; 8<br />\nHamburg &lt;x&gt;',
      'Pier 7 & 8\nHamburg <x>',
    ],
    ['{{ nil | newline_to_br }}', '', ''],
  ])('breaks lines and leaves the value escaped: %s', (source, html, text) => {
    expect(both(source)).toEqual([html, text]);
  });
});

describe('capture', () => {
  const text = '{% capture w %}{{ name }}{% endcapture %}';
  const link = '{% capture w %}<i>{{ tag }}</i>{% endcapture %}';

  it.each([
    [`${text}{{ w }}`, 'O&#39;Neil', "O'Neil"],
    [`${text}{{ w | upcase }}`, 'O&#39;NEIL', "O'NEIL"],
    [`${text}{{ w | append: tag }}`, 'O&#39;Neil&lt;b&gt;', "O'Neil<b>"],
    [`${text}{{ tag | append: w }}`, '&lt;b&gt;O&#39;Neil', "<b>O'Neil"],
    [`${text}{{ w | size }} {{ w.size }}`, '6 6', '6 6'],
    ['{% capture w %}{{ company }}{% endcapture %}{{ w | url_encode }}', 'Smith+%26+Sons', 'Smith+%26+Sons'],
    [`${text}{{ w | json }}`, '&#34;O&#39;Neil&#34;', `"O'Neil"`],
    [`${text}{% if w == name and w contains "Neil" %}same{% endif %}`, 'same', 'same'],
    [`${text}{% case w %}{% when name %}same{% endcase %}`, 'same', 'same'],
    [`${text}{{ missing | default: w }}`, 'O&#39;Neil', "O'Neil"],
    [`${text}{% assign v = w | split: "" %}{{ v | join: "-" }}`, 'O-&#39;-N-e-i-l', "O-'-N-e-i-l"],
    [`${text}{% capture v %}{{ w }}!{% endcapture %}{{ v }}`, 'O&#39;Neil!', "O'Neil!"],
    [`${text}{% assign v = w %}{{ v }}`, 'O&#39;Neil', "O'Neil"],
    [
      '{% capture w %}{% endcapture %}{% if w == empty %}none{% endif %}{% if w == blank %}none{% endif %}',
      'nonenone',
      'nonenone',
    ],
  ])('escapes once what has no elements: %s', (source, html, plain) => {
    expect(both(source)).toEqual([html, plain]);
  });

  it.each([
    [`${link}{{ w }}`, '<i>&lt;b&gt;</i>'],
    [`${link}{{ w | append: tag }}`, '<i>&lt;b&gt;</i>&lt;b&gt;'],
    [`${link}{{ w | append: "<br>" }}`, '<i>&lt;b&gt;</i><br>'],
    [`${link}{{ tag | append: w }}`, '&lt;b&gt;<i>&lt;b&gt;</i>'],
    [`${link}{{ w | strip_html }}`, '&lt;b&gt;'],
    [`${link}{{ w | escape }}`, '<i>&lt;b&gt;</i>'],
    [`${link}{{ w | raw }}`, '<i>&lt;b&gt;</i>'],
    [`${link}{% assign v = w | split: "</i>" %}{{ v | join: tag }}`, '<i>&lt;b&gt;'],
  ])('keeps elements of the template, and no others: %s', (source, html) => {
    expect(both(source)[0]).toBe(html);
  });

  it.each([
    `${text}{{ w | raw }}`,
    '{% capture w %}{{ tag }}{% endcapture %}{{ w | raw }}',
    '{% capture w %}{{ tag }}{% endcapture %}{{ w | upcase | raw }}',
    '{% capture w %}{{ tag }}{% endcapture %}{{ w | escape_once | raw }}',
    '{% capture w %}{{ tag }}{% endcapture %}{% assign v = w | split: "b" %}{{ v[0] | raw }}',
    '{% capture w %}<i>{{ hidden }}</i>{% endcapture %}{{ w | url_decode }}',
    '{% capture w %}<i>{{ tag }}</i>{% endcapture %}{{ w | escape_once }}',
    '{{ tag | newline_to_br | raw }}',
  ])('brings no element of a value into the HTML: %s', source => {
    expect(both(source)[0].replaceAll(/<\/?i>/g, '')).not.toContain('<');
  });
});
