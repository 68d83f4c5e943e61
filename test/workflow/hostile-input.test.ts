/**
 * Hostile recipients and header values through every way in: a cell of a list, `--to`, an alias, the contacts file. Who
 * is refused gets nothing; who is not gets a message that an independent parser reads as ours, field by field.
 */
import PostalMime, { type Address, decodeWords } from 'postal-mime';
import { describe, expect, it } from 'vitest';
import { attachmentName } from '../../src/message/attachment-name.js';
import { composeMessage, type MessageHeader } from '../../src/message/compose.js';
import { headerValueFault, parseHeaderField } from '../../src/message/header-field.js';
import { type Mailbox, parseMailbox, printMailbox } from '../../src/message/mailbox.js';
import { isMessageId } from '../../src/message/message-id.js';
import { Problem } from '../../src/problem.js';
import { type Contact, createAddressBook } from '../../src/recipients/address-book.js';
import { parseList } from '../../src/recipients/list.js';
import { systemRandom } from '../../src/system/random.js';
import { gatherRecipients } from '../../src/workflow/gather-recipients.js';
import type { Files } from '../../src/workflow/ports.js';
import { hostileAddresses, hostileValues, strangeAddresses } from '../message/hostile.js';
import { hostileFileNames, hostileMessageIds } from '../message/hostile-fields.js';
import { fc } from '../properties/fast-check.js';

/** Everybody who would be sent to: nobody as soon as anything is wrong. */
type WayIn = (text: string) => Promise<readonly Mailbox[]>;

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`;
const list = (header: string, ...cells: readonly string[]) =>
  Buffer.from(`${header}\r\n${cells.map(cell).join(',')}\r\n`);

async function fromList(octets: Buffer): Promise<readonly Mailbox[]> {
  const people: Mailbox[] = [];
  for await (const row of parseList([octets], 'people.csv')) {
    if (row instanceof Problem) return [];
    people.push(row.mailbox);
  }
  return people;
}

/** As `send` gathers them, with that file for every list. */
async function gather(
  to: string,
  octets: Buffer,
  defaultDomain?: string,
  aliases = new Map<string, string[]>(),
) {
  const files = {
    async *stream(path: string) {
      if (!/^people\.(?:csv|ndjson)$/.test(path))
        throw new Problem('input-missing', `${path} does not exist`);
      yield octets;
    },
  } as unknown as Files;
  const options = {
    named: { to: [to], cc: [], bcc: [], each: [] },
    duplicates: undefined,
    skipInvalid: false,
    consentNeeded: false,
    where: [],
    sample: undefined,
    seed: undefined,
    encoding: undefined,
    sheet: undefined,
  };
  const addressBook = createAddressBook([], aliases, defaultDomain);
  const ports = { files, addressBook, random: systemRandom, findSuppressed: async () => new Set<string>() };
  try {
    const { recipients, problems } = await gatherRecipients(options, ports, () => undefined);
    if (problems.length > 0) return [];
    const people: Mailbox[] = [];
    for await (const { mailbox } of recipients()) people.push(mailbox);
    return people;
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
}

const nothing = Buffer.alloc(0);
const typed: WayIn = text => gather(text, nothing);
const inAlias: WayIn = text => gather('team', nothing, undefined, new Map([['team', [text]]]));
const inList: WayIn = text => gather('@people.csv', list('name,email', 'N', text));
const inNdjson: WayIn = text =>
  gather('@people.ndjson', Buffer.from(JSON.stringify({ name: 'N', email: text })));
const inContacts: WayIn = async text => {
  const people = await fromList(list('alias,email', 'them', text));
  const contacts: Contact[] = people.map(mailbox => ({ alias: 'them', mailbox, fields: new Map() }));
  try {
    return createAddressBook(contacts, new Map())
      .resolve('them')
      .map(({ mailbox }) => mailbox);
  } catch (error) {
    if (error instanceof Problem) return [];
    throw error;
  }
};
/** Pairs: what is in the table alone is carried. */
const values = hostileValues.map(([text, fault]) => [text, fault] as const);
const addresses = (people: readonly Mailbox[]) => people.map(({ addrSpec }) => String(addrSpec));

describe('a hostile address', () => {
  it('is in a table of 180, and the table has none twice', () => {
    const texts = [...hostileAddresses.map(({ text }) => text), ...strangeAddresses.map(([text]) => text)];
    expect(texts.filter((text, index) => texts.indexOf(text) !== index)).toEqual([]);
    expect(texts.length).toBeGreaterThanOrEqual(180);
  });

  it.each(strangeAddresses)('%j is right, and reaches %s by any way', async (text, forwardPath) => {
    for (const way of [inList, inNdjson, inContacts, typed, inAlias])
      expect(addresses(await way(text))).toEqual([forwardPath]);
  });

  describe.each([
    ['a cell of a list', inList],
    ['an object of a list', inNdjson],
    ['the contacts file', inContacts],
  ])('in %s', (_, way) => {
    it.each(hostileAddresses.map(({ text }) => text))('reaches nobody: %j', async text => {
      // Blanks at the edge of a cell are no part of what is in it.
      const expected = text === ' a@b' || text === 'a@b ' ? ['a@b'] : [];
      expect(addresses(await way(text))).toEqual(expected);
    });
  });

  describe.each([
    ['after --to', typed],
    ['in an alias', inAlias],
  ])('%s', (_, way) => {
    it.each(hostileAddresses.map(({ text, typed: whom }) => [text, whom] as const))(
      '%j reaches %j',
      async (text, whom) => {
        const people = await way(text);
        expect(addresses(people)).toEqual(whom);
        if (people.length > 0) await expectMessage({ to: people });
      },
    );
  });

  it('with any control character, at any place, reaches nobody by any way', async () => {
    const controls = [
      ...Array(32).keys(),
      ...Array.from({ length: 33 }, (_, index) => 0x7f + index),
      0x2028,
      0x2029,
    ];
    for (const character of controls.map(code => String.fromCodePoint(code))) {
      for (const text of [
        `a${character}b@x.example`,
        `a@b${character}.example`,
        `a@x.example${character}b@x.example`,
      ]) {
        for (const way of [inList, inNdjson, inContacts, typed, inAlias])
          expect(addresses(await way(text))).toEqual([]);
      }
    }
  });

  it('that is cut, doubled or joined with others reaches nobody who was not written out', async () => {
    const part = fc.constantFrom(
      ...hostileAddresses.map(({ text }) => text).filter(text => text.length < 100),
      ...'@<>",;:() \r\n',
      'anna@x.example',
      'evil@x.example',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 4 }), fc.nat(), async (parts, cutAt) => {
        const whole = parts.join('');
        const text = whole.slice(0, (cutAt % whole.length) + 1 || 1);
        for (const way of [inList, inNdjson, inContacts, typed, inAlias]) {
          const people = await way(text);
          for (const address of addresses(people)) {
            const [localPart = '', domain = ''] = address.split('@');
            expect(text).toContain(`${localPart}@`);
            if (!domain.includes('xn--')) expect(text.toLowerCase()).toContain(`@${domain}`);
          }
          if (people.length > 0) await expectMessage({ to: people });
        }
      }),
      { numRuns: 300 },
    );
  });

  it('without "@" stays in the default domain', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async text => {
        const people = await gather(text, nothing, 'home.example');
        for (const address of addresses(people)) {
          if (!text.includes('@')) expect(address).toMatch(/^[^@]+@home\.example$/);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a hostile name', () => {
  const name = (text: string) => ({ name: text, addrSpec: 'anna@x.example' }) as Mailbox;

  const inListName: WayIn = text => gather('@people.csv', list('name,email', text, 'anna@x.example'));
  const inContactsName: WayIn = text => fromList(list('alias,name,email', 'anna', text, 'anna@x.example'));
  const typedName: WayIn = text => gather(`"${text.replaceAll(/["\\]/g, '\\$&')}" <anna@x.example>`, nothing);

  describe.each([
    ['in a cell of a list', inListName],
    ['in the contacts file', inContactsName],
    ['after --to', typedName],
  ])('%s', (_, way) => {
    it.each(values)('%j', async (text, fault) => {
      const people = await way(text);
      // What is half of a surrogate pair is no UTF-8: in a file it is another character already.
      const isFile = way !== typedName && /\p{Cs}/u.test(text);
      if (fault !== undefined && !isFile) {
        expect(people).toEqual([]);
        return;
      }
      expect(people).toEqual([name(isFile ? text.replaceAll(/\p{Cs}/gu, '\uFFFD') : text)]);
      await expectMessage({ to: people });
      await expectMessage({ to: [], cc: people });
      await expectMessage({ from: people[0] as Mailbox });
      const printed = people.map(printMailbox).join(', ');
      expect(parseMailbox(printed)).toEqual({ ok: true, value: people[0] });
    });
  });
});

describe('a hostile subject or field', () => {
  it.each(values)('%j', async (text, fault) => {
    expect(headerValueFault(text)).toBe(fault);
    expect(parseHeaderField(`X-Own: ${text}`)).toEqual(
      fault === undefined ? { ok: true, value: { name: 'X-Own', value: text } } : { ok: false, why: fault },
    );
    if (fault !== undefined) return;
    await expectMessage({ subject: text });
    await expectMessage({ fields: [{ name: 'X-Own', value: text }] });
  });

  it.each([
    'To',
    'bcc',
    'BCC',
    'Sender',
    'Return-Path',
    'DKIM-Signature',
    'Content-Type',
    'X Own',
    'X-Own\r\nBcc',
    'X-Ü',
    '',
    ' ',
    'X\0',
    'X-Own\u2028Bcc',
  ])('has no name like %j', name => {
    expect(parseHeaderField(`${name}: evil@x.example`).ok).toBe(false);
  });

  it('of 100,000 characters is folded into lines a server takes', async () => {
    await expectMessage({ subject: 'long '.repeat(20_000).trim() });
    await expectMessage({ subject: 'ü'.repeat(50_000) });
  });

  it('is carried as it is whatever it is, or refused', async () => {
    const text = fc.array(
      fc.oneof(fc.constantFrom(...hostileValues.map(([value]) => value)), fc.string({ unit: 'grapheme' })),
      {
        minLength: 1,
        maxLength: 3,
      },
    );
    await fc.assert(
      fc.asyncProperty(text, async parts => {
        const value = parts.join(' ').trim() || '-';
        // The parser takes a byte order mark for none of the text.
        if (headerValueFault(value) !== undefined || value.includes('\uFEFF')) return;
        await expectMessage({
          subject: value,
          fields: [{ name: 'X-Own', value }],
          to: [{ ...anna, name: [...value].slice(0, 400).join('').trim() }],
        });
      }),
      { numRuns: 300 },
    );
  });
});

describe('a hostile message id or file name', () => {
  it.each(hostileMessageIds)('%j is no message id', text => {
    expect(isMessageId(text)).toBe(false);
  });

  it.each(['<a@b>', '<CA+x=1.2_3/4$5@mail.gmail.com>', '<"a"@[127.0.0.1]>'])('%s is one', text => {
    expect(isMessageId(text)).toBe(true);
  });

  it.each(hostileFileNames.map(([name, fault]) => [name, fault] as const))('%j', (name, fault) => {
    const result = attachmentName(name);
    expect(result.ok ? undefined : result.why).toBe(fault);
  });
});

const anna = { name: '', addrSpec: 'anna@x.example' } as Mailbox;

/** Builds a message with that in its header and reads it back: by its octets, and with a parser we did not write. */
async function expectMessage(changes: Partial<MessageHeader>): Promise<void> {
  const header: MessageHeader = {
    from: { name: 'News', addrSpec: 'news@y.example' } as Mailbox,
    replyTo: [],
    to: [anna],
    cc: [],
    subject: 'Hello',
    date: 'Mon, 23 Nov 2026 09:00:00 +0000',
    messageId: '<id@y.example>',
    references: [],
    fields: [],
    ...changes,
  };
  const message = await composeMessage(header, { text: 'Hello\n', html: undefined, attachments: [] }, 'b');
  const octets = message.toString('latin1');
  expect(octets).toMatch(/^[\x20-\x7e\r\n]*$/);
  expect(octets).not.toMatch(/[^\r]\n|\r[^\n]|^\n/);
  const [head = '', body] = octets.split(/\r\n\r\n/);
  expect(body).toBe('Hello\r\n');
  for (const line of head.split('\r\n')) expect(line.length).toBeLessThanOrEqual(998);
  const names = head.split(/\r\n(?![ \t])/).map(field => field.slice(0, field.indexOf(':')).toLowerCase());
  expect(names.toSorted()).toEqual(
    [
      'content-transfer-encoding',
      'content-type',
      'date',
      'from',
      'message-id',
      'mime-version',
      'subject',
      ...(header.to.length > 0 || header.cc.length === 0 ? ['to'] : []),
      ...(header.cc.length > 0 ? ['cc'] : []),
      ...header.fields.map(({ name }) => name.toLowerCase()),
    ].toSorted(),
  );
  const read = await PostalMime.parse(message);
  const mailboxes = (list: readonly Address[] = []) =>
    list.map(({ name, address }) => ({ name, addrSpec: address }));
  expect(mailboxes(read.to)).toEqual(header.to);
  expect(mailboxes(read.cc)).toEqual(header.cc);
  expect(read.bcc).toBeUndefined();
  expect(mailboxes(read.from === undefined ? [] : [read.from])).toEqual([header.from]);
  expect(read.subject).toBe(header.subject);
  for (const { name, value } of header.fields) {
    const field = read.headers.find(({ key }) => key === name.toLowerCase());
    expect(decodeWords(field?.value ?? '')).toBe(value);
  }
  expect(read.text).toBe('Hello\n');
}
