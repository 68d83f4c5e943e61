/**
 * Long lists with defects planted at random rows, the same for the same seed. Every other row is fine, and a good part of
 * them looks as if it were not.
 */

/** What is wrong with a planted row, by the code it has to be refused with. */
export type DefectCode =
  | 'address-syntax'
  | 'list-row'
  | 'list-syntax'
  | 'list-duplicate'
  | 'template-field'
  | 'template-placeholder'
  | 'template-link';

export interface SeededList {
  readonly octets: Buffer;
  /** Lines on which planted rows begin, by code. */
  readonly planted: ReadonlyMap<DefectCode, ReadonlySet<number>>;
}

/** The template that the lists are for. */
export const seededTemplate =
  '<title>Hi</title>\n<p>Hi {{ first_name }}</p>\n<a href="{{ link }}">a</a>\n<p>{{ note | default: "-" }}</p>\n';

const columns = ['email', 'name', 'first_name', 'role', 'track', 'link', 'note'] as const;
type Row = Record<(typeof columns)[number], string>;

interface Defect {
  readonly kind: string;
  readonly code: DefectCode;
  /** Changes the row, or gives the cells that are written in place of it. */
  readonly plant: (row: Row, random: Random) => readonly string[] | undefined;
}

const change =
  (name: keyof Row, ...values: readonly string[]) =>
  (row: Row, random: Random) => {
    row[name] = random.pick(values);
    return undefined;
  };

/** Stands for an octet that is no UTF-8, until the list is written. */
const badOctet = '\ue000';

export const defects: readonly Defect[] = [
  {
    kind: 'a bad address',
    code: 'address-syntax',
    plant: change(
      'email',
      '',
      'anna',
      'a@@x.example',
      'a@x.example,b@x.example',
      'a b@x.example',
      '<a@x.example>',
      'a@127.1',
      'a..b@x.example',
      '"a b"@x.example',
      'a@ex\u00adample.com',
    ),
  },
  {
    kind: 'a control character',
    code: 'list-row',
    plant: change('note', 'a\0', 'a\x1b[2J', '\x7f', 'a\x01b', 'a\u0085b', 'a\rb'),
  },
  { kind: 'a missing field', code: 'template-field', plant: change('first_name', '', ' ', '\u00a0', '\t') },
  { kind: 'a bad role', code: 'list-row', plant: change('role', 'from', 'bcc,to', 'b\u0441c', '__proto__') },
  { kind: 'a bad answer', code: 'list-row', plant: change('track', 'maybe', '2', 'ye\u0455', 'toString') },
  {
    kind: 'a ragged row',
    code: 'list-row',
    plant: (row, random) => (random.below(2) === 0 ? cellsOf(row).slice(0, -1) : [...cellsOf(row), 'x']),
  },
  {
    kind: 'octets that are no UTF-8',
    code: 'list-syntax',
    plant: change('note', `J${badOctet}rg`, badOctet),
  },
  { kind: 'an address of another row, with other fields', code: 'list-duplicate', plant: () => undefined },
  {
    kind: 'what is left over',
    code: 'template-placeholder',
    plant: change(
      'note',
      'Hi {{ name }}',
      '*|FNAME|*',
      '%FIRSTNAME%',
      'undefined',
      'it is NaN',
      '[object Object]',
      '[FIRST_NAME]',
      '{% if x %}',
      '<%= x %>',
    ),
  },
  {
    kind: 'an address that leads astray',
    code: 'template-link',
    plant: change(
      'link',
      'javascript:alert(1)',
      'data:text/html,x',
      '//evil.example',
      'https://bank.example@evil.example',
      'www.example.com',
      'java\nscript:x',
    ),
  },
  {
    kind: 'a name with a line end',
    code: 'list-row',
    plant: change('name', 'A\r\nBcc: evil@x.example', 'A\nB', 'A\u2028B', '\u202eA'),
  },
  { kind: 'a name without end', code: 'list-row', plant: change('name', 'x'.repeat(501), 'ü'.repeat(600)) },
];

/** Rows that are fine, though they look as if they were not. */
const decoys: readonly Partial<Row>[] = [
  { note: 'two\nlines' },
  { note: 'three\r\nmore\r\nlines' },
  { note: '"hi", she said; 100% of {it}' },
  { note: '=cmd|x!A1' },
  { note: 'undefined-behaviour, NaNcy, [URGENT], 50 % off %, { name }, 5 <% of 7' },
  { note: '<script>alert(1)</script>' },
  { note: '\t' },
  { note: '' },
  { note: 'e\u0301 👩\u200d👩\u200d👧 \u2028 \ufdd0' },
  { note: 'x'.repeat(5_000) },
  { name: 'Doe, "J." <evil@x.example>' },
  { name: '=?utf-8?q?a?=' },
  { name: '' },
  { role: 'BCC' },
  { role: ' bcc ' },
  { track: 'NO' },
  { track: '' },
  { link: 'mailto:a@b.example?subject=x' },
  { link: 'tel:+49 30 1' },
  { link: 'HTTPS://EXAMPLE.COM/@a?b=https://c@d' },
  { link: ' https://example.com/ ' },
  { first_name: '{them}' },
];

interface Random {
  below(limit: number): number;
  pick<T>(values: readonly T[]): T;
}

/** mulberry32 */
function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const below = (limit: number) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
  return { below, pick: values => values[below(values.length)] as never };
}

const cellsOf = (row: Row) => columns.map(name => row[name]);

/**
 * @param rows how many, without the header.
 * @param bad how many defects; each kind gets its share. An address in two rows is one defect, and both are to be named.
 */
export function createSeededList(seed: number, rows: number, bad: number): SeededList {
  const random = createRandom(seed);
  const people = Array.from({ length: rows }, (_, number): Row => {
    const row: Row = {
      email: `p${number}@x.example`,
      name: `N ${number}`,
      first_name: 'Ann',
      role: 'bcc',
      track: 'yes',
      link: `https://example.com/${number}`,
      note: 'x',
    };
    return random.below(3) === 0 ? { ...row, ...random.pick(decoys) } : row;
  });
  const written = people.map(cellsOf);
  const codes = new Map<number, DefectCode>();
  const free = shuffled(rows, random);
  for (let planted = 0; planted < bad; planted += 1) {
    const defect = defects[planted % defects.length] as Defect;
    const at = free.pop() ?? 0;
    const row = people[at] as Row;
    codes.set(at, defect.code);
    if (defect.code === 'list-duplicate') {
      const other = free.pop() ?? 0;
      codes.set(other, defect.code);
      row.email = (people[other] as Row).email.toUpperCase();
      row.note = 'another';
    }
    written[at] = [...(defect.plant(row, random) ?? cellsOf(row))];
  }
  return write(written, codes, random);
}

function shuffled(count: number, random: Random): number[] {
  const numbers = Array.from({ length: count }, (_, index) => index);
  for (let at = count - 1; at > 0; at -= 1) {
    const other = random.below(at + 1);
    [numbers[at], numbers[other]] = [numbers[other] as number, numbers[at] as number];
  }
  return numbers;
}

/** In the ways programs write CSV: quotes where they are needed or not, either line end, blank lines. */
function write(
  written: readonly (readonly string[])[],
  codes: ReadonlyMap<number, DefectCode>,
  random: Random,
): SeededList {
  const planted = new Map<DefectCode, Set<number>>();
  const lines = [columns.join()];
  let line = 2;
  for (const [index, cells] of written.entries()) {
    for (let blank = random.below(40) === 0 ? 1 + random.below(3) : 0; blank > 0; blank -= 1) {
      lines.push('');
      line += 1;
    }
    const code = codes.get(index);
    if (code !== undefined) planted.set(code, (planted.get(code) ?? new Set()).add(line));
    const text = cells
      .map(cell =>
        /[",\r\n]/.test(cell) || random.below(4) === 0 ? `"${cell.replaceAll('"', '""')}"` : cell,
      )
      .join();
    lines.push(text);
    line += 1 + (text.match(/\r\n|\r|\n/g)?.length ?? 0);
  }
  const octets = Buffer.from(lines.map(text => text + random.pick(['\n', '\r\n'])).join(''));
  return { octets: withBadOctets(octets), planted };
}

function withBadOctets(octets: Buffer): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  const mark = Buffer.from(badOctet);
  for (let found = octets.indexOf(mark); found !== -1; found = octets.indexOf(mark, at)) {
    parts.push(octets.subarray(at, found), Buffer.of(0xf6));
    at = found + mark.length;
  }
  return Buffer.concat([...parts, octets.subarray(at)]);
}
