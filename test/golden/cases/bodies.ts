import { readFileSync } from 'node:fs';
import { type GoldenCase, named, plainest } from '../golden-case.js';

const sample = (name: string) => readFileSync(`templates/${name}`, 'utf8');
const untracked = { trackingUrl: undefined };
const textOnly = { ...plainest, tree: 'text/plain', html: [], pixels: 0 };
const longLine = 'x'.repeat(5_000);

/** Kinds of template, and how their words are encoded. */
export const bodies: readonly GoldenCase[] = [
  {
    name: 'text',
    files: { 'msg.txt': 'Hello,\n\nBye\n' },
    options: untracked,
    expected: { ...textOnly, text: 'Hello,\n\nBye\n' },
  },
  {
    name: 'text-beyond-ascii',
    files: { 'msg.txt': 'Grüße, 東京 😀, مرحبا\n' },
    options: untracked,
    expected: { ...textOnly, text: 'Grüße, 東京 😀, مرحبا\n' },
  },
  {
    name: 'text-with-pixel',
    files: { 'msg.txt': 'Hello <you> & all,\n\n  indented\n' },
    options: {},
    expected: {
      ...plainest,
      text: 'Hello <you> & all,\n\n  indented\n',
      html: ['Hello &lt;you&gt; &amp; all,'],
    },
  },
  {
    name: 'html',
    files: {
      'msg.html':
        '<!doctype html>\n<html><head><title>Hello</title><style>p{margin:0}</style></head>\n<body class="a"><h1>Hello</h1><p>Go <a href="https://example.com/?a=1&amp;b=2">there</a>.</p></body></html>\n',
    },
    options: { subject: undefined },
    expected: {
      ...plainest,
      text: 'Hello\n\nGo there <https://example.com/?a=1&b=2>.\n',
      html: ['<body class="a"><img src="https://t.example.com/email_opened/', '<h1>Hello</h1>'],
    },
  },
  {
    name: 'html-without-tracking',
    files: { 'msg.html': '<p>Hello</p>\n' },
    options: untracked,
    expected: { ...plainest, pixels: 0 },
  },
  {
    name: 'markdown-sample',
    files: { 'note.md': sample('note.md') },
    options: {
      subject: undefined,
      ...named({ to: ['Alice <alice@example.com>'], cc: ['carol@example.net'] }),
    },
    expected: {
      ...plainest,
      subject: 'Lunch on Thursday',
      to: ['Alice <alice@example.com>'],
      cc: ['carol@example.net'],
    },
    own: {
      'alice@example.com': { text: 'Hello Alice,\n\nshall we have lunch on Thursday' },
      'carol@example.net': { text: 'Hello all,', html: ['You are in Cc'] },
    },
  },
  {
    name: 'mjml-sample',
    files: { 'announcement.mjml': sample('announcement.mjml'), 'people.csv': sample('people.csv') },
    options: { subject: undefined, ...named({ each: ['people.csv'] }) },
    keep: 2,
    expected: { ...plainest, subject: 'The harbour office moves on Monday', text: 'We are moving\n\nHello ' },
    own: {
      'alice@example.com': { to: ['Alice Archer <alice@example.com>'], html: ['Hello Alice Archer,'] },
      'bob@example.com': { to: ['Baker, Bob <bob@example.com>'], html: ['Hello Baker, Bob,'] },
    },
  },
  {
    name: 'own-text-part',
    files: { 'msg.html': '<p>Hello</p>\n', 'msg.txt': 'Hello in plain words.\r\n' },
    options: {},
    expected: { ...plainest, text: 'Hello in plain words.\n' },
  },
  {
    name: 'trailing-blanks',
    files: { 'msg.txt': 'space \ntab\t\n \nboth \t\n' },
    options: { ...untracked, subject: 'Hello', ...named({ to: ['alice@example.com'] }) },
    expected: { ...textOnly, text: 'space \ntab\t\n \nboth' },
  },
  {
    name: 'dots-and-from',
    files: { 'msg.txt': '.\n..\n.dot\nFrom here\n>From there\n1 = 1 =3D\n' },
    options: untracked,
    expected: { ...textOnly, text: '.\n..\n.dot\nFrom here\n>From there\n1 = 1 =3D\n' },
  },
  {
    name: 'long-line',
    files: { 'msg.html': `<p>${longLine}</p>\n` },
    options: {},
    expected: { ...plainest, text: longLine, html: [longLine] },
  },
  {
    name: 'line-ends-mixed',
    files: { 'msg.txt': 'one\r\ntwo\nthree\rfour\r\n' },
    options: untracked,
    expected: { ...textOnly, text: 'one\ntwo\nthree\nfour\n' },
  },
  {
    name: 'values-that-mislead',
    files: {
      'msg.html': '<p>{{ note }}</p>\n',
      'people.csv':
        'email,note\nalice@example.com,"=\n.\nFrom: evil@example.com\n\n--boundary\n<img src=//evil.example> & ""quotes"""\n',
    },
    options: named({ each: ['people.csv'] }),
    expected: {
      ...plainest,
      text: '=\n.\nFrom: evil@example.com\n\n--boundary\n<img src=//evil.example> & "quotes"\n',
      html: ['&lt;img src=//evil.example&gt; &amp; &#34;quotes&#34;'],
    },
  },
  {
    name: 'liquid',
    files: {
      'msg.md':
        '{% if vip == "yes" %}\nDear {{ name }},\n{% else %}\nHello {{ name | default: "there" }},\n{% endif %}\n\n{% assign cities = visits | split: ";" %}\n{% for city in cities %}\n- {{ forloop.index }}. {{ city }}\n{% endfor %}\n',
      'people.csv':
        'email,name,vip,visits\nalice@example.com,Alice,yes,Köln;Bonn\nbob@example.com,,no,東京\n',
    },
    options: named({ each: ['people.csv'] }),
    expected: plainest,
    own: {
      'alice@example.com': {
        to: ['Alice <alice@example.com>'],
        text: 'Dear Alice,\n\n * 1. Köln\n\n * 2. Bonn\n',
        html: ['Dear Alice', 'Köln', 'Bonn'],
      },
      'bob@example.com': {
        to: ['bob@example.com'],
        text: 'Hello there,\n\n * 1. 東京\n',
        html: ['Hello there', '東京'],
      },
    },
  },
  {
    name: 'invoice',
    files: {
      'invoice.mjml':
        '<mjml><mj-body><mj-section><mj-column><mj-text>Hello {{ name }}</mj-text><mj-table>\n<tr><th>Item</th><th>Price</th></tr>\n{% assign lines = items | split: ";" %}{% for line in lines %}{% assign cell = line | split: "=" %}\n<tr><td>{{ cell[0] }}</td><td>{{ cell[1] }} €</td></tr>\n{% endfor %}\n</mj-table></mj-column></mj-section><mj-section><mj-column><mj-button href="https://example.com/pay">Pay</mj-button></mj-column><mj-column><mj-text>Thank you</mj-text></mj-column></mj-section></mj-body></mjml>\n',
      'people.csv': 'email,name,items\nalice@example.com,Alice,Paper=4;Ink=12\n',
    },
    options: named({ each: ['people.csv'] }),
    expected: {
      ...plainest,
      to: ['Alice <alice@example.com>'],
      text: 'Hello Alice\n\nItem | Price\nPaper | 4 €\nInk | 12 €\n\nPay <https://example.com/pay>\n\nThank you\n',
      html: ['Paper', 'Ink'],
    },
  },
  {
    name: 'preheader',
    files: {
      'msg.html':
        '---\nsubject: Hello\npreheader: What the list of messages shows\n---\n<html><body><p>Hello</p></body></html>\n',
    },
    options: {},
    expected: {
      ...plainest,
      text: 'Hello\n',
      html: [
        '<body><div style="display:none',
        'What the list of messages shows</div><img src="https://t.',
        '<p>',
      ],
    },
  },
  {
    name: 'pixel-placeholder',
    files: { 'msg.html': '<p>Hello</p>\n<p>Bye</p>{{ pixel }}\n' },
    options: {},
    expected: { ...plainest, text: 'Hello\n\nBye\n', html: ['<p>Bye</p><img src="https://t.example.com/'] },
  },
];
