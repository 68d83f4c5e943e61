import { type GoldenCase, plainest } from '../golden-case.js';

const template = { 'msg.html': '<p>Hello</p>\n' };
const long =
  'Übersicht über die Ergebnisse des vierten Vierteljahres, mit Grüßen aus Köln, Düsseldorf und 東京 – und einem 😀 am Ende';
const words =
  'The harbour office moves on Monday and everybody is welcome to come by and have a look around it';

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
