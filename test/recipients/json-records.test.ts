import { describe, expect, it } from 'vitest';
import { Problem } from '../../src/problem.js';
import { type ListRow, parseList } from '../../src/recipients/list.js';
import { parseWhere } from '../../src/recipients/where.js';
import { fc } from '../properties/fast-check.js';

async function all(
  file: string,
  chunks: readonly (string | Uint8Array)[],
  where = 'email is not empty',
): Promise<readonly (ListRow | Problem)[]> {
  const conditions = parseWhere(where);
  if (!conditions.ok) throw new Error(conditions.why);
  const items: (ListRow | Problem)[] = [];
  const octets = chunks.map(chunk => Buffer.from(chunk as string));
  for await (const item of parseList(octets, file, { where: conditions.value })) items.push(item);
  return items;
}

async function read(file: string, ...chunks: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  return (await all(file, chunks)).map(print);
}

function print(item: ListRow | Problem): string {
  if (item instanceof Problem) {
    const { where, code, message } = item;
    return `${where?.file}:${where?.line ?? '-'}: ${message} [${code}]`;
  }
  const { line, mailbox, fields } = item;
  return `${line} ${mailbox.name}<${mailbox.addrSpec}> ${JSON.stringify([...fields])}`;
}

const lines = (...rows: readonly string[]) => read('people.ndjson', rows.join('\n'));
const array = (text: string) => read('people.json', text);

describe('rows of objects', () => {
  it('carry the mailbox, role, consent and all keys, as rows of CSV do', async () => {
    const object = {
      Name: 'Jane Doe',
      Mail: 'Jane@BÜCHER.example',
      role: 'CC',
      track: false,
      Company: 'A\n"B"',
    };
    const expected = {
      mailbox: { name: 'Jane Doe', addrSpec: 'Jane@xn--bcher-kva.example' },
      role: 'cc',
      track: false,
      fields: new Map([
        ['Name', 'Jane Doe'],
        ['Mail', 'Jane@BÜCHER.example'],
        ['role', 'CC'],
        ['track', 'false'],
        ['Company', 'A\n"B"'],
      ]),
      addressing: new Set(['Mail', 'role', 'track']),
      line: 1,
    };
    const where = 'company ~ a';
    expect(await all('people.ndjson', [JSON.stringify(object)], where)).toEqual([expected]);
    expect(await all('people.jsonl', [JSON.stringify(object)], where)).toEqual([expected]);
    expect(await all('PEOPLE.JSON', [JSON.stringify([object])], where)).toEqual([expected]);
    expect(await all('people.json', [JSON.stringify([object], null, 2)], where)).toEqual([expected]);
  });

  it.each([
    ['utf-16le', '\ufeff'],
    ['utf-16be', '\ufeff'],
    ['utf-16le', ''],
    ['utf-16be', ''],
  ])('are read in %s, with a byte order mark or without: %j', async (encoding, mark) => {
    const encode = (text: string) => {
      const octets = Buffer.from(mark + text, 'utf16le');
      return encoding === 'utf-16le' ? octets : octets.swap16();
    };
    const expected = ['1 <a@b> [["email","a@b"],["note","ä 😀"]]'];
    expect(await read('people.ndjson', encode('{"email":"a@b","note":"ä 😀"}\r\n'))).toEqual(expected);
    expect(await read('people.json', encode('[{"email":"a@b","note":"ä 😀"}]'))).toEqual(expected);
  });

  it('hold numbers as they are written, and null as nothing', async () => {
    expect(
      await lines('{"email":"a@b","n":12345678901234567890,"p":1.10,"q":-1e3 ,"yes":true,"no":null}'),
    ).toEqual([
      '1 <a@b> [["email","a@b"],["n","12345678901234567890"],["p","1.10"],["q","-1e3"],["yes","true"],["no",""]]',
    ]);
  });

  it('are found on each line, past blank ones, a byte order mark, CRLF and a missing end', async () => {
    expect(await lines('\ufeff{"email":"a@b"}\r', '', '  ', '{ "email" : "c@d" }')).toEqual([
      '1 <a@b> [["email","a@b"]]',
      '4 <c@d> [["email","c@d"]]',
    ]);
    expect(await array('\ufeff [ {"email":"a@b"} , {"email":"c@d"} ] \r\n')).toEqual([
      '1 <a@b> [["email","a@b"]]',
      '2 <c@d> [["email","c@d"]]',
    ]);
  });

  it('may have their keys in another order, and keys like properties of every object', async () => {
    const rows = [
      '{"email":"a@b","__proto__":"x","2":"y","1":"z"}',
      '{"1":1,"2":2,"email":"c@d","__proto__":0}',
    ];
    const expected = [
      '1 <a@b> [["email","a@b"],["__proto__","x"],["2","y"],["1","z"]]',
      '2 <c@d> [["email","c@d"],["__proto__","0"],["2","2"],["1","1"]]',
    ];
    expect(await lines(...rows)).toEqual(expected);
    expect(await array(`[${rows.join()}]`)).toEqual(expected);
  });

  it('of an array that is no JSON are never all of it', async () => {
    const list = '[{"email":"a@b","n":"\\\\"},\n{"email":"c@d","n":"\\""}, {"email":"e@f","n":1}]';
    expect(JSON.parse(list)).toHaveLength(3);
    const piece = fc.constantFrom('', ...'[]{},:"\\1x \n');
    await fc.assert(
      fc.asyncProperty(fc.nat(list.length), fc.nat(2), piece, async (at, removed, added) => {
        const text = list.slice(0, at) + added + list.slice(at + removed);
        const items = await all('people.json', [text]);
        let isJson = true;
        try {
          JSON.parse(text);
        } catch {
          isJson = false;
        }
        if (!isJson) expect(items.some(item => item instanceof Problem)).toBe(true);
      }),
      { numRuns: 3_000 },
    );
  });

  it('carry what was written, whatever it is and however the octets are cut', async () => {
    const text = fc.string({ unit: fc.constantFrom(...'ab",:;{}[]\\\t\n äß日😀=\'') });
    const row = fc.record({
      '"k": 1,': text,
      n: fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1 }), fc.array(fc.nat(500)), async (rows, cuts) => {
        const objects = rows.map(one => ({ email: 'a@b', ...one }));
        const texts = objects.map(object => JSON.stringify(object));
        const expected = objects.map(object => ['a@b', object['"k": 1,'], JSON.stringify(object.n)]);
        for (const [file, list] of [
          ['p.ndjson', texts.join('\n')],
          ['p.json', `[${texts.join()}]`],
          ['p.json', JSON.stringify(objects, null, 1)],
        ] as const) {
          const octets = Buffer.from(list);
          const edges = [0, ...cuts.sort((a, b) => a - b), octets.length];
          const pieces = edges.slice(1).map((edge, index) => octets.subarray(edges[index], edge));
          const found = await all(file, pieces);
          expect(found.map(one => (one instanceof Problem ? one.message : [...one.fields.values()]))).toEqual(
            expected,
          );
        }
      }),
    );
  });

  it('may be long', async () => {
    const note = '\\"\n'.repeat(160_000);
    const object = JSON.stringify({ email: 'a@b', note });
    for (const [file, list] of [
      ['people.ndjson', object],
      ['people.json', `[${object}]`],
    ] as const) {
      const [row] = await all(file, [list]);
      expect(row instanceof Problem ? print(row) : row?.fields.get('note')).toBe(note);
    }
  });

  it('are read only as fast as they are taken', async () => {
    let given = 0;
    function* endless() {
      for (;;) yield Buffer.from(`{"email":"a${given++}@b"}\n`);
    }
    for await (const row of parseList(endless(), 'people.ndjson')) {
      if (!(row instanceof Problem) && row.line === 4) break;
    }
    expect(given).toBeLessThan(10);
  });
});

describe('bad objects', () => {
  const rows = [
    '{"email":"a@b","name":"A","city":null}',
    '{"email":"anna@@example.org","name":"A","city":""}',
    '{"email":"a@b","name":"A","city":{"zip":1}}',
    '{"email":"a@b","name":[],"city":[[{"email":"x"}]]}',
    '{"email":"a@b","name":"A"}',
    '{"email":"a@b","name":"A","citty":"","x":1,"city":""}',
    '{"email":"a@b","name":"A","city":"","name":"B"}',
    '{"email":"a@b","name":"A","city":"bell\\u0007"}',
    '{"email":"a@b","name":"A","city":"half \\ud83d"}',
    '{"email":"a@b","name":"A\\nB","city":""}',
    '["a@b","A",""]',
    '"a@b"',
    'null',
    '{"email":"c@d","name":"","city":"last"}',
  ];
  const expected = (file: string) => [
    '1 A<a@b> [["email","a@b"],["name","A"],["city",""]]',
    `${file}:2: "anna@@example.org" is not an addr-spec: two "@" [address-syntax]`,
    `${file}:3: the value of "city" is an object [list-row]`,
    `${file}:4: the value of "name" is an array [list-row]`,
    `${file}:4: the value of "city" is an array [list-row]`,
    `${file}:5: no key "city" [list-row]`,
    `${file}:6: an unknown key "citty", "x" [list-row]`,
    `${file}:7: the key "name" is there twice [list-row]`,
    `${file}:8: control character U+0007 in column "city" [list-row]`,
    `${file}:9: half of a surrogate pair U+D83D in column "city" [list-row]`,
    `${file}:10: control character U+000A in the name [list-row]`,
    `${file}:11: the row is not an object [list-syntax]`,
    `${file}:12: the row is not an object [list-syntax]`,
    `${file}:13: the row is not an object [list-syntax]`,
    '14 <c@d> [["email","c@d"],["name",""],["city","last"]]',
  ];

  it('are all named, each at its line or number, and good ones come in between', async () => {
    expect(await lines(...rows)).toEqual(expected('people.ndjson'));
    expect(await array(`[\n\n${rows.join(',\n\n')}]`)).toEqual(expected('people.json'));
  });

  it('that are no JSON are named at their line, and reading goes on', async () => {
    expect(await lines('{"email":"a@b"}', '{"email":"c@d"', "{'email':'c@d'}", '{"email":"e@f"}')).toEqual([
      '1 <a@b> [["email","a@b"]]',
      'people.ndjson:2: the row is not JSON [list-syntax]',
      'people.ndjson:3: the row is not JSON [list-syntax]',
      '4 <e@f> [["email","e@f"]]',
    ]);
    const latin1 = Buffer.from('{"email":"a@b"}\n{"email":"\u00e4@b"}\n{"email":"c@d"}', 'latin1');
    expect(await read('people.ndjson', latin1)).toEqual([
      '1 <a@b> [["email","a@b"]]',
      'people.ndjson:2: the line is not valid UTF-8 [list-syntax]',
      '3 <c@d> [["email","c@d"]]',
    ]);
  });

  it('say what to do', async () => {
    const items = await all('people.ndjson', ['{"email":"a@b"}\n{"email":{}}\n{"mail":"a@b"}\n[]']);
    expect(items.slice(1).map(item => item instanceof Problem && item.fix)).toEqual([
      'Correct the row, or pass --skip-invalid to leave such rows out.',
      'Give every object the keys of the first, or pass --skip-invalid to leave such rows out.',
      'Write one object on each line.',
    ]);
  });

  it('first of all still name the columns', async () => {
    expect(await lines('{"email":"a@b","n":[1]}', '{"email":"c@d","n":1}')).toEqual([
      'people.ndjson:1: the value of "n" is an array [list-row]',
      '2 <c@d> [["email","c@d"],["n","1"]]',
    ]);
  });
});

describe('a list that is none', () => {
  const ann = '1 <a@b> [["email","a@b"]]';
  it.each([
    ['people.ndjson', '[\n{"email":"a@b"}\n]', ['people.ndjson:1: the row is not JSON [list-syntax]']],
    ['people.ndjson', 'email\na@b\n', ['people.ndjson:1: the row is not JSON [list-syntax]']],
    ['people.ndjson', '\n[1]\n', ['people.ndjson:2: the row is not an object [list-syntax]']],
    ['people.ndjson', '', ['people.ndjson:-: the list is empty [list-syntax]']],
    ['people.ndjson', '\n\r\n', ['people.ndjson:-: the list is empty [list-syntax]']],
    [
      'people.ndjson',
      '{"e":1}\n{"e":1}',
      ['people.ndjson:1: there is no column "email"; there are: "e" [list-column]'],
    ],
    [
      'people.ndjson',
      '{"email":"a@b","City":1,"city":2}',
      ['people.ndjson:1: columns 2 and 3 are both named "city" [list-column]'],
    ],
    [
      'people.ndjson',
      `{"email":"${'x'.repeat(1_100_000)}"}`,
      ['people.ndjson:1: a line of more than a million octets [list-syntax]'],
    ],
    ['people.json', '', ['people.json:-: the list is empty [list-syntax]']],
    ['people.json', '[ ]', ['people.json:-: the list is empty [list-syntax]']],
    ['people.json', '{"email":"a@b"}', ['people.json:-: the list is not an array of objects [list-syntax]']],
    ['people.json', '[1]', ['people.json:1: the row is not an object [list-syntax]']],
    [
      'people.json',
      '[\n{"email":"a@b"},\n  oops]',
      [ann, 'people.json:2: the row is not JSON [list-syntax]'],
    ],
    ['people.json', '[{"email":"a@b"},]', [ann, 'people.json:2: the row is not JSON [list-syntax]']],
    ['people.json', '[,{"email":"a@b"}]', ['people.json:1: the row is not JSON [list-syntax]']],
    [
      'people.json',
      '[{"email":"a@b"}] {"x":1}',
      [ann, 'people.json:1: something follows the array [list-syntax]'],
    ],
    [
      'people.json',
      '[{"email":"a@b"},{"email":[1},{"email":"c@d"}]',
      [ann, 'people.json:2: the file ends before the array does [list-syntax]'],
    ],
    ['people.json', '[{"email":"a@b', ['people.json:1: the file ends before the array does [list-syntax]']],
    [
      'people.json',
      '[{"email":"a@b"}}',
      ['people.json:1: the file ends before the array does [list-syntax]'],
    ],
    [
      'people.json',
      '[\n{"email":"a@b"}\n',
      ['people.json:1: the file ends before the array does [list-syntax]'],
    ],
    [
      'people.json',
      '{"email":"a@b"}\n{"email":"c@d"}',
      ['people.json:-: the list is not an array of objects [list-syntax]'],
    ],
    [
      'people.json',
      `[{"email":"${'x'.repeat(1_100_000)}"}]`,
      ['people.json:1: a row of more than a million characters [list-syntax]'],
    ],
  ])('%s with %s ends there', async (file, text, expected) => {
    expect(await read(file, text)).toEqual(expected);
  });

  it('may be one that is not UTF-8', async () => {
    const latin1 = Buffer.from('[{"email":"\u00e4@b"}]', 'latin1');
    expect(await read('people.json', latin1)).toEqual([
      'people.json:-: the list is not valid UTF-8 [list-syntax]',
    ]);
    const half = Buffer.from('\ufeff{"email":"\ud83d"}\n', 'utf16le');
    expect((await read('people.ndjson', half))[0]).toMatch(/the line is not valid UTF-16LE/);
  });

  it('may be an array of more than 50 MB', async () => {
    let given = 0;
    function* endless() {
      for (;;) {
        given += 1;
        yield Buffer.alloc(1_000_000, ' ');
      }
    }
    const items: (ListRow | Problem)[] = [];
    for await (const item of parseList(endless(), 'people.json')) items.push(item);
    expect(items.map(print)).toEqual(['people.json:-: more than 50 MB in one array [list-syntax]']);
    expect(given).toBe(51);
  });
});

it('refuses a row in which arrays stand in one another, before all of it is parsed', async () => {
  const deep = (depth: number) => `{"email":"a@example.com","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
  expect(await lines('{"email":"a@example.com","a":"[[["}', deep(101), deep(3))).toEqual([
    '1 <a@example.com> [["email","a@example.com"],["a","[[["]]',
    'people.ndjson:2: arrays or objects stand in one another, 100 deep [list-syntax]',
    'people.ndjson:3: the value of "a" is an array [list-row]',
  ]);
});

it('counts empty lines, and lines of blanks', async () => {
  expect(await lines('', ' \t\r', '{"email":"a@example.com"}', '', 'x')).toEqual([
    '3 <a@example.com> [["email","a@example.com"]]',
    'people.ndjson:5: the row is not JSON [list-syntax]',
  ]);
});
