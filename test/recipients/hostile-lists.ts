/** Hostile cells of the columns that steer, and hostile lists as a whole. */

/** Cells of the column `role`: refused, or the role they are. */
export const hostileRoles: readonly (readonly [cell: string, role?: 'to' | 'cc' | 'bcc'])[] = [
  ['TO', 'to'],
  [' cc ', 'cc'],
  ['Bcc', 'bcc'],
  ['', 'to'],
  ['from'],
  ['reply-to'],
  ['to,bcc'],
  ['to bcc'],
  ['to\r\nBcc: evil@x.example'],
  ['t\u043e'],
  ['\uff54\uff4f'],
  ['to\u200b'],
  ['b\u00adcc'],
  ['__proto__'],
  ['constructor'],
  ['toString'],
  ['undefined'],
  ['1'],
  ['<script>'],
  ['{{ role }}'],
];

/** Cells of the column `track`: refused, or whether the copy carries a pixel. */
export const hostileTracks: readonly (readonly [cell: string, tracked?: boolean])[] = [
  ['YES', true],
  [' no ', false],
  ['', true],
  ['maybe'],
  ['yes no'],
  ['yes\r\nno'],
  ['ye\u0455'],
  ['yes\u200b'],
  ['-1'],
  ['2'],
  ['on'],
  ['null'],
  ['__proto__'],
  ['constructor'],
  ['{{ track }}'],
];

export interface HostileList {
  readonly name: string;
  readonly octets: Buffer;
  /** Codes with their lines, or who is reached with which field `x`. */
  readonly refused?: readonly (readonly [code: string, line: number | undefined])[];
  readonly reached?: readonly (readonly [addrSpec: string, x: string])[];
  /** The value that `--encoding` has. */
  readonly encoding?: 'utf-16le' | 'latin1';
}

const utf16 = (text: string, mark: boolean) => Buffer.from((mark ? '\ufeff' : '') + text, 'utf16le');
const plain = 'email,x\na@b.example,1\n';
const row = (x: string) => `email,x\na@b.example,${x}\n`;

export const hostileLists: readonly HostileList[] = [
  { name: 'empty', octets: Buffer.from(''), refused: [['list-syntax', undefined]] },
  { name: 'blank lines', octets: Buffer.from('\n\r\n\n'), refused: [['list-syntax', undefined]] },
  { name: 'header only', octets: Buffer.from('email,x\n'), refused: [['list-syntax', undefined]] },
  { name: 'no header', octets: Buffer.from('a@b.example,1\n'), refused: [['list-column', 1]] },
  {
    name: 'doubled column',
    octets: Buffer.from('email,x,X\na@b.example,1,2\n'),
    refused: [['list-column', 1]],
  },
  {
    name: 'two columns of addresses',
    octets: Buffer.from('email,mail,x\na@b.example,e@x.example,1\n'),
    refused: [['list-column', 1]],
  },
  {
    name: 'unnamed column',
    octets: Buffer.from('email,x,\na@b.example,1,2\n'),
    refused: [['list-column', 1]],
  },
  {
    name: 'control character in the name of a column',
    octets: Buffer.from('email,"x\x1by"\na@b.example,1\n'),
    refused: [['list-column', 1]],
  },
  { name: 'short row', octets: Buffer.from('email,x,y\na@b.example,1\n'), refused: [['list-row', 2]] },
  {
    name: 'long row',
    octets: Buffer.from('email,x\na@b.example,1,e@x.example\n'),
    refused: [['list-row', 2]],
  },
  {
    name: 'unclosed quote',
    octets: Buffer.from('email,x\na@b.example,"1\nc@d.example,2\n'),
    refused: [['list-syntax', 2]],
  },
  {
    name: 'quote in the middle of a cell',
    octets: Buffer.from('email,x\na@b.example,5" pipe\n'),
    refused: [['list-syntax', 2]],
  },
  {
    name: 'text after a quoted cell',
    octets: Buffer.from('email,x\n"a@b.example"e@x.example,1\n'),
    refused: [['list-syntax', 2]],
  },
  {
    name: 'mixed line ends',
    octets: Buffer.from('email,x\r\na@b.example,1\nc@d.example,2\r'),
    reached: [
      ['a@b.example', '1'],
      ['c@d.example', '2'],
    ],
  },
  { name: 'CR alone', octets: Buffer.from('email,x\ra@b.example,1\r'), reached: [['a@b.example', '1']] },
  { name: 'quoted line end', octets: Buffer.from(row('"1\n2"')), reached: [['a@b.example', '1\n2']] },
  { name: 'semicolons', octets: Buffer.from('email;x\na@b.example;1\n'), reached: [['a@b.example', '1']] },
  { name: 'tabs', octets: Buffer.from('email\tx\na@b.example\t1\n'), reached: [['a@b.example', '1']] },
  {
    name: 'semicolons in a list of commas',
    octets: Buffer.from(row('1;2;3;4')),
    reached: [['a@b.example', '1;2;3;4']],
  },
  { name: 'UTF-8 with a mark', octets: Buffer.from(`\ufeff${plain}`), reached: [['a@b.example', '1']] },
  { name: 'two marks', octets: Buffer.from(`\ufeff\ufeff${plain}`), reached: [['a@b.example', '1']] },
  { name: 'UTF-16 with a mark', octets: utf16(plain, true), reached: [['a@b.example', '1']] },
  {
    name: 'UTF-16 big-endian with a mark',
    octets: utf16(plain, true).swap16(),
    reached: [['a@b.example', '1']],
  },
  { name: 'UTF-16 without a mark', octets: utf16(plain, false), refused: [['list-syntax', 1]] },
  {
    name: 'UTF-16 when it is said',
    octets: utf16(plain, false),
    encoding: 'utf-16le',
    reached: [['a@b.example', '1']],
  },
  { name: 'half of a UTF-16 pair', octets: utf16(row('\ud800'), true), refused: [['list-syntax', 2]] },
  { name: 'Latin-1', octets: Buffer.from(row('J\u00f6rg'), 'latin1'), refused: [['list-syntax', 2]] },
  {
    name: 'Latin-1 when it is said',
    octets: Buffer.from(row('J\u00f6rg'), 'latin1'),
    encoding: 'latin1',
    reached: [['a@b.example', 'J\u00f6rg']],
  },
  {
    name: 'overlong UTF-8',
    octets: Buffer.concat([Buffer.from('email,x\na@b.example,'), Buffer.of(0xc0, 0xae), Buffer.from('\n')]),
    refused: [['list-syntax', 2]],
  },
  { name: 'NUL in a cell', octets: Buffer.from(row('1\0')), refused: [['list-row', 2]] },
  {
    name: 'NUL in the header',
    octets: Buffer.from('email,x\0\na@b.example,1\n'),
    refused: [['list-syntax', 1]],
  },
  { name: 'a cell of 3 MB', octets: Buffer.from(row('x'.repeat(3_000_000))), refused: [['list-syntax', 2]] },
  {
    name: 'a header of 3 MB',
    octets: Buffer.from(`email,${'x'.repeat(3_000_000)}\na@b.example,1\n`),
    refused: [['list-syntax', 1]],
  },
  {
    name: '100,000 columns',
    octets: Buffer.from(
      `email,x,${Array.from({ length: 100_000 }, (_, n) => `c${n}`).join()}\na@b.example,1\n`,
    ),
    refused: [['list-column', 1]],
  },
  {
    name: 'columns of the prototype',
    octets: Buffer.from('email,x,__proto__,constructor,toString\na@b.example,1,2,3,4\n'),
    reached: [['a@b.example', '1']],
  },
  {
    name: 'octets that are no text',
    octets: Buffer.from(Array.from({ length: 512 }, (_, n) => (n * 89 + 7) % 256)),
    refused: [
      ['list-column', 1],
      ['list-column', 1],
      ['list-column', 1],
    ],
  },
];
