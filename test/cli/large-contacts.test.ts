import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAddressBook, readContacts } from '../../src/cli/address-book.js';
import type { Context } from '../../src/cli/context.js';
import { createAddressBook } from '../../src/recipients/address-book.js';
import { excerptOf } from '../../src/recipients/list-excerpt.js';

let folder: string;
let file: string;
const aliases = new Map([
  ['team', ['p4000', 'P4001@example.com', '"Doe, J" <p4002@EXAMPLE.com>']],
  ['p4500', ['p1']],
  ['round', ['round']],
]);

/** Rows of all kinds behind the first 64 KB, from which the dialect is told. */
function rowOf(index: number): string {
  if (index === 4_100) return `p${index},Too short`;
  if (index === 4_200) return `p${index},Bad,p${index}@@example.com,,x`;
  if (index === 4_300) return `p4299,The same alias,p${index}@example.com,,x`;
  if (index === 4_400) return `,Řehoř,p${index}@example.com,no,é`;
  return `p${index},Person ${index},p${index}@example.com,,some words that make the row longer`;
}

const contextOf = (domain?: string) =>
  ({
    path: () => file,
    text: (key: string) => (key === 'default_domain' ? domain : undefined),
    config: { aliases },
  }) as unknown as Context;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'mailtrack-contacts-'));
  file = join(folder, 'contacts.csv');
  const rows = Array.from({ length: 5_000 }, (_, index) => rowOf(index));
  writeFileSync(file, `alias,name,email,track,notes\r\n${rows.join('\r\n')}\r\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a large contacts file', () => {
  const names = [
    'p4000',
    'P4999',
    'p4998@EXAMPLE.com',
    'p4299',
    'p4300@example.com',
    'p4400@example.com',
    'p4100',
    'p4200',
    'p4200@@example.com',
    'team',
    'round',
    'p4500',
    'nobody',
    'nobody@example.org',
    'Řehoř',
    '<broken',
    '"Jane" <p3@example.com>',
  ];

  it.each([
    [undefined, [[...names.slice(0, 3), 'team'], ...names.map(name => [name])]],
    ['example.net', names.map(name => [name])],
  ])('says of everybody what the whole file says, with the default domain %s', async (domain, asked) => {
    const context = contextOf(domain);
    const { people, unreadable } = await readContacts(context);
    const whole = createAddressBook(people, aliases, domain, unreadable);
    const said = (resolve: (text: string) => unknown, name: string) => {
      try {
        return resolve(name);
      } catch (error) {
        return error;
      }
    };
    for (const together of asked) {
      const book = await openAddressBook(context);
      await book.prepare?.(together);
      for (const name of together) {
        const [one, other] = [said(book.resolve, name), said(whole.resolve, name)];
        expect(one, name).toEqual(other);
        expect((one as { where?: unknown }).where, name).toEqual((other as { where?: unknown }).where);
      }
    }
  });

  it('has to be there, whether anybody is named or not', async () => {
    const missing = { ...contextOf(), path: () => join(folder, 'missing.csv') } as unknown as Context;
    await expect(openAddressBook(missing)).rejects.toMatchObject({ code: 'input-missing' });
  });
});

describe('the excerpt of a list', () => {
  const begin = `alias,email\n${'x,x@example.com\n'.repeat(5_000)}`;
  const excerpt = (end: string, ...words: readonly string[]) => excerptOf(Buffer.from(begin + end), words);

  it('has the begin of the list and the rows that hold a word, with their lines', () => {
    const found = excerpt('Ann,ann@example.com\nbob,bob@example.com\nann,é@example.com', 'ann');
    expect(found?.octets.toString().slice(-40)).toContain('\nAnn,ann@example.com\nann,é@example.com');
    expect(found?.lines.slice(-2)).toEqual([5_002, 5_004]);
    expect(found?.octets.length).toBeLessThan(70_000);
    expect(excerpt('Ann,ann@example.com', 'zoe')?.lines.at(-1)).toBeLessThan(5_000);
  });

  it.each([
    ['quotes, in which a line may end', '"a\nb",x'],
    ['a lone CR', 'a,b\rc,d'],
    ['octets that are not UTF-8', Buffer.from([0xff]).toString('latin1')],
    ['a NUL', 'a\0'],
    ['a letter that is another in lower case', '\u212aim,kim@example.com'],
    ['a line that is too long', 'a'.repeat(1_000_001)],
  ])('is not made of a list with %s', (_, end) => {
    const octets = Buffer.concat([Buffer.from(begin), Buffer.from(end, end === 'ÿ' ? 'latin1' : 'utf8')]);
    expect(excerptOf(octets, ['kim'])).toBeUndefined();
  });

  it('is not made of a small list, or for words beyond ASCII', () => {
    expect(excerptOf(Buffer.from('a,b\n'), ['a'])).toBeUndefined();
    expect(excerpt('', 'é')).toBeUndefined();
  });
});
