import { expect, it } from 'vitest';
import { encodeBase64Lines } from '../../src/message/base64-lines.js';
import { composeAttachment, composeMessage, findLastPart } from '../../src/message/compose.js';
import { parseMailbox } from '../../src/message/mailbox.js';
import { buildSkeleton } from '../../src/message/skeleton.js';

const boundary = 'abcdefghijklmnopqrst';
const octets = (length: number) =>
  Buffer.from(Uint8Array.from({ length }, (_, index) => index * 7 + index / 256));

const from = parseMailbox('a@example.com');
if (!from.ok) throw new Error(from.why);
const header = {
  from: from.value,
  replyTo: [],
  to: [from.value],
  cc: [],
  subject: 'S',
  date: 'Mon, 30 Nov 2026 10:00:00 +0000',
  messageId: '<m@example.com>',
  references: [],
  fields: [],
};

it('base64 is in lines as the builder of messages has them, whatever the length', async () => {
  for (const length of [0, 1, 2, 3, 56, 57, 58, 113, 114, 115, 57_000, 57_001, 70_000, 114_057]) {
    const attachments = [{ filename: 'a.bin', content: octets(length) }];
    const message = await composeMessage(header, { text: 'x', html: undefined, attachments }, boundary);
    const { start, end } = findLastPart(message);
    const body = message.subarray(message.indexOf('\r\n\r\n', start) + 4, end);
    expect(Buffer.from(encodeBase64Lines(octets(length))).toString()).toBe(body.toString());
  }
});

it('an email with large attachments is the message that the builder makes of it, which never sees them', async () => {
  const attachments = [
    { filename: 'a.bin', content: octets(70_000) },
    { filename: 'small.txt', content: octets(10) },
    { filename: 'é.csv', content: Buffer.from('name,é\r\n'.repeat(10_000)) },
    { filename: 'b.png', content: octets(200_000), contentId: 'b@example.com' },
    { filename: 'mail.eml', content: Buffer.from(`Subject: x\r\n\r\n${'words\r\n'.repeat(20_000)}`) },
    { filename: 'a.bin', content: octets(70_000) },
  ];
  const body = { text: '', html: '<p>x</p>', attachments };
  const skeleton = await buildSkeleton(header, body, boundary, []);
  const words = { text: 'text é\r\n', html: 'html é\r\n' };
  const pieces = [...skeleton.header, ...skeleton.body].map(piece =>
    piece instanceof Uint8Array ? piece : Buffer.from(words[piece as 'text' | 'html'].replace('é', '=C3=A9')),
  );
  const built = await composeMessage(header, { ...body, text: 'text é\n', html: 'html é\n' }, boundary);
  expect(Buffer.concat(pieces).equals(built)).toBe(true);
});

it('a large attachment of one recipient is the part that the builder makes of it', async () => {
  for (const [filename, content] of [
    ['a.bin', octets(70_000)],
    ['é.txt', Buffer.from('é\n'.repeat(30_000))],
  ] as const) {
    const attachments = [{ filename, content }];
    const message = await composeMessage(header, { text: 'x', html: undefined, attachments }, boundary);
    const { delimiter, start, end } = findLastPart(message);
    const part = Buffer.concat(await composeAttachment({ filename, content }, boundary));
    expect(part.equals(message.subarray(start + delimiter.length, end))).toBe(true);
  }
});
