import { type GoldenCase, named, plainest } from '../golden-case.js';

const template = { 'msg.html': '<p>Hello</p>\n' };
const long =
  'Übersicht über die Ergebnisse des vierten Vierteljahres, mit Grüßen aus Köln, Düsseldorf und 東京 – und einem 😀 am Ende';
const words =
  'The harbour office moves on Monday and everybody is welcome to come by and have a look around it';

const ses = 'email-smtp.eu-west-1.amazonaws.com';

/** Subject, and fields of the user's own. */
export const headerFields: readonly GoldenCase[] = [
  {
    name: 'subject-long-beyond-ascii',
    files: template,
    options: { subject: long },
    expected: { ...plainest, subject: long },
  },
  {
    name: 'subject-long-ascii',
    files: template,
    options: { subject: words },
    expected: { ...plainest, subject: words },
  },
  {
    name: 'subject-that-reads-as-an-encoded-word',
    files: template,
    options: { subject: 'How =?utf-8?q?x?= is written' },
    expected: { ...plainest, subject: 'How =?utf-8?q?x?= is written' },
  },
  {
    name: 'through-a-relay-that-replaces-message-id',
    files: template,
    options: { ...named({ to: ['alice@example.com'], bcc: ['bob@example.com'] }), smtpHost: ses },
    expected: { ...plainest, fields: { References: '<hf6rlhai75ufecvmrp2t42tzbm@example.com>' } },
  },
  {
    name: 'in-reply-to-through-such-a-relay',
    files: template,
    options: { inReplyTo: '<question.42@example.org>', smtpHost: ses },
    expected: {
      ...plainest,
      fields: {
        'In-Reply-To': '<question.42@example.org>',
        References: '<question.42@example.org> <pm32whckmce2odhkckcazomboa@example.com>',
      },
    },
  },
  {
    name: 'own-fields',
    files: template,
    options: {
      headers: [
        'X-Team: möwe',
        'List-Id: Harbour news <news.example.com>',
        `X-Long: ${words} ${words}`,
        'Organization: Harbour Ltd',
      ],
    },
    expected: {
      ...plainest,
      fields: {
        'X-Team': 'möwe',
        'List-Id': 'Harbour news <news.example.com>',
        'X-Long': `${words} ${words}`,
        Organization: 'Harbour Ltd',
      },
    },
  },
];
