/** Messages that a signature could trip over: built ones and ones written by hand. */
import { composeMessage, type MessageBody, type MessageHeader } from '../../../src/message/compose.js';
import type { Mailbox } from '../../../src/message/mailbox.js';

const mailbox = (addrSpec: string, name = '') => ({ name, addrSpec }) as Mailbox;

const header: MessageHeader = {
  from: mailbox('anthony@example.com', 'Anthony'),
  replyTo: [],
  to: [mailbox('alice@example.net', 'Doe, Alice')],
  cc: [],
  subject: 'Lunch',
  date: 'Mon, 23 Nov 2026 09:00:00 +0100',
  messageId: '<id@example.com>',
  references: [],
  fields: [],
};
const body: MessageBody = { text: 'Hello\n', html: '<p>Hello</p>\n', attachments: [] };

const built: readonly (readonly [string, Partial<MessageHeader>, Partial<MessageBody>])[] = [
  ['text alone', {}, { html: undefined }],
  ['text and HTML', {}, {}],
  [
    'accents and emoji in quoted-printable',
    {},
    { text: 'Grüße 😀 = fin\n', html: `<p>${'é'.repeat(500)}</p>` },
  ],
  ['an attachment', {}, { attachments: [{ filename: 'ä b.bin', content: Buffer.alloc(2_000, 7) }] }],
  ['a body of nothing', {}, { text: '', html: undefined }],
  ['empty lines at the end', {}, { text: 'a\n\n\n\n', html: undefined }],
  ['white space at line ends', {}, { text: 'a  \nb\t\n \n', html: '<p>\n\t  <b>x</b>   y\n</p>\n\n' }],
  ['lines of one dot and of From', {}, { text: '.\n..\nFrom me\n', html: undefined }],
  ['a long line', {}, { html: `<p>${'x '.repeat(3_000)}</p>` }],
  [
    'encoded words in the subject',
    { subject: 'Grüße aus Köln 😀 und noch viel mehr Wörter in einer sehr langen Zeile' },
    {},
  ],
  [
    'encoded words in names',
    { from: mailbox('anthony@example.com', 'Änthony'), cc: [mailbox('carol@example.net', '日本語 😀')] },
    {},
  ],
  [
    'a hundred people in To',
    { to: Array.from({ length: 100 }, (_, n) => mailbox(`person${n}@example.net`, `Person Number ${n}`)) },
    {},
  ],
  ['nobody in To', { to: [] }, {}],
  ['answers elsewhere', { replyTo: [mailbox('desk@example.com'), mailbox('b@example.com')] }, {}],
  ['an answer in a thread', { inReplyTo: '<earlier@example.com>' }, {}],
  [
    'fields of a list',
    {
      fields: [
        { name: 'List-Unsubscribe', value: `<https://t.example.com/unsubscribe/${'t'.repeat(80)}>` },
        { name: 'List-Unsubscribe-Post', value: 'List-Unsubscribe=One-Click' },
        { name: 'List-Id', value: 'News <news.example.com>' },
        { name: 'Feedback-ID', value: 'campaign::mailtrack:Sender' },
      ],
    },
    {},
  ],
  [
    'fields nobody signs, twice',
    {
      fields: [
        { name: 'X-Team', value: 'a' },
        { name: 'X-Team', value: 'b' },
      ],
    },
    {},
  ],
];

const handmade: readonly (readonly [string, string])[] = [
  ['only an empty line', 'From: a@example.com\r\nTo: b@example.net\r\n\r\n'],
  ['only empty lines', 'From: a@example.com\r\n\r\n\r\n\r\n\r\n'],
  [
    'odd folds and case',
    'FROM:a@example.com\r\nsubject:\r\n one\r\n\ttwo  \t three  \r\ntO: b@example.net,\r\n   c@example.net\r\n\r\nx\r\n',
  ],
  [
    'one field several times',
    'From: a@example.com\r\nReferences: <1@x>\r\nReferences: <2@x>\r\nList-Id: a\r\nList-Id: b\r\n\r\nx\r\n',
  ],
  [
    'white space everywhere',
    'From: a@example.com\r\nSubject:   a   b  \r\n\r\n\r\n  a   b  \r\n\t\r\n c\t\td \r\n\r\n \r\n',
  ],
  ['octets above 127', 'From: a@example.com\r\nSubject: \xe4\r\n\r\n\xc3\xa4 \xff\r\n'],
];

export async function createMessages(): Promise<ReadonlyMap<string, Buffer>> {
  const messages = new Map<string, Buffer>(
    handmade.map(([name, text]) => [name, Buffer.from(text, 'latin1')]),
  );
  for (const [name, headerChanges, bodyChanges] of built) {
    messages.set(
      name,
      await composeMessage({ ...header, ...headerChanges }, { ...body, ...bodyChanges }, 'b1'),
    );
  }
  return messages;
}
