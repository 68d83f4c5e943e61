/**
 * Who may know whom, as docs/architecture.md draws it. The tables come first; a broken rule is listed as
 * `src/file: what it does`. Comments are taken out before reading, strings are not.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { expect, it } from 'vitest';
import manifest from '../package.json' with { type: 'json' };

const knowing = ['message', 'smtp', 'recipients', 'merge', 'check', 'tracking', 'report', 'returned'];
const touching = ['smtp-client', 'http', 'store', 'system'];
const views = ['terminal', 'web'];
/** Files that stand in no room since every room uses them: as pure as a knowing room. */
const common = [
  'problem',
  'nearest',
  'base32',
  'host',
  'number-set',
  'connection-fault',
  'text-scan',
  'package-folder',
  'time-format',
  'amount',
];

/** Parts of Node that only compute. `node:crypto` is for hashes; its random numbers are refused below. */
const pureBuiltins = ['node:buffer', 'node:crypto', 'node:url', 'node:util'];
/** `isIP` and `BlockList` compute too, but stand in a module with sockets: one file may have them. */
const isAddressMath = (one: Import) => one.file === 'host.ts' && one.target === 'node:net';
const requiring = [
  'terminal/display-width.ts',
  'merge/liquid/liquidjs.ts',
  'message/idna.ts',
  'package-folder.ts',
];
/** To load a library when it is needed, or a file faster than `import` does. */
const isRequired = (one: Import) => requiring.includes(one.file) && one.target === 'node:module';

/** The one room each package is imported in. Where a path is given, nothing else of the package is. */
const homes: Readonly<Record<string, string>> = {
  'better-sqlite3': 'store',
  commander: 'cli',
  'css-select': 'merge',
  'csv-parse': 'recipients',
  entities: 'merge',
  fflate: 'recipients',
  'html-to-text': 'merge',
  htmlparser2: 'merge',
  ink: 'terminal',
  isbot: 'tracking',
  'juice/client.js': 'merge',
  liquidjs: 'merge',
  'markdown-it': 'merge',
  mjml: 'merge',
  'nodemailer/lib/mail-composer': 'message',
  'nodemailer/lib/mime-funcs': 'message',
  'nodemailer/lib/mime-node': 'message',
  'nodemailer/lib/qp': 'message',
  'nodemailer/lib/smtp-connection': 'smtp-client',
  'postal-mime': 'returned',
  react: 'terminal',
  'read-excel-file/universal': 'recipients',
  'smol-toml': 'cli',
  'smtp-server': 'smtp-client',
  'string-width': 'terminal',
  tr46: 'message',
  yaml: 'merge',
};

const impure =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.\w+|\bprocess\.\w+|\bset(Timeout|Interval|Immediate)\b|\brandom(Bytes|UUID|Int|Fill|FillSync)\b|\bgetRandomValues\b/;
const sql =
  /\b(SELECT\s[^;]+?\sFROM|INSERT (OR \w+ )?INTO|UPDATE \w+\s+SET|DELETE FROM|CREATE (TABLE|INDEX|VIEW)|PRAGMA)\s/;

interface Import {
  readonly file: string;
  readonly room: string;
  /** A builtin or package as written; a file of ours as its path below src/, without the ending. */
  readonly target: string;
  readonly kind: 'ours' | 'builtin' | 'package';
  readonly typeOnly: boolean;
}

const sources = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter(file => /\.tsx?$/.test(file))
  .map(file => ({ file, room: roomOf(file), code: withoutComments(readFileSync(`src/${file}`, 'utf8')) }));
const imports = sources.flatMap(({ file, code }) => importsIn(file, code));

it('reads static, type-only, re-exporting and dynamic imports', () => {
  const code = `import a, {\n  b,\n} from './a.js';\nimport type { C } from '../smtp/c.js';\nexport * from 'yaml';
    import 'node:fs';\nconst d = await import('mjml'); // import 'ink'\n/* import 'ink' */ await import(e);`;
  expect(
    importsIn('merge/x.ts', withoutComments(code)).map(({ target, typeOnly }) => [target, typeOnly]),
  ).toEqual([
    ['merge/a', false],
    ['smtp/c', true],
    ['yaml', false],
    ['node:fs', false],
    ['mjml', false],
    ['(computed)', false],
  ]);
});

it('has every source in a known room', () => {
  const known = [...knowing, 'workflow', ...touching, ...views, 'cli', ...common];
  expect(sources.filter(({ room }) => !known.includes(room)).map(({ file }) => file)).toEqual([]);
});

it.each([
  ['common files import common files', common, isCommon],
  ['knowing rooms import knowing rooms', knowing, isKnowing],
  ['the workflow imports knowing rooms', ['workflow'], isKnowing],
  [
    'views import knowing rooms, events, and types of ports',
    views,
    (one: Import) => isKnowing(one) || one.target === 'workflow/events' || isPortType(one),
  ],
])('%s, and no more of Node than what computes', (_, rooms, allowed) => {
  expect(
    strangers(
      rooms,
      one => allowed(one) || pureBuiltins.includes(one.target) || isAddressMath(one) || isRequired(one),
    ),
  ).toEqual([]);
});

it('touching rooms import knowing rooms and types of ports, and never each other', () => {
  expect(strangers(touching, one => isKnowing(one) || isPortType(one) || one.kind === 'builtin')).toEqual([]);
});

it('only the command imports cli, and it imports nothing else of ours', () => {
  const code = withoutComments(readFileSync('bin/mailtrack.js', 'utf8'));
  const targets = importsIn('../bin/mailtrack.js', code).filter(({ kind }) => kind !== 'builtin');
  expect(targets.map(({ target }) => target)).toEqual(['../bundle/main']);
  expect(
    imports.filter(({ room, target }) => room !== 'cli' && roomOf(target) === 'cli').map(describeImport),
  ).toEqual([]);
});

it('imports each package in one room, its home', () => {
  const packages = imports.filter(({ kind }) => kind === 'package');
  expect(packages.filter(({ target, room }) => homeOf(target) !== room).map(describeImport)).toEqual([]);
});

it('gives every package of package.json a home', () => {
  const installed = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  expect([...new Set(Object.keys(homes).map(key => key.split('/')[0]))].sort()).toEqual(installed.sort());
});

it('keeps clock, randomness, environment and timers out of knowing rooms', () => {
  expect(uses(impure, room => knowing.includes(room) || common.includes(room))).toEqual([]);
});

it('never writes to the console behind the back of the output', () => {
  expect(uses(/\bconsole\.\w+/, () => true)).toEqual([]);
});

it('bundles what runs beside the program, next to the file that starts it', () => {
  const bundled = readFileSync('rolldown.config.js', 'utf8');
  const started = sources.flatMap(({ file, code }) =>
    [...code.matchAll(/new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g)].map(
      ([, name]) => `'${name}': 'dist/${posix.dirname(file)}/${name}.js'`,
    ),
  );
  expect(started.length).toBeGreaterThan(3);
  expect(started.filter(entry => !bundled.includes(entry))).toEqual([]);
});

// Node 20 refuses letters such as é once it has been asked some thousand times: message/idna.ts reads URLs.
it('never asks URL.canParse', () => {
  expect(uses(/\bcanParse\b/, () => true)).toEqual([]);
});

it('has SQL in the store and nowhere else', () => {
  expect(uses(sql, room => room === 'store')).not.toEqual([]);
  expect(uses(sql, room => room !== 'store')).toEqual([]);
});

/** Imports of `rooms` that are neither of their own room, nor a package, nor allowed. */
function strangers(rooms: readonly string[], allowed: (one: Import) => boolean): readonly string[] {
  return imports
    .filter(one => rooms.includes(one.room) && one.kind !== 'package' && roomOf(one.target) !== one.room)
    .filter(one => !isCommon(one) && !allowed(one))
    .map(describeImport);
}

function isCommon({ target }: Import): boolean {
  return common.includes(target);
}

function isKnowing({ kind, target }: Import): boolean {
  return kind === 'ours' && knowing.includes(roomOf(target));
}

function isPortType({ target, typeOnly }: Import): boolean {
  return /^workflow\/((fact|inbox|people)-)?ports$/.test(target) && typeOnly;
}

function homeOf(target: string): string | undefined {
  const key = Object.keys(homes).find(name => target === name || target.startsWith(`${name}/`));
  return key === undefined ? undefined : homes[key];
}

function describeImport({ file, target, typeOnly }: Import): string {
  return `src/${file}: imports ${typeOnly ? 'types of ' : ''}${target}`;
}

function uses(pattern: RegExp, inRoom: (room: string) => boolean): readonly string[] {
  return sources.flatMap(({ file, room, code }) => {
    const found = inRoom(room) ? pattern.exec(code) : null;
    return found === null
      ? []
      : [`src/${file}:${code.slice(0, found.index).split('\n').length}: ${found[0].trim()}`];
  });
}

function importsIn(file: string, code: string): readonly Import[] {
  const statement =
    /\b(?:import|export)\s+(?<type>type\s+)?(?:[\w$*{},\s]+?\sfrom\s+)?['"](?<static>[^'"]+)['"]|\bimport\(\s*(?:['"](?<dynamic>[^'"]+)['"])?/g;
  return [...code.matchAll(statement)].map(({ groups = {} }) => {
    const name = groups['static'] ?? groups['dynamic'] ?? '(computed)';
    const kind = name.startsWith('.') ? 'ours' : name.startsWith('node:') ? 'builtin' : 'package';
    const target = kind === 'ours' ? posix.join(posix.dirname(file), name).replace(/\.jsx?$/, '') : name;
    return { file, room: roomOf(file), target, kind, typeOnly: groups['type'] !== undefined };
  });
}

/** `store` for `store/sqlite/rows`, `problem` for `problem.ts`. */
function roomOf(path: string): string {
  return path.split('/')[0]?.replace(/\.tsx?$/, '') ?? '';
}

/** Keeps strings, in which two slashes are no comment, and the line ends of comments, for the line numbers. */
function withoutComments(code: string): string {
  const token = /'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`|\/\/.*|\/\*[\s\S]*?\*\//g;
  return code.replace(token, text => (/^\/[/*]/.test(text) ? text.replace(/[^\n]/g, '') : text));
}

it('has every test of a property draw its values from the one seed', () => {
  const files = readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter(file => /\.tsx?$/.test(file) && file !== 'properties/fast-check.ts')
    .filter(file => /from 'fast-check'/.test(readFileSync(posix.join('test', file), 'utf8')));
  expect(files.filter(file => file !== 'architecture.test.ts')).toEqual([]);
});
