import { type GoldenCase, named, plainest } from '../golden-case.js';

const template = { 'msg.html': '<html><body><p>Hello</p></body></html>\n' };

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
    files: { 'msg.html': '<p>Hello</p><p><a href="{{ unsubscribe_url }}">No more of these</a></p>\n' },
    options: named({ to: ['alice@example.com'], bcc: ['bob@example.com'] }),
    expected: {
      ...plainest,
      text: 'Hello\n\nNo more of these <https://t.example.com/unsubscribe/',
      html: ['<a href="https://t.example.com/unsubscribe/'],
    },
  },
];
