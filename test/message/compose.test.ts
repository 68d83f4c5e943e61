import PostalMime from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { composeMessage, type MessageHeader } from '../../src/message/compose.js';
import { printDateTime } from '../../src/message/date-time.js';
import { parseHeaderField } from '../../src/message/header-field.js';
import { inspectHeader } from '../../src/message/inspect-header.js';
import type { Mailbox } from '../../src/message/mailbox.js';
import { createMessageId, deriveMessageId } from '../../src/message/message-id.js';
import { treeOf } from './tree.js';

const mailbox = (addrSpec: string, name = '') => ({ name, addrSpec }) as Mailbox;

const header: MessageHeader = {
  from: mailbox('anthony@example.com', 'Änthony'),
  replyTo: [],
  to: [mailbox('alice@example.com', 'Doe, Alice'), mailbox('bob@example.com')],
  cc: [mailbox('carol@example.com', '日本語 😀')],
  subject: 'Grüße 😀',
  date: 'Mon, 23 Nov 2026 09:00:00 +0545',
  messageId: '<id@example.com>',
  references: [],
  fields: [{ name: 'X-Team', value: 'möwe' }],
};
const body = { text: 'Hällo\n.\nFrom here\n', html: '<p>Hällo</p>', attachments: [] };

describe('composeMessage', () => {
  it('is read back by an independent parser as it was written', async () => {
    const message = await composeMessage(header, body, 'b1');
    const read = await PostalMime.parse(message);
    expect(read.from).toMatchObject({ name: 'Änthony', address: 'anthony@example.com' });
    expect(read.to).toMatchObject([
      { name: 'Doe, Alice', address: 'alice@example.com' },
      { name: '', address: 'bob@example.com' },
    ]);
    expect(read.cc).toMatchObject([{ name: '日本語 😀', address: 'carol@example.com' }]);
    expect(read.subject).toBe('Grüße 😀');
    expect(read.messageId).toBe('<id@example.com>');
    expect(read.text).toContain('Hällo\n.\nFrom here');
    expect(read.html).toContain('<p>Hällo</p>');
  });

  it('gives the same octets again', async () => {
    expect(await composeMessage(header, body, 'b1')).toEqual(await composeMessage(header, body, 'b1'));
  });

  it('has CRLF line ends only, 7-bit, in lines of at most 998 octets', async () => {
    const long = { ...body, text: `${'ä'.repeat(5_000)}\n`, html: `<p>${'x'.repeat(5_000)}</p>` };
    const text = (await composeMessage(header, long, 'b1')).toString('latin1');
    expect(text).not.toMatch(/[^\r]\n|\r[^\n]/);
    expect(text).toMatch(/^[\x00-\x7f]*$/);
    expect(Math.max(...text.split('\r\n').map(line => line.length))).toBeLessThanOrEqual(998);
  });

  it('keeps the date as given', async () => {
    const fields = inspectHeader(await composeMessage(header, body, 'b1'));
    expect(fields.filter(field => field.name === 'Date').map(field => field.value)).toEqual([
      ` ${header.date}`,
    ]);
  });

  it('shows nobody as undisclosed recipients', async () => {
    const fields = inspectHeader(await composeMessage({ ...header, to: [], cc: [] }, body, 'b1'));
    expect(fields.filter(field => /^(to|cc|bcc)$/i.test(field.name))).toEqual([
      { name: 'To', value: ' undisclosed-recipients:;' },
    ]);
  });

  it('folds a long list of recipients without changing it', async () => {
    const to = Array.from({ length: 200 }, (_, index) =>
      mailbox(`person${index}@example.com`, `Person, Number ${index}`),
    );
    const message = await composeMessage({ ...header, to }, body, 'b1');
    const [field] = inspectHeader(message).filter(({ name }) => name === 'To');
    expect(Math.max(...(field?.value ?? '').split('\r\n').map(line => line.length))).toBeLessThanOrEqual(78);
    const read = (await PostalMime.parse(message)).to ?? [];
    expect(read.map(({ name, address }) => [name, address])).toEqual(
      to.map(({ name, addrSpec }) => [name, addrSpec]),
    );
  });

  it('carries attachments byte for byte', async () => {
    const content = Uint8Array.from({ length: 300 }, (_, index) => index % 256);
    const message = await composeMessage(
      header,
      { ...body, attachments: [{ filename: 'été.bin', content }] },
      'b1',
    );
    const [attachment] = (await PostalMime.parse(message)).attachments;
    expect(attachment?.filename).toBe('été.bin');
    expect(new Uint8Array(attachment?.content as ArrayBuffer)).toEqual(content);
  });

  it.each([
    ['plain.eml', 'Subject: a\r\n\r\nb\r\n', 'message/rfc822'],
    ['8bit.eml', 'Subject: a\r\n\r\nGrüße\r\n', 'application/octet-stream'],
    ['nul.eml', 'Subject: a\r\n\r\n\0\r\n', 'application/octet-stream'],
    ['long.eml', `Subject: a\r\n\r\n${'b'.repeat(999)}\r\n`, 'application/octet-stream'],
    ['data.gzip', '\x1f\x8b', 'application/octet-stream'],
  ])('attaches %s in a way that leaves the message 7-bit and whole', async (filename, text, type) => {
    const content = Buffer.from(text);
    const message = await composeMessage(header, { ...body, attachments: [{ filename, content }] }, 'b1');
    const octets = message.toString('latin1');
    expect(octets).toMatch(/^[\x01-\x7f]*$/);
    expect(Math.max(...octets.split('\r\n').map(line => line.length))).toBeLessThanOrEqual(998);
    expect(treeOf(octets)).toBe(`mixed(alternative(text/plain, text/html), ${type})`);
    const read = await PostalMime.parse(message, { forceRfc822Attachments: true });
    expect(read.attachments.map(({ filename, disposition }) => [filename, disposition])).toEqual([
      [filename, 'attachment'],
    ]);
    if (type === 'application/octet-stream')
      expect(Buffer.from(read.attachments[0]?.content as ArrayBuffer)).toEqual(content);
  });
});

describe('images shown in the HTML', () => {
  const image = { filename: 'logo.png', content: Buffer.from('PNG'), contentId: 'a@image.invalid' };
  const file = { filename: 'terms.pdf', content: Buffer.from('PDF') };
  const inline = 'alternative(text/plain, related(text/html, image/png))';
  const bare = 'alternative(text/plain, text/html)';
  it.each([
    ['nothing', [], bare],
    ['an image', [image], inline],
    ['a file', [file], `mixed(${bare}, application/pdf)`],
    ['both', [image, file], `mixed(${inline}, application/pdf)`],
  ])('stand beside text and HTML, and files beside all: with %s', async (_, attachments, tree) => {
    const shown = { ...body, html: '<img src="cid:a@image.invalid">', attachments };
    const message = await composeMessage(header, shown, 'b1');
    expect(treeOf(message.toString('latin1'))).toBe(tree);
    expect(await composeMessage(header, shown, 'b1')).toEqual(message);
    const read = await PostalMime.parse(message);
    expect(read.text).toContain('Hällo');
    expect(read.html).toContain('cid:a@image.invalid');
    expect(
      read.attachments.map(({ filename, disposition, contentId, related }) => [
        filename,
        disposition,
        contentId,
        related === true,
      ]),
    ).toEqual(
      attachments.map(one =>
        one === image
          ? ['logo.png', 'inline', '<a@image.invalid>', true]
          : ['terms.pdf', 'attachment', undefined, false],
      ),
    );
  });
});

describe('printDateTime', () => {
  const date = new Date('2026-11-23T23:30:05Z');
  it.each([
    [0, 'Mon, 23 Nov 2026 23:30:05 +0000'],
    [345, 'Tue, 24 Nov 2026 05:15:05 +0545'],
    [-210, 'Mon, 23 Nov 2026 20:00:05 -0330'],
  ])('at %i minutes east', (offset, text) => {
    expect(printDateTime(date, offset)).toBe(text);
  });
});

describe('message ids', () => {
  it('are of the sender’s domain and derive one for each recipient', () => {
    const id = createMessageId(new Uint8Array(16), 'example.com');
    expect(id).toBe(`<${'a'.repeat(26)}@example.com>`);
    expect(deriveMessageId(id, 1)).toMatch(/^<[a-z2-7]{32}@example\.com>$/);
    expect(deriveMessageId(id, 1)).toBe(deriveMessageId(id, 1));
    expect(deriveMessageId(id, 1)).not.toBe(deriveMessageId(id, 2));
  });
});

describe('parseHeaderField', () => {
  it('takes a field of the user’s own', () => {
    expect(parseHeaderField('X-Team:  blue ')).toEqual({
      ok: true,
      value: { name: 'X-Team', value: 'blue' },
    });
  });
  it.each([
    ['no colon', 'it is not of the form name: value'],
    ['X-A: ', 'X-A has no value'],
    ['X-A: b\r\n', 'control character U+000D'],
    ['X Team: a', '"X Team" is not a field name'],
    ['bcc: a@example.com', 'bcc is set by mailtrack; use its own flag or leave it out'],
    ['X-A: b\r\nBcc: c@example.com', 'control character U+000D'],
    ['X-A: b\u202Ec', 'bidirectional control character U+202E'],
    ['X-A: b\u2028c', 'control character U+2028'],
    ['X-A: \uD800', 'half of a surrogate pair U+D800'],
  ])('refuses %j', (text, why) => {
    expect(parseHeaderField(text)).toEqual({ ok: false, why });
  });
});
