import { alternative, type GoldenCase, plainest } from '../golden-case.js';

const template = { 'mail/msg.html': '<p>Hello</p>\n' };
const illustrated = { 'mail/msg.html': '<p>Hello <img src="logo.png" alt="Logo"></p>\n' };
const pdf = Buffer.from('%PDF-1.4\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<<>>\nendobj\n%%EOF\n', 'latin1');
const png = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAACklEQVR42mMAAQAABQABoIJXOQAAAABJRU5ErkJggg==',
  'base64',
);
const calendar = `${[
  'BEGIN:VCALENDAR',
  'VERSION:2.0',
  'PRODID:-//example//EN',
  'METHOD:PUBLISH',
  'BEGIN:VEVENT',
  'UID:1@example.com',
  'DTSTAMP:20261123T090000Z',
  'DTSTART:20261126T120000Z',
  'SUMMARY:Mittagessen für alle',
  'END:VEVENT',
  'END:VCALENDAR',
].join('\r\n')}\r\n`;
const message =
  'From: bob@example.org\r\nSubject: Question\r\nDate: Mon, 23 Nov 2026 08:00:00 +0000\r\n\r\nWhy?\r\n';
const longName = `${'a rather long name of a file with several words '.repeat(3).trim()}.txt`;
const related = 'related(text/html, image/png)';
const withImage = `alternative(text/plain, ${related})`;

/** Attachments, images, and how the parts are nested. */
export const parts: readonly GoldenCase[] = [
  {
    name: 'attachment-pdf',
    files: { ...template, 'terms.pdf': pdf },
    options: { attachments: ['terms.pdf'] },
    expected: {
      ...plainest,
      tree: `mixed(${alternative}, application/pdf)`,
      files: [['terms.pdf', 'application/pdf', pdf]],
    },
  },
  {
    name: 'attachment-names',
    files: {
      ...template,
      'files/Übersicht – 東京.txt': 'a\n',
      [`files/${longName}`]: 'b\n',
      'files/quote"; x=y.txt': 'c\n',
      'files/without ending': 'd\n',
    },
    options: {
      attachments: [
        'files/Übersicht – 東京.txt',
        `files/${longName}`,
        'files/quote"; x=y.txt',
        'files/without ending',
      ],
    },
    expected: {
      ...plainest,
      tree: `mixed(${alternative}, text/plain, text/plain, text/plain, application/octet-stream)`,
      files: [
        ['Übersicht – 東京.txt', 'text/plain', 'a\n'],
        [longName, 'text/plain', 'b\n'],
        ['quote"; x=y.txt', 'text/plain', 'c\n'],
        ['without ending', 'application/octet-stream', 'd\n'],
      ],
    },
  },
  {
    name: 'attachment-calendar',
    files: { ...template, 'lunch.ics': calendar },
    options: { attachments: ['lunch.ics'] },
    expected: {
      ...plainest,
      tree: `mixed(${alternative}, text/calendar)`,
      files: [['lunch.ics', 'text/calendar', calendar]],
    },
  },
  {
    name: 'attachment-message',
    files: { ...template, 'question.eml': message },
    options: { attachments: ['question.eml'] },
    expected: {
      ...plainest,
      tree: `mixed(${alternative}, message/rfc822)`,
      files: [['question.eml', 'message/rfc822', message]],
    },
  },
  {
    name: 'attachment-message-beyond-ascii',
    files: { ...template, 'question.eml': message.replace('Why', 'Wofür') },
    options: { attachments: ['question.eml'] },
    expected: {
      ...plainest,
      tree: `mixed(${alternative}, application/octet-stream)`,
      files: [['question.eml', 'application/octet-stream', message.replace('Why', 'Wofür')]],
    },
  },
  {
    name: 'inline-image',
    files: { ...illustrated, 'mail/logo.png': png },
    options: {},
    expected: {
      ...plainest,
      tree: withImage,
      html: ['Hello <img src="cid:'],
      files: [['logo.png', 'image/png', png]],
    },
  },
  {
    name: 'inline-image-and-attachment',
    files: { ...illustrated, 'mail/logo.png': png, 'terms.pdf': pdf },
    options: { attachments: ['terms.pdf'] },
    expected: {
      ...plainest,
      tree: `mixed(${withImage}, application/pdf)`,
      html: ['Hello <img src="cid:'],
      files: [
        ['logo.png', 'image/png', png],
        ['terms.pdf', 'application/pdf', pdf],
      ],
    },
  },
  {
    name: 'text-and-attachment',
    files: { 'msg.txt': 'Hello\n', 'terms.pdf': pdf },
    options: { attachments: ['terms.pdf'], trackingUrl: undefined },
    expected: {
      ...plainest,
      tree: 'mixed(text/plain, application/pdf)',
      html: [],
      pixels: 0,
      files: [['terms.pdf', 'application/pdf', pdf]],
    },
  },
];
