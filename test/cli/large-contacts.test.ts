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
  ['team', ['p400', 'P401@example.com', '"Doe, J" <p402@EXAMPLE.com>']],
  ['p450', ['p1']],
  ['round', ['round']],
]);

/** Rows of all kinds. */
function rowOf(index: number): string {
  if (index === 410) return `p${index},Too short`;
  if (index === 420) return `p${index},Bad,p${index}@@example.com,,x`;
  if (index === 430) return `p429,The same alias,p${index}@example.com,,x`;
  if (index === 440) return `,Řehoř,p${index}@example.com,no,é`;
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
  const rows = Array.from({ length: 500 }, (_, index) => rowOf(index));
  writeFileSync(file, `alias,name,email,track,notes\r\n${rows.join('\r\n')}\r\n`);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a large contacts file', () => {
  const names = [
    'p400',
    'P499',
    'p498@EXAMPLE.com',
    'p429',
    'p430@example.com',
    'p440@example.com',
    'p410',
    'p420',
    'p420@@example.com',
    'team',
    'round',
    'p450',
    'nobody',
    'nobody@example.org',
    'Řehoř',
    '<broken',
    '"Jane" <p3@example.com>',
  ];

  it.each([
    [undefined, [[...names.slice(0, 3), 'team'], ...names.map(name => [name])]],
    ['example.net', ['p400', 'p410', 'nobody'].map(name => [name])],
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
  const excerpt = (list: string, ...words: readonly string[]) => {
    const found = excerptOf(Buffer.from(list), words);
    if (found === undefined) return undefined;
    const text = found.octets.toString();
    const lines = text.replace(/\n$/, '').split('\n');
    return { text, lines: lines.map((_, index) => found.lineOf(index + 1)) };
  };
  const people = 'alias,email\r\nAnn,ann@example.com\nbob,bob@example.com\n\njoann,é@example.com';

  it('has the header and the rows that hold a word, with their lines', () => {
    expect(excerpt(people, 'ann')).toEqual({
      text: 'alias,email\r\nAnn,ann@example.com\njoann,é@example.com',
      lines: [1, 2, 5],
    });
    expect(excerpt(`\ufeff${people}\n`, 'bob', 'b.b', 'zoe')).toEqual({
      text: '\ufeffalias,email\r\nbob,bob@example.com\n',
      lines: [1, 3],
    });
    expect(excerpt(people, 'alias', '.*')).toEqual({ text: 'alias,email\r\n', lines: [1] });
    const long = `${'x,x@example.com\n'.repeat(20_000)}`;
    expect(excerpt(`alias,email\n${long}bob,b@example.com\n${long}`, 'bob')).toEqual({
      text: 'alias,email\nbob,b@example.com\n',
      lines: [1, 20_002],
    });
    expect(excerpt(people)).toEqual({ text: 'alias,email\r\n', lines: [1] });
  });

  it.each([
    ['quotes, in which a line may end', 'a,b\n"a\nb",x\n'],
    ['a lone CR', 'a,b\nc\rd,e\n'],
    ['a NUL', 'a,b\n\0,c\n'],
    ['a letter that is another in lower case', 'a,b\n\u212aim,kim@example.com\n'],
    ['a line that is too long', `a,b\n${'a'.repeat(1_000_001)}`],
    ['a header of one column', 'alias\nkim\n'],
    ['a header that can be read in two ways', 'a,b;c\nkim,x;y\n'],
    ['a line that says the delimiter', 'sep=,\nalias,email\nkim,x\n'],
    ['a header alone', 'alias,email'],
  ])('is not made of a list with %s', (_, list) => {
    expect(excerpt(list, 'kim')).toBeUndefined();
  });

  it('is not made of octets that are not UTF-8, for words beyond ASCII, or for very many', () => {
    expect(excerptOf(Buffer.from('a,b\n\xff,c\n', 'latin1'), ['c'])).toBeUndefined();
    expect(excerpt(people, 'é')).toBeUndefined();
    expect(excerpt(people, ...Array.from({ length: 101 }, (_, index) => `p${index}`))).toBeUndefined();
  });
});
