import { describe, expect, it } from 'vitest';
import { printMailbox } from '../../src/message/mailbox.js';
import { Problem } from '../../src/problem.js';
import { type AddressBook, createAddressBook } from '../../src/recipients/address-book.js';
import { mailbox } from './people.js';

const contact = (alias: string, text: string, fields: Readonly<Record<string, string>> = {}) => ({
  alias,
  mailbox: mailbox(text),
  fields: new Map(Object.entries(fields)),
});
const contacts = [
  contact('alice', 'Alice Doe <alice@x.example>', { city: 'Bonn' }),
  contact('Bob', 'bob@x.example'),
  contact('bobby', 'Bobby <BOB@x.example>'),
];
const groups = new Map([
  ['team', ['alice', 'bob', '"Doe, Carol" <carol@x.example>']],
  ['Everybody', ['team', 'dave@x.example, alice', 'TEAM']],
  ['loop', ['alice', 'pool']],
  ['pool', ['Loop']],
  ['empty', []],
  ['bob', ['alice']],
]);
const book = createAddressBook(contacts, groups);

const names = (text: string, from: AddressBook = book) =>
  from.resolve(text).map(({ mailbox: found }) => printMailbox(found));

function problemOf(text: string, from: AddressBook = book): readonly (string | undefined)[] {
  try {
    from.resolve(text);
  } catch (error) {
    if (error instanceof Problem) return [error.code, error.message, error.fix];
  }
  throw new Error('no problem');
}

describe('an address book', () => {
  it('knows people without an alias by their address', () => {
    const known = createAddressBook([contact('', 'Eve <eve@x.example>', { city: 'Brno' })], new Map());
    expect(known.resolve('eve@x.example')).toMatchObject([
      { mailbox: { name: 'Eve' }, fields: new Map([['city', 'Brno']]) },
    ]);
    expect(problemOf('', known)[0]).toBe('unknown-recipient');
  });

  it.each([
    ['alice', ['Alice Doe <alice@x.example>']],
    [' ALICE ', ['Alice Doe <alice@x.example>']],
    ['bobby', ['Bobby <BOB@x.example>']],
    ['eve@x.example', ['eve@x.example']],
    ['Eve <eve@x.example>', ['Eve <eve@x.example>']],
  ])('resolves %j', (text, expected) => {
    expect(names(text)).toEqual(expected);
  });

  it('brings the fields and the name of somebody typed as an address', () => {
    const [first] = book.resolve('Alice@x.example');
    expect(first && printMailbox(first.mailbox)).toBe('Alice Doe <Alice@x.example>');
    expect(first?.fields.get('city')).toBe('Bonn');
    expect(names('Lissy <alice@x.example>')).toEqual(['Lissy <alice@x.example>']);
    expect(book.resolve('eve@x.example')[0]?.fields.size).toBe(0);
  });

  it('takes the first contact of several with one address', () => {
    expect(names('bob@x.example')).toEqual(['bob@x.example']);
  });

  it('resolves groups of groups, everybody once', () => {
    const plain = createAddressBook(contacts, new Map([...groups].filter(([name]) => name !== 'bob')));
    expect(names('everybody', plain)).toEqual([
      'Alice Doe <alice@x.example>',
      'bob@x.example',
      '"Doe, Carol" <carol@x.example>',
      'dave@x.example',
    ]);
  });

  it('resolves groups that name others again and again', () => {
    const layers = Array.from({ length: 60 }, (_, index): [string, string[]] => [
      `g${index}`,
      [`g${index + 1}`, `g${index + 1}`],
    ]);
    const deep = createAddressBook([], new Map([...layers, ['g60', ['a@x']]]));
    expect(names('g0', deep)).toEqual(['a@x']);
  });

  it('takes a bare name for one of the default domain, if there is one', () => {
    const home = createAddressBook(contacts, groups, 'home.example');
    expect(names('eve', home)).toEqual(['eve@home.example']);
    expect(names('alice', home)).toEqual(['Alice Doe <alice@x.example>']);
    expect(problemOf('eve smith', home)[1]).toBe(
      '"eve smith@home.example" is not an address: a space in the local part',
    );
  });

  it('suggests the nearest name', () => {
    expect(problemOf('alcie')).toEqual([
      'unknown-recipient',
      '"alcie" is neither an address nor in the address book',
      'Did you mean alice?',
    ]);
    expect(problemOf('everbody')[2]).toBe('Did you mean Everybody?');
    expect(problemOf('zzz')[2]).toBe(
      'Write the whole address, add it to the contacts file, or to [aliases] in mailtrack.toml.',
    );
  });

  it('says how a list is written whose name does not end like one', () => {
    for (const name of ['people.txt', 'lists/people.CSV.bak', 'Doe, Jane.txt'])
      expect(problemOf(name)[2]).toBe(
        `If it is a list of people, put @ before its name. Otherwise write the whole address, add it to the contacts file, or to [aliases] in mailtrack.toml.`,
      );
  });

  describe('of which a part cannot be read', () => {
    const problem = (line: number, what: string) =>
      new Problem('list-row', what, { where: { file: 'contacts.csv', line } });
    const unreadable = [
      { problem: problem(4, '2 cells, but 3 columns'), cells: ['Carl', 'Carl Cook'] },
      { problem: problem(7, '"maybe" in column "track"'), cells: ['', 'Bob', 'Dora@x.example', 'maybe'] },
    ];
    const part = createAddressBook(contacts, new Map([['few', ['alice', 'carl']]]), undefined, unreadable);

    it.each(['alice', 'bob', 'eve@x.example'])('does not matter to those who name %s', name => {
      expect(names(name, part)).toHaveLength(1);
    });

    it.each([
      ['carl', 4],
      ['few', 4],
      ['dora@x.example', 7],
      ['Dora <DORA@x.example>', 7],
    ])('matters to those who name %s', (name, line) => {
      expect(() => part.resolve(name)).toThrow(
        expect.objectContaining({ code: 'list-row', where: { file: 'contacts.csv', line } }),
      );
    });

    it('is named when somebody is not found', () => {
      expect(problemOf('eve', part)).toEqual([
        'unknown-recipient',
        '"eve" is neither an address nor in the address book, of which a part cannot be read: contacts.csv:4, contacts.csv:7',
        'Write the whole address, add it to the contacts file, or to [aliases] in mailtrack.toml. `mailtrack check` says what is wrong with these rows.',
      ]);
    });

    it('makes no address of a name that may be in it', () => {
      const known = createAddressBook(contacts, groups, 'home.example', unreadable);
      expect(names('eve', known)).toEqual(['eve@home.example']);
      const rest = [{ problem: problem(9, 'a quote that is not closed'), cells: undefined }];
      const notKnown = createAddressBook(contacts, groups, 'home.example', rest);
      expect(problemOf('eve', notKnown)[0]).toBe('unknown-recipient');
      expect(names('alice', notKnown)).toEqual(['Alice Doe <alice@x.example>']);
    });
  });

  it('says why an address is none', () => {
    expect(problemOf('anna@@example.org')).toEqual([
      'address-syntax',
      '"anna@@example.org" is not an address: two "@"',
      'Write it as name@example.com or "Name" <name@example.com>.',
    ]);
  });

  it.each([
    ['loop', 'the alias "Loop" contains itself: loop → pool → loop'],
    ['empty', 'the alias "empty" names nobody'],
    ['bob', '"bob" is a group in [aliases] and a person in the contacts file'],
  ])('refuses the group %s', (text, message) => {
    expect(problemOf(text).slice(0, 2)).toEqual(['config', message]);
  });
});
