import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { isCsv, isListName, isWorkbook, type ListRow, parseList } from '../../src/recipients/list.js';
import { fc } from '../properties/fast-check.js';

const octets = (text: string) => Buffer.from(text);

async function all(items: AsyncIterable<ListRow | Problem>): Promise<readonly (ListRow | Problem)[]> {
  const taken: (ListRow | Problem)[] = [];
  for await (const item of items) taken.push(item);
  return taken;
}

/** What the list yields: rows as `line name <address> {fields}`, problems as they are printed. */
async function read(...chunks: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  const pieces = chunks.map(chunk => (typeof chunk === 'string' ? octets(chunk) : chunk));
  return (await all(parseList(pieces, 'people.csv'))).map(print);
}

function print(item: ListRow | Problem): string {
  if (item instanceof Problem) {
    const { where, code, message } = item;
    return `${where?.file}:${where?.line ?? '-'}: ${message} [${code}]`;
  }
  const { line, mailbox, fields } = item;
  return `${line} ${mailbox.name}<${mailbox.addrSpec}> ${JSON.stringify([...fields.values()])}`;
}

describe('rows', () => {
  it('carry the mailbox, role, consent and all columns as they stand there', async () => {
    const list =
      'Name,E-Mail,Role,TRACK,Company\n Jane Doe ,Jane@BÜCHER.example,CC,No,"A, B"\n,bob@x.example,,,\n';
    expect(await all(parseList([octets(list)], 'people.csv'))).toEqual([
      {
        mailbox: { name: 'Jane Doe', addrSpec: 'Jane@xn--bcher-kva.example' },
        role: 'cc',
        track: false,
        fields: new Map([
          ['Name', ' Jane Doe '],
          ['E-Mail', 'Jane@BÜCHER.example'],
          ['Role', 'CC'],
          ['TRACK', 'No'],
          ['Company', 'A, B'],
        ]),
        addressing: new Set(['E-Mail', 'Role', 'TRACK']),
        line: 2,
      },
      {
        mailbox: { name: '', addrSpec: 'bob@x.example' },
        role: undefined,
        track: undefined,
        fields: new Map([
          ['Name', ''],
          ['E-Mail', 'bob@x.example'],
          ['Role', ''],
          ['TRACK', ''],
          ['Company', ''],
        ]),
        addressing: new Set(['E-Mail', 'Role', 'TRACK']),
        line: 3,
      },
    ]);
  });

  it.each<[string, boolean | undefined]>([
    ['yes', true],
    ['y', true],
    ['true', true],
    ['1', true],
    ['YES', true],
    ['no', false],
    ['n', false],
    ['false', false],
    ['0', false],
    ['No', false],
    [' no ', false],
    ['', undefined],
  ])('understand the consent %j as %s', async (word, track) => {
    const [row] = await all(parseList([octets(`email,track\na@x.example,${word}\n`)], 'people.csv'));
    expect(row).toMatchObject({ track });
  });

  it.each<[string, ListRow['role']]>([
    ['to', 'to'],
    ['cc', 'cc'],
    ['bcc', 'bcc'],
    ['Bcc', 'bcc'],
    ['TO', 'to'],
    ['', undefined],
  ])('understand the role %j as %s', async (word, role) => {
    const [row] = await all(parseList([octets(`email,role\na@x.example,${word}\n`)], 'people.csv'));
    expect(row).toMatchObject({ role });
  });

  it.each(['email', 'Email', 'E-MAIL', 'e-mail', 'email_address', 'Mail', ' email '])(
    'take their address from the column %j',
    async name => {
      expect(await read(`${name},x\na@b,1\n`)).toEqual(['2 <a@b> ["a@b","1"]']);
    },
  );

  it('keep columns named like properties of every object as data', async () => {
    const [row] = await all(parseList([octets('email,__proto__,constructor\na@b,x,y\n')], 'people.csv'));
    expect(row instanceof Problem || [...(row?.fields ?? [])]).toEqual([
      ['email', 'a@b'],
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(row instanceof Problem || row?.fields.has('toString')).toBe(false);
  });

  it.each([
    ['a comma', 'email,n\na@b,x\n'],
    ['a semicolon', 'email;n\na@b;x\n'],
    ['a tab', 'email\tn\na@b\tx\n'],
    ['CRLF', 'email,n\r\na@b,x\r\n'],
    ['CR only', 'email,n\ra@b,x\r'],
    ['no line end at the end', 'email,n\na@b,x'],
    ['a byte order mark', '\ufeffemail,n\na@b,x\n'],
    ['a byte order mark before a quote', '\ufeff"email",n\na@b,x\n'],
    ['blanks around the names', ' email , n \na@b,x\n'],
  ])('are found with %s', async (_, list) => {
    expect(await read(list)).toEqual(['2 <a@b> ["a@b","x"]']);
  });

  it('are separated by what the header has most of outside quotes', async () => {
    expect(await read('"na,me,first";email\n"x;y";a@b\n')).toEqual(['2 <a@b> ["x;y","a@b"]']);
  });

  it('name the physical line they start on, past blank lines and line ends in quotes', async () => {
    const list = [
      '',
      'email,n',
      '',
      'a@b,"1',
      '2',
      '',
      '3"',
      '',
      ',',
      '  ',
      'c@d,4',
      '"e@f","5',
      '"',
      'g@h,6',
    ];
    const rows = (end: string) => [
      `4 <a@b> ${JSON.stringify(['a@b', ['1', '2', '', '3'].join(end)])}`,
      '11 <c@d> ["c@d","4"]',
      `12 <e@f> ${JSON.stringify(['e@f', `5${end}`])}`,
      '14 <g@h> ["g@h","6"]',
    ];
    expect(await read(list.join('\n'))).toEqual(rows('\n'));
    expect(await read(list.join('\r\n'))).toEqual(rows('\r\n'));
  });

  it('end at every kind of line end, also where a file mixes them', async () => {
    expect(await read('email,n\r\na@b,x\nc@d,y\re@f,z\r\n')).toEqual([
      '2 <a@b> ["a@b","x"]',
      '3 <c@d> ["c@d","y"]',
      '4 <e@f> ["e@f","z"]',
    ]);
    expect(await read('email,n\na@b,x\r\nc@d,y\n')).toEqual(['2 <a@b> ["a@b","x"]', '3 <c@d> ["c@d","y"]']);
  });

  it('may hold tabs, line ends and doubled quotes in quotes', async () => {
    expect(await read('email,n\na@b,"5"" pipe\r\n\tnew"\n')).toEqual([
      `2 <a@b> ${JSON.stringify(['a@b', '5" pipe\r\n\tnew'])}`,
    ]);
  });

  it('are the same however the octets are cut into pieces', async () => {
    const list = octets('\ufeffemail;näme\r\nänna@bücher.example;"日\r\n本"\r\n\r\nbad;"x"";"\nc@d;😀\r\n');
    const whole = await read(list);
    expect(whole).toHaveLength(3);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(list.length)), async cuts => {
        const edges = [0, ...cuts.sort((a, b) => a - b), list.length];
        const pieces = edges.slice(1).map((edge, index) => list.subarray(edges[index], edge));
        expect(await read(...pieces)).toEqual(whole);
      }),
    );
  });

  it('carry what was written, whatever is in the cells', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab",;\t\n äß日😀=\'') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(text, { minLength: 1 }),
        fc.constantFrom(',', ';', '\t'),
        async (cells, comma) => {
          const quote = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
          const list = [`email${comma}n`, ...cells.map(cell => `a@b${comma}${quote(cell)}`)].join('\r\n');
          const rows = await all(parseList([octets(list)], 'people.csv'));
          expect(rows.map(row => (row instanceof Problem ? row.message : row.fields.get('n')))).toEqual(
            cells,
          );
          let line = 2;
          for (const [index, row] of rows.entries()) {
            expect(row instanceof Problem ? row.where?.line : row.line).toBe(line);
            line += (cells[index] ?? '').split('\n').length;
          }
        },
      ),
    );
  });

  it('are read only as fast as they are taken, and the file is closed when the taker stops', async () => {
    let given = 0;
    let closed = false;
    function* endless() {
      try {
        yield octets('email\n');
        for (;;) {
          given += 1;
          yield octets(`a${given}@b\n`);
        }
      } finally {
        closed = true;
      }
    }
    for await (const row of parseList(endless(), 'people.csv')) {
      if (!(row instanceof Problem) && row.line === 4) break;
    }
    expect(given).toBeLessThan(10);
    expect(closed).toBe(true);
  });
});

describe('bad rows', () => {
  it('are all named, each at its line, and good rows come in between', async () => {
    const list =
      'email,name,role,track,note\n' +
      'anna@@example.org,,,,\n' +
      'a@b,,,,fine\n' +
      'c@d,"x\ny",boss,maybe,\n' +
      'e@f,,\n' +
      'g@h,,,,,\n' +
      'i@j,\u202Egpj,,,\n' +
      'k@l,,,,"bell\x07"\n' +
      'm@n,,,,"\r"\n' +
      'a@b,,bcc,yes,last\n';
    expect(await read(list)).toEqual([
      'people.csv:2: "anna@@example.org" is not an addr-spec: two "@" [address-syntax]',
      '3 <a@b> ["a@b","","","","fine"]',
      'people.csv:4: control character U+000A in the name [list-row]',
      'people.csv:4: "boss" is not a role [list-row]',
      'people.csv:4: "maybe" in column "track" [list-row]',
      'people.csv:6: 3 cells, but 5 columns [list-row]',
      'people.csv:7: 6 cells, but 5 columns [list-row]',
      'people.csv:8: bidirectional control character U+202E in the name [list-row]',
      'people.csv:9: control character U+0007 in column "note" [list-row]',
      'people.csv:10: control character U+000D in column "note" [list-row]',
      '12 <a@b> ["a@b","","bcc","yes","last"]',
    ]);
  });

  it('say what to do', async () => {
    const problems = (
      await all(parseList([octets('email,role,track\nx,,\na@b,boss,\na@b,,perhaps\na@b,\n')], 'people.csv'))
    ).map(item => item instanceof Problem && item.fix);
    expect(problems).toEqual([
      'Correct the row, or pass --skip-invalid to leave such rows out.',
      'Use to, cc or bcc; rename the column "role" if it means something else; or pass --skip-invalid to leave such rows out.',
      'Use yes or no; rename the column "track" if it does not say who may be tracked; or pass --skip-invalid to leave such rows out.',
      'Put cells that hold the delimiter or a line end into quotes, or pass --skip-invalid to leave such rows out.',
    ]);
  });

  it.each([
    ['a line end', '"a@b\n"', '"a@b\\n" is not an addr-spec: control character U+000A in the address'],
    [
      'a second field',
      '"a@b\r\nBcc: v@e"',
      '"a@b\\r\\nBcc: v@e" is not an addr-spec: control character U+000D in the address',
    ],
    ['a no-break space', 'a@b\u00A0', '"a@b\u00A0" is not an addr-spec: U+00A0 in the domain'],
    ['U+2028', 'a@b\u2028', '"a@b\u2028" is not an addr-spec: control character U+2028 in the address'],
    ['a name', 'Jane <a@b>', '"Jane <a@b>" is not an addr-spec: a space in the local part'],
    ['NUL', 'a@b\0', 'control character U+0000 in column "email"'],
    ['U+0085', 'a@b\u0085', 'control character U+0085 in column "email"'],
  ])('are those whose address has %s', async (_, cell, message) => {
    const [problem] = await all(parseList([octets(`n,email\n1,${cell}\n`)], 'people.csv'));
    expect(problem instanceof Problem && [problem.message, problem.where?.line]).toEqual([message, 2]);
  });

  it('quote a long cell in part', async () => {
    const [problem] = await read(`email\n${'x'.repeat(5_000)}\n`);
    expect(problem).toBe(
      `people.csv:2: "${'x'.repeat(80)}…" is not an addr-spec: more than 2000 characters [address-syntax]`,
    );
  });

  it('are those with octets that are not UTF-8, and reading goes on', async () => {
    const latin1 = Buffer.from(
      'email,name,note\na@b,J\u00fcrgen,\u00e4\nc@d,Bob,\ne@f,Zo\u00eb,\n',
      'latin1',
    );
    expect(await read(latin1)).toEqual([
      'people.csv:2: column "name" is not valid UTF-8 [list-syntax]',
      'people.csv:2: column "note" is not valid UTF-8 [list-syntax]',
      '3 Bob<c@d> ["c@d","Bob",""]',
      'people.csv:4: column "name" is not valid UTF-8 [list-syntax]',
    ]);
  });
});

describe('a broken structure', () => {
  it.each([
    ['email,n\na@b,x\n\n\nc@d,"y\ne@f,z\n', 5, 'a quote that opens in this row is never closed'],
    ['email,n\r\na@b,"x\r\n"\r\nc@d,"y\r\ne@f,z\r\n', 4, 'a quote that opens in this row is never closed'],
    ['email,n\na@b,x\nc@d,"y"z\ne@f,\n', 3, 'a quote in the middle of a cell of this row'],
    ['email,n\na@b,x\nc@d,5" pipe\ne@f,\n', 3, 'a quote in the middle of a cell of this row'],
    ['email,n\na@b,x\nc@d,"y\ne@f,"z"\n', 3, 'a quote in the middle of a cell of this row'],
    [
      `email,n\na@b,x\nc@d,"${'y\n'.repeat(600_000)}`,
      3,
      'a quote that opens in this row is not closed within a million octets',
    ],
  ])('ends the list after the rows before it', async (list, line, message) => {
    const items = await read(list);
    expect(items).toHaveLength(2);
    expect(items[0]).toMatch(/^2 <a@b>/);
    expect(items[1]).toBe(`people.csv:${line}: ${message} [list-syntax]`);
  });

  it('closes the file', async () => {
    let closed = false;
    function* file() {
      try {
        yield octets('email,n\na@b,x"y\n');
        yield octets('c@d,x\n');
      } finally {
        closed = true;
      }
    }
    expect(await all(parseList(file(), 'people.csv'))).toHaveLength(1);
    expect(closed).toBe(true);
  });

  it.each([
    ['UTF-16 without a mark', Buffer.from('email\na@b\n', 'utf16le')],
    ['UTF-32', Buffer.from('\ufeff\0e\0m\0a\0i\0l\0\n\0', 'utf16le')],
    ['one octet at a time', ...[...Buffer.from('email\na@b\n', 'utf16le')].map(octet => Buffer.of(octet))],
  ])('is %s', async (_, ...chunks) => {
    expect(await read(...chunks)).toEqual([
      'people.csv:1: the list is UTF-16 without a byte order mark, or no text at all [list-syntax]',
    ]);
  });

  it('is a first line without an end', async () => {
    expect(await read(...Array.from({ length: 20 }, () => Buffer.alloc(64 * 1024, 'x')))).toEqual([
      'people.csv:1: the first line is too long for a header [list-syntax]',
    ]);
  });

  it('is an empty list, or one of blank lines', async () => {
    const empty = ['people.csv:-: the list is empty [list-syntax]'];
    expect(await read()).toEqual(empty);
    expect(await read('')).toEqual(empty);
    expect(await read('\ufeff')).toEqual(empty);
    expect(await read('\n\r\n , ,\n')).toEqual(empty);
  });

  it('is a header without rows', async () => {
    const expected = ['people.csv:-: the list has a header but no rows [list-syntax]'];
    expect(await read('email,name')).toEqual(expected);
    expect(await read('email,name\n\n,\n')).toEqual(expected);
  });

  it('is a file that cannot be read on, after the rows before it', async () => {
    const broken = new Problem('io', 'people.csv cannot be read: EIO');
    async function* file(error: unknown) {
      yield octets('email\na@b\n');
      throw error;
    }
    expect((await all(parseList(file(broken), 'people.csv'))).at(-1)).toBe(broken);
    await expect(all(parseList(file(new Error('bug')), 'people.csv'))).rejects.toThrow('bug');
  });
});

describe('a bad header', () => {
  it.each([
    ['no address', 'name,Adresse\nx,y\n', ['there is no column "email"; there are: "name", "Adresse"']],
    [
      'two for the address',
      'mail,E-Mail\na@b,c@d\n',
      ['"mail", "E-Mail" could each be the column of the addresses'],
    ],
    ['the same twice', 'email,City,city\na@b,x,y\n', ['columns 2 and 3 are both named "city"']],
    ['the address twice', 'email,EMAIL\na@b,c@d\n', ['columns 1 and 2 are both named "EMAIL"']],
    [
      'a direction in a name',
      'email,\u202Eb\na@b,x\n',
      ['bidirectional control character U+202E in the name of column 2'],
    ],
    [
      'several faults',
      'x,,X\n1,2,3\n',
      ['columns 1 and 3 are both named "X"', 'there is no column "email"; there are: "x", "", "X"'],
    ],
  ])('with columns for %s ends the list', async (_, list, messages) => {
    expect(await read(list)).toEqual(messages.map(message => `people.csv:1: ${message} [list-column]`));
  });

  it('is named at its own line', async () => {
    expect(await read('\n\n,\nname\nx\n')).toEqual([
      'people.csv:4: there is no column "email"; there are: "name" [list-column]',
    ]);
  });

  it('may be one that is not UTF-8', async () => {
    expect(await read(Buffer.from('email,gr\u00f6\u00dfe\na@b,x\n', 'latin1'))).toEqual([
      'people.csv:1: the name of column 2 is not valid UTF-8 [list-column]',
    ]);
  });

  it('of very many columns is shown in part', async () => {
    const names = Array.from({ length: 16_000 }, (_, index) => `c${index}`);
    const [problem] = await read(`${names.join(',')}\n`);
    expect(problem).toMatch(/there are: "c0", .*, "c39" and 15960 more \[list-column\]$/);
  });
});

describe('a header with more columns than a sheet has', () => {
  it('is refused at once', async () => {
    const header = Array.from({ length: 16_385 }, (_, index) => `c${index}`).join(',');
    const [problem] = await all(parseList([octets(`${header}\n`)], 'people.csv'));
    expect(problem).toMatchObject({
      code: 'list-column',
      message: 'the list has 16,385 columns',
      where: { file: 'people.csv', line: 1 },
      fix: 'At most 16,384 can be read. Leave out the columns that the template does not use.',
    });
  });

  it('is read when it has as many', async () => {
    const header = ['email', ...Array.from({ length: 16_383 }, (_, index) => `c${index}`)].join(',');
    expect(
      await all(parseList([octets(`${header}\na@example.com${','.repeat(16_383)}\n`)], 'people.csv')),
    ).toMatchObject([{ mailbox: { addrSpec: 'a@example.com' } }]);
  });

  it('has its first hundred faults told', async () => {
    const found = await all(parseList([octets(`email${',a'.repeat(102)}\n`)], 'people.csv'));
    expect(found).toHaveLength(101);
    expect(found.at(-1)).toMatchObject({
      message: 'the names of 1 more columns are wrong',
      fix: 'Correct the names above first.',
    });
  });
});

describe('the name of a file', () => {
  it.each([
    ['csv', true, false],
    ['tsv', true, false],
    ['tab', true, false],
    ['ndjson', false, false],
    ['jsonl', false, false],
    ['json', false, false],
    ['xlsx', false, true],
    ['xls', false, false],
    ['xlsb', false, false],
    ['xlsm', false, false],
    ['xltx', false, false],
    ['ods', false, false],
    ['fods', false, false],
    ['numbers', false, false],
  ])(
    'that ends in .%s, in any case, is one of a list: of CSV %s, of a workbook %s',
    (ending, csv, workbook) => {
      for (const name of [`team.${ending}`, `TEAM.${ending.toUpperCase()}`])
        expect([name, isListName(name), isCsv(name), isWorkbook(name)]).toEqual([name, true, csv, workbook]);
    },
  );

  it.each(['csv', 'team', 'team.csv.bak', 'team.csvx', 'xjson', 'anna@example.com', ''])(
    'that is %j is read as CSV only when somebody says that it is a list',
    name => {
      expect([isListName(name), isCsv(name), isWorkbook(name)]).toEqual([false, true, false]);
    },
  );
});
