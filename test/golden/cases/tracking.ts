import { type GoldenCase, named, plainest } from '../golden-case.js';

const template = { 'msg.html': '<html><body><p>Hello</p></body></html>\n' };

const withLink = { 'msg.html': '<p>Hello</p><p><a href="{{ unsubscribe_url }}">No more of these</a></p>\n' };
const linked = {
  ...plainest,
  text: 'Hello\n\nNo more of these <https://t.example.com/unsubscribe/',
  html: ['<a href="https://t.example.com/unsubscribe/'],
  fields: { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
};

/** Pixels, links of one recipient, signatures. */
export const tracking: readonly GoldenCase[] = [
  {
    name: 'one-not-tracked',
    files: { ...template, 'people.csv': 'email,track\nalice@example.com,yes\nbob@example.com,no\n' },
    options: named({ to: ['@people.csv'] }),
    expected: { ...plainest, to: ['alice@example.com', 'bob@example.com'] },
    own: { 'bob@example.com': { pixels: 0 } },
  },
  {
    name: 'article-tokens',
    files: template,
    options: { ...named({ to: ['alice@example.com', 'bob@example.com'] }), tokenFormat: 'article' },
    expected: { ...plainest, to: ['alice@example.com', 'bob@example.com'] },
  },
  {
    name: 'signed',
    files: template,
    options: {
      ...named({ to: ['alice@example.com'], bcc: ['bob@example.com'] }),
      replyTo: 'help@example.com',
    },
    signed: true,
    expected: { ...plainest, replyTo: ['help@example.com'] },
  },
  {
    name: 'link-to-unsubscribe',
    files: withLink,
    options: named({ to: ['alice@example.com'], bcc: ['bob@example.com'] }),
    signed: true,
    expected: linked,
  },
  {
    name: 'link-to-unsubscribe-each',
    files: { ...withLink, 'people.csv': 'email,track\nalice@example.com,yes\nbob@example.com,no\n' },
    options: named({ each: ['people.csv'] }),
    expected: linked,
    own: { 'bob@example.com': { to: ['bob@example.com'], pixels: 0 } },
  },
  {
    name: 'link-to-unsubscribe-without-https',
    files: withLink,
    options: { trackingUrl: 'http://127.0.0.1:8080' },
    expected: {
      ...plainest,
      text: 'Hello\n\nNo more of these <http://127.0.0.1:8080/unsubscribe/',
      html: ['<a href="http://127.0.0.1:8080/unsubscribe/'],
    },
  },
];
