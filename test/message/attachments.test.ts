import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { attachmentName } from '../../src/message/attachment-name.js';
import { composeAttachment, composeMessage } from '../../src/message/compose.js';
import { inspectHeader } from '../../src/message/inspect-header.js';
import type { AddrSpec } from '../../src/message/mailbox.js';
import { findBareLineEnd } from '../../src/smtp/dot-stuff.js';
import { fc } from '../properties/fast-check.js';

const boundary = 'abcdefghijklmnop';

/** One file in a message of ours, as a parser that is not ours reads it. */
async function sendAndRead(filename: string, content: Uint8Array = Buffer.from('octets')) {
  const message = await composeMessage(
    {
      from: { name: '', addrSpec: 'a@example.com' as AddrSpec },
      replyTo: [],
      to: [{ name: '', addrSpec: 'b@example.com' as AddrSpec }],
      cc: [],
      subject: 'S',
      date: 'Mon, 23 Nov 2026 09:00:00 +0000',
      messageId: '<x@example.com>',
      references: [],
      fields: [],
    },
    { text: 'Hello', html: undefined, attachments: [{ filename, content }] },
    boundary,
  );
  expect(findBareLineEnd(message)).toBeUndefined();
  expect(message.every(octet => octet < 0x80)).toBe(true);
  const part = Buffer.concat(await composeAttachment({ filename, content }, boundary));
  expect(message.includes(part)).toBe(true);
  const read = await PostalMime.parse(message, { attachmentEncoding: 'arraybuffer' });
  expect(read.attachments).toHaveLength(1);
  const [attachment] = read.attachments;
  return {
    part: part.toString('latin1'),
    fields: inspectHeader(part).map(({ name }) => name),
    longest: Math.max(
      ...part
        .toString('latin1')
        .split('\r\n')
        .map(line => line.length),
    ),
    encoding: /^Content-Transfer-Encoding: (.*)$/m.exec(part.toString('latin1'))?.[1]?.trim(),
    filename: attachment?.filename,
    mimeType: attachment?.mimeType,
    disposition: attachment?.disposition,
    content: Buffer.from(attachment?.content as ArrayBuffer),
  };
}

/** Names as the end of a path; undefined: refused, with the reason. */
const names: readonly (readonly [path: string, name: string | undefined, why?: string])[] = [
  ['invoices/Rechnung März.pdf', 'Rechnung März.pdf'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\é".pdf', 'é".pdf'],
  ['../../é"\r\n.pdf', undefined, 'has a control character U+000D'],
  ['a\nBcc: eve@example.net', undefined, 'has a control character U+000A'],
  ['a\0.pdf', undefined, 'has a control character U+0000'],
  ['a\x1b[2J.pdf', undefined, 'has a control character U+001B'],
  ['a\x7f.pdf', undefined, 'has a control character U+007F'],
  ['a\x85.pdf', undefined, 'has a control character U+0085'],
  ['a\u2028.pdf', undefined, 'has a control character U+2028'],
  ['invoice\u202efdp.exe', undefined, 'has a bidirectional control character U+202E'],
  ['invoice\u2066fdp.exe', undefined, 'has a bidirectional control character U+2066'],
  ['invoice\u200ffdp.exe', undefined, 'has a bidirectional mark U+200F'],
  ['\ud800.pdf', undefined, 'has a half of a surrogate pair U+D800'],
  ['=?utf-8?B?ZXZpbC5leGU=?=', undefined, 'reads as an encoded word'],
  ['a/..', undefined, 'has nothing but dots and blanks'],
  ['a/ ', undefined, 'has nothing but dots and blanks'],
  ['a/', undefined, 'has nothing but dots and blanks'],
  ['👩‍👩‍👧 🎉.pdf', '👩‍👩‍👧 🎉.pdf'],
  ['"quoted" and \'single\'.pdf', '"quoted" and \'single\'.pdf'],
  ['back`tick $(x) |&<>.pdf', 'back`tick $(x) |&<>.pdf'],
  ['a; filename=evil.exe; x=".pdf', 'a; filename=evil.exe; x=".pdf'],
  ['a=b, c*0*=d%41.pdf', 'a=b, c*0*=d%41.pdf'],
  ["utf-8''a%20b.pdf", "utf-8''a%20b.pdf"],
  ['(comment) a.pdf', '(comment) a.pdf'],
  ['a.pdf...', 'a.pdf...'],
  ['.htaccess', '.htaccess'],
  ['CON', 'CON'],
  ['nul.txt', 'nul.txt'],
  ['noextension', 'noextension'],
  [`${'x'.repeat(300)}.pdf`, `${'x'.repeat(300)}.pdf`],
  [`${'ü'.repeat(300)}.pdf`, `${'ü'.repeat(300)}.pdf`],
  ['two  blanks   .pdf', 'two  blanks   .pdf'],
];

describe('the name of an attachment', () => {
  it.each(names.map(([path, ...rest]) => [JSON.stringify(path).slice(0, 60), path, ...rest] as const))(
    'is read as it was meant, or refused: %s',
    async (_, path, name, why) => {
      const result = attachmentName(path);
      if (name === undefined) {
        expect(result).toEqual({ ok: false, why });
        return;
      }
      expect(result).toEqual({ ok: true, value: name });
      const read = await sendAndRead(name);
      expect(read.filename).toBe(name);
      expect(read.fields).toEqual(['Content-Type', 'Content-Transfer-Encoding', 'Content-Disposition']);
      expect(read.longest).toBeLessThanOrEqual(998);
      expect(read.content.toString()).toBe('octets');
    },
  );

  it('never adds a field or a part, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 80, unit: 'grapheme' }), async path => {
        const name = attachmentName(path);
        if (!name.ok) return;
        const read = await sendAndRead(name.value);
        expect(read.filename).toBe(name.value);
        expect(read.fields).toEqual(['Content-Type', 'Content-Transfer-Encoding', 'Content-Disposition']);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a message that is attached', () => {
  const plain = 'From: a@example.com\r\nSubject: S\r\n\r\nHello\r\n.\r\nFrom here\r\n';
  it.each([
    ['as it is when it is 7bit', plain, '7bit', 'message/rfc822', plain],
    [
      'with line ends of Unix, which a message has not',
      plain.replaceAll('\r', ''),
      '7bit',
      'message/rfc822',
      plain,
    ],
    ['as a file when it is 8bit', `${plain}ä`, 'base64', 'application/octet-stream', undefined],
    [
      'as a file when a line is too long',
      plain + 'x'.repeat(999),
      'base64',
      'application/octet-stream',
      undefined,
    ],
    ['as a file when it has a NUL', `${plain}\0`, 'base64', 'application/octet-stream', undefined],
    ['as a file when it has a lone CR', `${plain}\r.`, 'base64', 'application/octet-stream', undefined],
    ['as a file when it is none', 'just text\r\n', 'base64', 'application/octet-stream', undefined],
    [
      'as a file when it is a mailbox',
      `From a@example.com\r\n${plain}`,
      'base64',
      'application/octet-stream',
      undefined,
    ],
    [
      'as a file when it has our boundary',
      `${plain}--${boundary}\r\n`,
      'base64',
      'application/octet-stream',
      undefined,
    ],
  ])('stands %s', async (_, content, encoding, mimeType, expected) => {
    const read = await sendAndRead('original.eml', Buffer.from(content));
    expect(read).toMatchObject({ encoding, mimeType, filename: 'original.eml', disposition: 'attachment' });
    if (encoding === '7bit') expect(read.part).toMatch(new RegExp(`\\r\\n\\r\\n${expected}$`));
    else expect(read.content.toString()).toBe(content);
  });
});
