/** Contact exports of known programs: each is read as it is, or with one flag that its error names. */
import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { type ListReading, parseList } from '../../src/recipients/list.js';
import { describeColumns, type ListFacts } from '../../src/recipients/list-facts.js';

interface Read {
  readonly columns: string | undefined;
  readonly people: readonly string[];
  readonly problems: readonly string[];
}

async function read(text: string, reading: ListReading = {}, file = 'people.csv'): Promise<Read> {
  let facts: ListFacts | undefined;
  const people: string[] = [];
  const problems: string[] = [];
  const onColumns = (found: ListFacts) => {
    facts = found;
  };
  for await (const item of parseList([Buffer.from(text)], file, { ...reading, onColumns })) {
    if (item instanceof Problem) problems.push(`${item.where?.line ?? '-'}: ${item.message} | ${item.fix}`);
    else people.push(`${item.mailbox.name} <${item.mailbox.addrSpec}>`);
  }
  return { columns: facts && describeColumns(facts), people, problems };
}

async function facts(text: string, reading: ListReading = {}): Promise<ListFacts | undefined> {
  let found: ListFacts | undefined;
  const onColumns = (facts: ListFacts) => {
    found = facts;
  };
  for await (const _ of parseList([Buffer.from(text)], 'people.csv', { ...reading, onColumns }));
  return found;
}

describe('exports that are read as they are', () => {
  it.each([
    [
      'Google Contacts',
      'First Name,Middle Name,Last Name,E-mail 1 - Label,E-mail 1 - Value,E-mail 2 - Value\nAnn,,Example,* ,ann@example.com,old@example.com\n',
      'addresses from "E-mail 1 - Value", names from "First Name" and "Last Name"',
    ],
    [
      'Outlook',
      '"Title","First Name","Last Name","E-mail Address","E-mail Type","E-mail 2 Address"\n"","Ann","Example","ann@example.com","SMTP","old@example.com"\n',
      'addresses from "E-mail Address", names from "First Name" and "Last Name"',
    ],
    [
      'Outlook in German',
      'Anrede;Vorname;Nachname;E-Mail-Adresse;E-Mail 2: Adresse\n;Ann;Example;ann@example.com;old@example.com\n',
      'addresses from "E-Mail-Adresse", names from "Vorname" and "Nachname"',
    ],
    [
      'Thunderbird',
      'First Name,Last Name,Display Name,Nickname,Primary Email,Secondary Email\nAnn,Example,,A,ann@example.com,old@example.com\n',
      'addresses from "Primary Email", names from "Display Name"',
    ],
    [
      'Mailchimp',
      'Email Address,First Name,Last Name,TAGS\nann@example.com,Ann,Example,"""2026"""\n',
      'addresses from "Email Address", names from "First Name" and "Last Name"',
    ],
    [
      'HubSpot',
      '"Record ID","First Name","Last Name","Email"\n"1","Ann","Example","ann@example.com"\n',
      'addresses from "Email", names from "First Name" and "Last Name"',
    ],
    [
      'Eventbrite',
      'Order no.,Ticket Type,First Name,Last Name,Email\n1,"Early, Bird",Ann,Example,ann@example.com\n',
      'addresses from "Email", names from "First Name" and "Last Name"',
    ],
    [
      'Moodle',
      'First name,Last name,Email address,Groups\nAnn,Example,ann@example.com,\n',
      'addresses from "Email address", names from "First name" and "Last name"',
    ],
    [
      'Brevo',
      'CONTACT ID,EMAIL,FIRSTNAME,LASTNAME\n1,ann@example.com,Ann,Example\n',
      'addresses from "EMAIL", names from "FIRSTNAME" and "LASTNAME"',
    ],
    [
      'WooCommerce orders',
      'Order Number,First Name (Billing),Last Name (Billing),Email (Billing)\n1,Ann,Example,ann@example.com\n',
      'addresses from "Email (Billing)", names from "First Name (Billing)" and "Last Name (Billing)"',
    ],
  ])('%s', async (_, text, columns) => {
    expect(await read(text)).toEqual({ columns, people: ['Ann Example <ann@example.com>'], problems: [] });
  });

  it.each([
    ['French', 'Nom;Prénom;Adresse de messagerie', 'Example;Ann;ann@example.com'],
    ['French of Google Forms', 'Horodateur,Adresse e-mail,Prénom,Nom', 'x,ann@example.com,Ann,Example'],
    ['Spanish', 'Nombre;Apellidos;Dirección de correo electrónico', 'Ann;Example;ann@example.com'],
    ['Spanish without accents', 'Nombre,Apellidos,Correo electronico', 'Ann,Example,ann@example.com'],
    ['Swedish', 'Förnamn;Efternamn;E-postadress', 'Ann;Example;ann@example.com'],
    ['Italian', 'Nome;Cognome;Indirizzo posta elettronica', 'Ann;Example;ann@example.com'],
    ['Portuguese', 'Nome;Sobrenome;Endereço de e-mail', 'Ann;Example;ann@example.com'],
    ['Dutch', 'Voornaam;Achternaam;E-mailadres', 'Ann;Example;ann@example.com'],
    ['Polish', 'Imię;Nazwisko;Adres e-mail', 'Ann;Example;ann@example.com'],
    ['Czech', 'Jméno;Příjmení;E-mailová adresa', 'Ann;Example;ann@example.com'],
    ['Russian', 'Имя;Фамилия;Адрес электронной почты', 'Ann;Example;ann@example.com'],
    [
      'an address book with several columns',
      'First Name,Last Name,Work Email',
      'Ann,Example,ann@example.com',
    ],
    ['a numbered one', 'First Name,Last Name,E-mail 1,E-mail 2', 'Ann,Example,ann@example.com,'],
    ['Yahoo', 'First,Middle,Last,Email', 'Ann,,Example,ann@example.com'],
    ['Slack', 'username,email,fullname,displayname', 'ann,ann@example.com,Ann Example,'],
  ])('columns in %s', async (_, header, row) => {
    expect(await read(`${header}\n${row}\n`)).toMatchObject({
      people: ['Ann Example <ann@example.com>'],
      problems: [],
    });
  });

  it('Yahoo, with a middle name', async () => {
    const text = 'First,Middle,Last,Email\nAnn,B.,Example,ann@example.com\n';
    expect((await read(text)).people).toEqual(['Ann B. Example <ann@example.com>']);
  });

  it.each(['people.tsv', 'people.tab'])(
    'tabs, where a cell in quotes as a whole loses them: %s',
    async file => {
      const text = 'name\temail\n"Ann ""A"" Example"\tann@example.com\n5" pipe\tbob@example.com\n';
      expect((await read(text, {}, file)).people).toEqual([
        'Ann "A" Example <ann@example.com>',
        '5" pipe <bob@example.com>',
      ]);
    },
  );

  it('WooCommerce customers, whose roles are no roles of recipients', async () => {
    const text = 'Name,Role,Email\nAnn Example,customer,ann@example.com\n';
    expect((await read(text, { roleIsField: true })).people).toEqual(['Ann Example <ann@example.com>']);
    expect((await read(text)).problems).toEqual([
      '2: "customer" is not a role | Use to, cc or bcc; rename the column "Role" if it means something else; or pass --skip-invalid to leave such rows out.',
    ]);
  });

  it('Google Forms, whose questions have line ends and commas', async () => {
    const text =
      'Timestamp,Email Address,"Which day,\r\nand why?","Anything; else;\n\nto say?"\r\n2026/11/30,ann@example.com,"Monday, early",\r\n';
    const { columns, people } = await read(text);
    expect([columns, people]).toEqual(['addresses from "Email Address", no names', [' <ann@example.com>']]);
  });
});

describe('notes before the header', () => {
  const linkedIn = [
    'Notes:',
    '"When exporting your connection data, you may notice that some of the',
    ' email addresses are missing."',
    '',
    'First Name,Last Name,URL,Email Address,Company',
    'Ann,Example,https://example.com/in/ann,ann@example.com,"Example, Inc."',
    '',
  ].join('\n');

  it('are passed over where they have one cell each: LinkedIn', async () => {
    const ann = { people: ['Ann Example <ann@example.com>'], problems: [] };
    expect(await read(linkedIn)).toMatchObject(ann);
    expect(await read(linkedIn, { headerRow: 5 })).toMatchObject(ann);
    expect((await facts(linkedIn))?.headerLine).toBe(5);
    expect((await facts(linkedIn, { headerRow: 5 }))?.headerLine).toBeUndefined();
  });

  it('are asked about where they may be rows', async () => {
    expect((await read(`Members,2026\n\n${linkedIn.slice(linkedIn.indexOf('First'))}`)).problems).toEqual([
      '1: there is no column "email"; there are: "Members", "2026" | Line 3 names the columns: pass --header-row 3.',
    ]);
    expect((await read('Notes:\nTown;E-mail Adress\nBonn;ann@example.com\n')).problems).toHaveLength(1);
  });
});

describe('exports that need one flag, which the error names', () => {
  it('cells between bars', async () => {
    expect(await read('email|name\nann@example.com|Ann\n')).toMatchObject({
      people: [],
      problems: [
        '1: there is no column "email"; there are: "email|name" | Its cells seem to be separated by |: pass --delimiter \'|\'.',
      ],
    });
    expect((await read('email|name\nann@example.com|Ann\n', { delimiter: '|' })).people).toEqual([
      'Ann <ann@example.com>',
    ]);
  });

  it.each([
    [
      'PK\u0003\u0004\n',
      '-: the list is a workbook, although its name does not end in .xlsx | Rename it if it is an Excel workbook; anything else has to be saved as "CSV UTF-8".',
    ],
    [
      '\u00d0\u00cf\u0011\u00e0\n',
      '-: the list is an old Excel workbook (.xls), whatever its name says | Open it and save it as .xlsx or "CSV UTF-8".',
    ],
  ])('a workbook under another name: %j', async (text, problem) => {
    const octets = [Buffer.from(text, 'latin1')];
    const problems: string[] = [];
    for await (const item of parseList(octets, 'people.csv'))
      if (item instanceof Problem) problems.push(`${item.where?.line ?? '-'}: ${item.message} | ${item.fix}`);
    expect(problems).toEqual([problem]);
  });

  it('Google Contacts, with several addresses in a cell', async () => {
    const text =
      'First Name,Last Name,E-mail 1 - Value\nAnn,Example,ann@example.com ::: anna@example.org\nBob,Example,bob@example.com\n';
    expect(await read(text)).toMatchObject({
      people: ['Bob Example <bob@example.com>'],
      problems: [
        '2: "ann@example.com ::: anna@example.org" holds 2 addresses | Pass --several-addresses first, or --several-addresses each for a copy to each; or pass --skip-invalid to leave such rows out.',
      ],
    });
    expect((await read(text, { severalAddresses: 'first' })).people).toEqual([
      'Ann Example <ann@example.com>',
      'Bob Example <bob@example.com>',
    ]);
    expect((await read(text, { severalAddresses: 'each' })).people).toEqual([
      'Ann Example <ann@example.com>',
      'Ann Example <anna@example.org>',
      'Bob Example <bob@example.com>',
    ]);
  });

  it.each([
    'a@x.example;b@y.example',
    'a@x.example, b@y.example',
    'a@x.example\nb@y.example',
    'a@x.example / b@y.example',
    'a@x.example | b@y.example',
  ])('lists with several addresses as people write them: %j', async cell => {
    const text = `email\n"${cell}"\n`;
    expect((await read(text)).problems[0]).toMatch(/^2: ".*" holds 2 addresses \| Pass --several-addresses /);
    expect((await read(text, { severalAddresses: 'each' })).people).toHaveLength(2);
  });

  it('a wrong address beside others is refused, whichever are meant', async () => {
    const text = 'email\na@x.example; b@y.example; c@@z.example\n';
    for (const severalAddresses of ['first', 'each'] as const) {
      expect((await read(text, { severalAddresses })).problems[0]).toMatch(
        /^2: "c@@z.example" is not an addr-spec: two "@"/,
      );
    }
  });

  it('Salesforce, with lines below the people', async () => {
    const text =
      '"First Name","Last Name","Email"\n"Ann","Example","ann@example.com"\n\n"Report of people"\n"Confidential"\n';
    expect(await read(text)).toMatchObject({
      people: ['Ann Example <ann@example.com>'],
      problems: [
        expect.stringMatching(/^4: 1 cell, but 3 columns \| .*pass --skip-invalid/),
        expect.stringMatching(/^5: 1 cell, but 3 columns \| .*pass --skip-invalid/),
      ],
    });
  });

  it.each([
    [
      'Slack, with nothing for bots',
      'username,email,status\nann,ann@example.com,Member\nbot,,Bot\n',
      'there is no address',
    ],
    [
      'Microsoft Forms, with people who did not sign in',
      'Id,Email,Name\n1,ann@example.com,\n2,anonymous,\n',
      '"anonymous" is not an addr-spec: ',
    ],
  ])('%s', async (_, text, what) => {
    expect((await read(text)).problems).toEqual([
      expect.stringMatching(new RegExp(`^3: ${what}.*pass --skip-invalid`)),
    ]);
  });
});

describe('a list without a column that is known', () => {
  it('names the flag and each column that holds addresses, however many there are', async () => {
    const names = Array.from({ length: 60 }, (_, index) => `c${index}`);
    const row = names.map((_, index) => (index === 50 ? 'ann@example.com' : 'x'));
    expect((await read(`${names.join(',')}\n${row.join(',')}\n`)).problems[0]).toMatch(
      / \| The column "c50" holds addresses: pass --email-column "c50"\.$/,
    );
    expect((await read('Kontakt,Privat\na@x.example,b@x.example\n')).problems[0]).toBe(
      '1: there is no column "email"; there are: "Kontakt", "Privat" | "Kontakt", "Privat" hold addresses: pass --email-column with one of them, such as --email-column "Kontakt".',
    );
  });

  it('is read with the flag, however the name is written', async () => {
    for (const emailColumn of ['Kontakt Privat', 'kontakt_privat', 'KONTAKTPRIVAT']) {
      const { people } = await read('Kontakt-Privat,email\na@x.example,b@x.example\n', { emailColumn });
      expect(people).toEqual([' <a@x.example>']);
    }
    const { people } = await read('email,Wer\na@x.example,Ann\n', { nameColumn: 'wer' });
    expect(people).toEqual(['Ann <a@x.example>']);
  });

  it('says what else there is when the flag names no column', async () => {
    expect((await read('email,Wer\na@x.example,Ann\n', { emailColumn: 'emial' })).problems).toEqual([
      '1: there is no column "emial" for --email-column | Did you mean "email"?',
    ]);
    expect((await read('email,Wer\na@x.example,Ann\n', { nameColumn: 'Vorname' })).problems).toEqual([
      '1: there is no column "Vorname" for --name-column | There are: "email", "Wer".',
    ]);
    expect((await read('a b,a_b\na@x.example,Ann\n', { emailColumn: 'AB' })).problems).toEqual([
      '1: --email-column "AB" fits several columns | Write one as the list does.',
    ]);
  });

  it('asks which of two is meant', async () => {
    const text = 'Email,Email Address\na@x.example,b@x.example\n';
    expect((await read(text)).problems).toEqual([
      '1: "Email", "Email Address" could each be the column of the addresses | Pass --email-column "Email", or rename the others.',
    ]);
    expect((await read(text, { emailColumn: 'Email' })).people).toEqual([' <a@x.example>']);
  });

  it('has no header when its first row is a person', async () => {
    expect((await read('ann@example.com,Ann\nbob@example.com,Bob\n')).problems).toEqual([
      '1: the first row is a person: it holds an address and no name of a column | Put a row before it that names the columns, the one with the addresses email.',
    ]);
  });

  it('may have notes of which nothing is known', async () => {
    expect((await read('Members\nof the club\n')).problems).toEqual([
      '1: there is no column "email"; there are: "Members" | Name the column of the addresses email, or pass --email-column with its name. If notes stand before the header, pass --header-row with its line.',
    ]);
  });
});

describe('names', () => {
  it.each([
    [
      'a name goes before its parts',
      'email,name,First Name,Last Name\na@x.example,Dr. Ann,Ann,Example\n',
      'Dr. Ann',
    ],
    [
      'parts stand in for a name that is empty',
      'email,name,First Name,Last Name\na@x.example,,Ann,Example\n',
      'Ann Example',
    ],
    ['one part is enough', 'email,first_name,last_name\na@x.example,,Example\n', 'Example'],
    ['a first name alone is no name', 'email,first_name\na@x.example,Ann\n', ''],
    [
      'two columns of one meaning are no name',
      'email,first name,first_name,last_name\na@x.example,A,B,C\n',
      '',
    ],
  ])('%s', async (_, text, name) => {
    expect((await read(text)).people).toEqual([`${name} <a@x.example>`]);
  });
});
