import { type GoldenCase, named, plainest } from '../golden-case.js';

const template = { 'msg.html': '<p>Hello</p>\n' };
const japanese = '日本語の長い名前'.repeat(38).slice(0, 300);
const twenty = Array.from(
  { length: 20 },
  (_, index) => `Person Number ${index + 1} <person.${index + 1}@department-${index % 3}.example.com>`,
);

/** Who gets it, who sees whom, and how they are called. */
export const addressing: readonly GoldenCase[] = [
  {
    name: 'group-to-cc-bcc',
    files: template,
    options: named({
      to: ['Alice <alice@example.com>', 'bob@example.org'],
      cc: ['carol@example.net'],
      bcc: ['dave@example.com'],
    }),
    expected: {
      ...plainest,
      to: ['Alice <alice@example.com>', 'bob@example.org'],
      cc: ['carol@example.net'],
    },
  },
  {
    name: 'bcc-only',
    files: template,
    options: named({ bcc: ['dave@example.com', 'erin@example.com'] }),
    expected: { ...plainest, to: [] },
  },
  {
    name: 'cc-only',
    files: template,
    options: named({ cc: ['carol@example.net'] }),
    expected: { ...plainest, to: [], cc: ['carol@example.net'] },
  },
  {
    name: 'each',
    files: {
      'msg.html': '<p>Hello {{ name }}</p>\n',
      'people.csv': 'email,name\nalice@example.com,Alice\nbob@example.org,"Baker, Bob"\n',
    },
    options: { ...named({ each: ['people.csv'] }), subject: 'Hello {{ name }}' },
    expected: plainest,
    own: {
      'alice@example.com': {
        subject: 'Hello Alice',
        to: ['Alice <alice@example.com>'],
        text: 'Hello Alice\n',
        html: ['<p>Hello Alice</p>'],
      },
      'bob@example.org': {
        subject: 'Hello Baker, Bob',
        to: ['Baker, Bob <bob@example.org>'],
        text: 'Hello Baker, Bob\n',
        html: ['<p>Hello Baker, Bob</p>'],
      },
    },
  },
  {
    name: 'reply-to-several',
    files: template,
    options: { replyTo: '"Desk, Help" <help@example.com>, office@example.org' },
    expected: { ...plainest, replyTo: ['Desk, Help <help@example.com>', 'office@example.org'] },
  },
  {
    name: 'in-reply-to',
    files: template,
    options: { inReplyTo: '<question.42@example.org>', subject: 'Re: Question' },
    expected: {
      ...plainest,
      subject: 'Re: Question',
      fields: { 'In-Reply-To': '<question.42@example.org>', References: '<question.42@example.org>' },
    },
  },
  {
    name: 'names-in-quotes',
    files: template,
    options: {
      from: '"Anthony \\"Tony\\" O\'Neil" <anthony@example.com>',
      ...named({
        to: [
          '"Doe, Jane" <jane@example.com>',
          '"back\\\\slash (sales)" <sales@example.com>',
          'J. R. Hartley <hartley@example.com>',
          '"semi;colon: <x>" <semi@example.com>',
        ],
      }),
    },
    keep: 1,
    expected: {
      ...plainest,
      from: 'Anthony "Tony" O\'Neil <anthony@example.com>',
      to: [
        'Doe, Jane <jane@example.com>',
        'back\\slash (sales) <sales@example.com>',
        'J. R. Hartley <hartley@example.com>',
        'semi;colon: <x> <semi@example.com>',
      ],
    },
  },
  {
    name: 'names-beyond-ascii',
    files: template,
    options: {
      from: 'Änne Größe <anthony@example.com>',
      ...named({
        to: ['"Müller, Jürgen" <juergen@example.com>', 'Family 👩‍👩‍👧‍👦 and 🏳️‍🌈 <family@example.com>'],
        cc: ['Дарья Ђорђевић <darja@example.com>'],
      }),
    },
    keep: 1,
    expected: {
      ...plainest,
      from: 'Änne Größe <anthony@example.com>',
      to: ['Müller, Jürgen <juergen@example.com>', 'Family 👩‍👩‍👧‍👦 and 🏳️‍🌈 <family@example.com>'],
      cc: ['Дарья Ђорђевић <darja@example.com>'],
    },
  },
  {
    name: 'name-of-300-japanese-characters',
    files: template,
    options: named({ to: [`${japanese} <nihongo@example.com>`] }),
    expected: { ...plainest, to: [`${japanese} <nihongo@example.com>`] },
  },
  {
    name: 'name-that-looks-like-an-address',
    files: template,
    options: named({ to: ['"service@bank.example" <mallory@example.com>'] }),
    expected: { ...plainest, to: ['service@bank.example <mallory@example.com>'] },
  },
  {
    name: 'name-that-reads-as-an-encoded-word',
    files: template,
    options: named({
      to: ['"=?utf-8?q?x?=" <alice@example.com>', '"a =?utf-8?b?eA==?= b" <bob@example.com>'],
    }),
    keep: 1,
    expected: {
      ...plainest,
      to: ['=?utf-8?q?x?= <alice@example.com>', 'a =?utf-8?b?eA==?= b <bob@example.com>'],
    },
  },
  {
    name: 'to-of-twenty',
    files: template,
    options: named({ to: twenty }),
    keep: 1,
    expected: { ...plainest, to: twenty },
  },
  {
    name: 'idn-domain',
    files: template,
    options: named({ to: ['Jane <jane@bücher.example>'], cc: ['li@日本.example'] }),
    keep: 1,
    expected: {
      ...plainest,
      to: ['Jane <jane@xn--bcher-kva.example>'],
      cc: ['li@xn--wgv71a.example'],
    },
  },
  {
    name: 'international-local-part-each',
    files: {
      ...template,
      'people.csv': 'email,name\nbücher@example.com,Bücherei\nalice@example.com,Alice\n',
    },
    options: named({ each: ['people.csv'] }),
    expected: plainest,
    own: {
      'bücher@example.com': { to: ['Bücherei <bücher@example.com>'] },
      'alice@example.com': { to: ['Alice <alice@example.com>'] },
    },
  },
  {
    name: 'international-local-part-bcc',
    files: template,
    options: named({ to: ['alice@example.com'], bcc: ['用户@例.example'] }),
    expected: plainest,
  },
];
