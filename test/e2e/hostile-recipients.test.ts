/**
 * Hostile recipients and header values from the command line to a server's socket. What is refused reaches nobody, not
 * even those beside it; what is not reaches whom it names, in a message with our fields and no other.
 */
import { mkdirSync } from 'node:fs';
import PostalMime, { decodeWords } from 'postal-mime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileAddresses, hostileValues, strangeAddresses } from '../message/hostile.js';
import {
  hostileBodies,
  hostileFields,
  hostileFileNames,
  hostileMessageIds,
  hostileOriginators,
  refusedOriginators,
} from '../message/hostile-fields.js';
import { hostileLists, hostileRoles, hostileTracks } from '../recipients/hostile-lists.js';
import { User } from './command.js';
import { nothingHappened, Office, type Sent } from './office.js';

const office = new Office();
const user = new User();

beforeAll(async () => {
  await office.open();
  office.write('msg.txt', 'Hello\n');
  user.write('msg.txt', '---\nsubject: Hello\n---\nHello\n');
  user.environment['MAILTRACK_FROM'] = 'news@y.example';
  user.environment['MAILTRACK_SMTP_URL'] = `smtp://127.0.0.1:${office.port}`;
});
afterAll(async () => {
  user.leave();
  await office.close();
});

/** What stands in a table alone is carried as it is. */
const pairs = (table: readonly (readonly [text: string, fault?: string])[]) =>
  table.map(([text, fault]) => [text, fault] as const);
const [values, fileNames, bodies] = [pairs(hostileValues), pairs(hostileFileNames), pairs(hostileBodies)];

const hasHalfPair = (text: string) => /\p{Cs}/u.test(text);
/** Half of a pair is no UTF-8: in a file, and after a flag, it is another character already. */
const asUtf8 = (text: string) => Buffer.from(text).toString();

const strange = new Map(strangeAddresses);
const forwardPathOf = (email: string) => strange.get(email) ?? email;

/** One row of a big list: who is reached by it and under which name, or what is refused. */
interface Row {
  readonly cells: readonly [email: string, name: string, role: string, track: string];
  readonly code?: 'address-syntax' | 'list-row';
  readonly name?: string;
}

/** Every hostile address, name, role and answer, each in a row of its own with all else right. */
function rowsOf(format: 'csv' | 'ndjson'): readonly Row[] {
  let number = 0;
  const one = () => {
    number += 1;
    return `p${number}@x.example`;
  };
  // Blanks at the edge of a cell are no part of what is in it.
  const isBlank = (text: string) => text === ' a@b' || text === 'a@b ';
  const isControl = (text: string) =>
    /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]|\r(?!\n)/.test(text) || (format === 'ndjson' && hasHalfPair(text));
  return [
    ...hostileAddresses
      .filter(({ text }) => !isBlank(text))
      .map(
        ({ text }): Row => ({
          cells: [text, 'N', 'bcc', 'no'],
          code: isControl(text) ? 'list-row' : 'address-syntax',
        }),
      ),
    ...strangeAddresses.map(([text]): Row => ({ cells: [text, 'N', 'bcc', 'no'], name: 'N' })),
    // What reads as a field that was left over is refused of copies, not of rows (test/golden/refused.test.ts).
    ...hostileValues
      .filter(([text]) => !text.includes('{{'))
      .map(([text, fault]): Row => {
        const isRefused = fault !== undefined && (format === 'ndjson' || !hasHalfPair(text));
        const cells = [one(), text, 'bcc', 'no'] as const;
        return isRefused
          ? { cells, code: 'list-row' }
          : { cells, name: format === 'csv' ? asUtf8(text) : text };
      }),
    ...hostileRoles.map(
      ([role, meant]): Row => ({
        cells: [one(), 'N', role, 'no'],
        ...(meant === undefined ? { code: 'list-row' as const } : { name: 'N' }),
      }),
    ),
    ...hostileTracks.map(
      ([track, meant]): Row => ({
        cells: [one(), 'N', 'bcc', track],
        ...(meant === undefined ? { code: 'list-row' as const } : { name: 'N' }),
      }),
    ),
  ];
}

/** Where each row begins, since cells may hold line ends. */
function writeList(
  format: 'csv' | 'ndjson',
  rows: readonly Row[],
): { file: string; lines: readonly number[] } {
  const columns = ['email', 'name', 'role', 'track'];
  const texts = rows.map(({ cells }) =>
    format === 'csv'
      ? cells.map(cell => `"${cell.replaceAll('"', '""')}"`).join()
      : JSON.stringify(Object.fromEntries(cells.map((cell, index) => [columns[index], cell]))),
  );
  let line = format === 'csv' ? 2 : 1;
  const lines = texts.map(text => {
    const first = line;
    line += (text.match(/\r\n|\r|\n/g)?.length ?? 0) + 1;
    return first;
  });
  const head = format === 'csv' ? [columns.join()] : [];
  return { file: user.write(`people.${format}`, `${[...head, ...texts].join('\n')}\n`), lines };
}

interface Told {
  readonly code: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly message: string;
}

/** The command with `--json`; it counts as a crash when it is one. */
async function run(...args: readonly string[]): Promise<{ status: number | string; told: readonly Told[] }> {
  const { status, stderr } = await user.run(['send', 'msg.txt', ...args, '--no-track', '--yes', '--json']);
  if (status === 70 || typeof status !== 'number' || /\n\s+at \S/.test(stderr)) office.tally.crashes += 1;
  const { error } = (stderr.trim() === '' ? {} : JSON.parse(stderr.trim().split('\n').at(-1) ?? '')) as {
    error?: Told & { problems?: readonly Told[] };
  };
  return { status, told: error === undefined ? [] : (error.problems ?? [error]) };
}

const placesOf = (told: readonly Told[]) => told.map(({ code, line }) => `${line} ${code}`);

describe('the built command, with all of them in one list', () => {
  describe.each(['csv', 'ndjson'] as const)('%s', format => {
    const rows = rowsOf(format);
    const bad = rows.filter(({ code }) => code !== undefined);
    const good = rows.filter(({ code }) => code === undefined);
    const reached = good.map(({ cells: [email] }) => forwardPathOf(email));

    it('names exactly the bad rows, and sends to nobody', async () => {
      const { file, lines } = writeList(format, rows);
      const { status, told } = await run('--to', file);
      expect(status).toBe(65);
      expect(placesOf(told)).toEqual(
        rows.flatMap(({ code }, index) => (code === undefined ? [] : [`${lines[index]} ${code}`])),
      );
      expect(told.every(({ file: named }) => named === file)).toBe(true);
      const received = office.take();
      office.tally.cases += bad.length;
      office.tally.sentAnyway += received.length;
      expect(received).toEqual([]);
    });

    it('sends to exactly the others when the bad ones are to be left out', async () => {
      const { file } = writeList(format, rows);
      const { status } = await run('--to', file, '--skip-invalid', '--again');
      expect(status).toBe(0);
      const received = office.take();
      office.tally.cases += good.length;
      office.count(received, reached, []);
      expect(received.flatMap(({ recipients }) => recipients).toSorted()).toEqual(reached.toSorted());
    });

    it('shows each of the others the name that was written', async () => {
      const named = good.map(({ cells: [email, name] }) => ({ cells: [email, name, '', ''], name }) as Row);
      const { file } = writeList(format, named);
      const { status } = await run('--each', file, '--again');
      expect(status).toBe(0);
      const received = office.take();
      office.count(received, reached, []);
      const shown = await Promise.all(
        received.map(async ({ recipients: [address], bytes }) => [
          address,
          (await PostalMime.parse(bytes)).to,
        ]),
      );
      expect(new Map(shown as [string, unknown][])).toEqual(
        new Map(
          good.map(({ cells: [email], name = '' }) => {
            const address = forwardPathOf(email);
            return [address, [{ address, name: name.trim() }]];
          }),
        ),
      );
    });
  });

  it('and in the contacts file, warns of each row, and sends to nobody who is named from one', async () => {
    const addresses = hostileAddresses.filter(({ text }) => text.trim() === text || text === '');
    const { lines } = writeList(
      'csv',
      addresses.map(({ text }) => ({ cells: [text, 'N', '', ''] })),
    );
    user.write('mailtrack.toml', '[contacts]\nfile = "people.csv"\n');
    const checked = await user.run(['check', 'msg.txt', '--to', 'anna@x.example', '--no-track', '--json']);
    const { findings } = JSON.parse(checked.stdout) as {
      findings: { severity: string; line: number | null }[];
    };
    const { status, told } = await run('--to', 'n,nobody');
    user.write('mailtrack.toml', '');
    const ofRows = findings.filter(({ line }) => line !== null);
    expect(ofRows.map(({ severity, line }) => [severity, line])).toEqual(
      lines.map(line => ['warning', line]),
    );
    expect([status, told.map(({ code }) => code)]).toEqual([65, ['address-syntax', 'unknown-recipient']]);
    office.tally.cases += addresses.length;
    office.tally.sentAnyway += office.take().length;
  });

  it('and after --to, names each that is nobody', async () => {
    // No command line can hold a NUL, nor half of a pair.
    const typed = hostileAddresses.filter(
      ({ text }) => !/\0/.test(text) && !hasHalfPair(text) && text !== '',
    );
    const nobody = typed.filter(({ typed: whom }) => whom.length === 0);
    const { status, told } = await run(...nobody.map(({ text }) => `--to=${text}`), '--to', 'anna@x.example');
    expect(status).toBe(65);
    // A comma separates two, of whom each may be nobody.
    expect(told.length).toBeGreaterThanOrEqual(nobody.length);
    const codes = /^(address-syntax|unknown-recipient|input-missing|io)$/;
    expect(told.filter(({ code }) => !codes.test(code))).toEqual([]);
    // What begins with "@" names a list.
    const named = told.filter(
      ({ message }) => !message.startsWith('--to: ') && !/(does not exist|ENAMETOOLONG)/.test(message),
    );
    expect(named).toEqual([]);
    office.tally.cases += nobody.length;
    office.tally.sentAnyway += office.take().length;
    for (const { text, typed: whom } of typed.filter(({ typed: some }) => some.length > 0)) {
      const sent = await office.send({ named: { to: [text], cc: [], bcc: [], each: [] } }, whom);
      expect(pathsOf(sent).toSorted()).toEqual(whom.toSorted());
    }
  });

  it('and after --header, names each that is no field', async () => {
    const values = hostileValues.filter(
      ([text, fault]) => fault !== undefined && !/\0/.test(text) && !hasHalfPair(text),
    );
    const fields = [...hostileFields.map(([text]) => text), ...values.map(([text]) => `X-Own: ${text}`)]
      // Trimmed at its edges, and no blank is a line end there.
      .filter(text => !/[\r\n\t]$/.test(text));
    const { status, told } = await run('--to', 'anna@x.example', ...fields.map(text => `--header=${text}`));
    expect(status).toBe(65);
    expect(told.map(({ code, message }) => [code, message.startsWith('--header ')])).toEqual(
      fields.map(() => ['header-value', true]),
    );
    office.tally.cases += fields.length;
    office.tally.sentAnyway += office.take().length;
  });
});

const pathsOf = (sent: Sent) =>
  'received' in sent ? sent.received.flatMap(({ recipients }) => recipients) : [];
const refusals = (sent: Sent) =>
  'refused' in sent ? sent.refused.map(({ code, message }) => [code, message]) : 'sent';

async function onlyMail(sent: Sent) {
  expect(refusals(sent)).toBe('sent');
  const received = 'received' in sent ? sent.received : [];
  expect(received).toHaveLength(1);
  const [{ bytes, envelopeFrom } = { bytes: Buffer.alloc(0), envelopeFrom: '' }] = received;
  expect(bytes.toString('latin1')).toMatch(/^[\x20-\x7e\t\r\n]*$/);
  expect(bytes.toString('latin1')).not.toMatch(/[^\r]\n|\r[^\n]/);
  return { ...(await PostalMime.parse(bytes)), envelopeFrom };
}

describe('a field of the user’s own', () => {
  it.each(hostileFields)('%j is refused', async (text, why) => {
    const sent = await office.send({ headers: [text] }, []);
    expect(refusals(sent)).toEqual([['header-value', `--header ${JSON.stringify(text)}: ${why}`]]);
  });
});

describe('--in-reply-to', () => {
  it.each(hostileMessageIds)('%j is refused', async inReplyTo => {
    const sent = await office.send({ inReplyTo }, []);
    expect(refusals(sent)).toEqual([['header-value', expect.stringContaining('is not a message id')]]);
  });
});

describe('an originator', () => {
  const written = [
    ...hostileAddresses.filter(({ typed }) => typed.length !== 1).map(({ text }) => text),
    ...refusedOriginators,
  ];
  it.each(written)('%j is refused', async text => {
    const sent = await office.send({ from: text, envelopeFrom: text, replyTo: text }, []);
    const told = 'refused' in sent ? sent.refused : [];
    expect(told.every(({ code }) => code === 'address-syntax')).toBe(true);
    expect(told.map(({ message }) => message.replace(/ ".*$/su, ''))).toEqual(
      expect.arrayContaining(['the sender', '--envelope-from']),
    );
  });

  it.each(hostileOriginators)('%j', async (text, name, address) => {
    const sent = await office.send({ from: text, envelopeFrom: text, replyTo: text }, ['anna@x.example']);
    const mail = await onlyMail(sent);
    expect([mail.from, mail.replyTo, mail.envelopeFrom]).toEqual([
      { name, address },
      [{ name, address }],
      address,
    ]);
  });
});

describe('a value', () => {
  it.each(values)(
    '%j as a subject, a field of the user’s own and the name of a sender',
    async (text, fault) => {
      const from = `"${text.replaceAll(/["\\]/g, '\\$&')}" <news@y.example>`;
      const sent = await office.send(
        { subject: `-${text}-`, headers: [`X-Own: -${text}-`], from },
        ['anna@x.example'],
        ['x-own'],
      );
      if (fault !== undefined) {
        const codes = 'refused' in sent ? sent.refused.map(({ code }) => code).toSorted() : [];
        expect(codes).toEqual(['address-syntax', 'header-value', 'template-field']);
        expect(refusals(await office.send({ subject: `-${text}-` }, []))).toEqual([
          ['template-field', expect.stringContaining(`the subject has a ${fault}`)],
        ]);
        return;
      }
      if (text.includes('{{')) {
        expect(refusals(sent)).toContainEqual(['template-subject', expect.any(String)]);
        return;
      }
      const { subject, from: sender, headers } = await onlyMail(sent);
      const own = headers.find(({ key }) => key === 'x-own')?.value ?? '';
      expect([subject, sender, decodeWords(own)]).toEqual([
        `-${text}-`,
        { name: text, address: 'news@y.example' },
        `-${text}-`,
      ]);
    },
  );
});

describe('front matter', () => {
  it.each(values)('with the subject, sender and preheader %j', async (text, fault) => {
    const quoted = JSON.stringify(text);
    const from = JSON.stringify(`"${text.replaceAll(/["\\]/g, '\\$&')}" <news@y.example>`);
    office.write('front.txt', `---\nsubject: ${quoted}\nfrom: ${from}\n---\nHello\n`);
    const templatePath = `${office.folder}/front.txt`;
    const sent = await office.send({ templatePath, subject: undefined, from: undefined }, ['anna@x.example']);
    if (fault !== undefined || text.includes('{{')) {
      const codes = 'refused' in sent ? sent.refused.map(({ code }) => code) : [];
      expect(codes.length).toBeGreaterThan(0);
      expect(
        codes.every(code => /^(address-syntax|template-(field|subject|syntax|placeholder))$/.test(code)),
      ).toBe(true);
      return;
    }
    const mail = await onlyMail(sent);
    expect([mail.subject, mail.from?.name]).toEqual([text, text]);
  });
});

describe('the name of a file', () => {
  it.each(fileNames)('%j', async (name, fault) => {
    mkdirSync(`${office.folder}/files`, { recursive: true });
    const sent = await office.send({ attachments: [office.write(`files/${name}`, 'x')] }, ['anna@x.example']);
    if (fault !== undefined) {
      expect(refusals(sent)).toEqual([['header-value', expect.stringContaining(fault)]]);
      return;
    }
    const { attachments } = await onlyMail(sent);
    expect(attachments.map(({ filename }) => filename)).toEqual([name]);
  });
});

describe('a cell in a body', () => {
  it.each(bodies)('%j', async (text, fault) => {
    office.write('body.txt', '[{{ x }}]');
    office.write('cells.csv', `email,x\nanna@x.example,"${text}"\n`);
    const list = `${office.folder}/cells.csv`;
    const sent = await office.send(
      { templatePath: `${office.folder}/body.txt`, named: { to: [], cc: [], bcc: [], each: [list] } },
      ['anna@x.example'],
    );
    if (fault !== undefined) {
      expect(refusals(sent)).toEqual([['list-row', `${fault} in column "x"`]]);
      expect('refused' in sent && sent.refused[0]?.where).toEqual({ file: list, line: 2 });
      return;
    }
    expect((await onlyMail(sent)).text).toBe(`[${text.replaceAll('\r\n', '\n')}]\n`);
  });

  it.each(values)('or in a subject, %j', async (text, fault) => {
    office.write('subject.txt', '---\nsubject: "[{{ x }}]"\n---\nHello\n');
    office.write('cells.ndjson', JSON.stringify({ email: 'anna@x.example', x: text }));
    const list = `${office.folder}/cells.ndjson`;
    const sent = await office.send(
      {
        templatePath: `${office.folder}/subject.txt`,
        subject: undefined,
        named: { to: [], cc: [], bcc: [], each: [list] },
      },
      ['anna@x.example'],
    );
    if (fault === undefined && !text.includes('{{')) {
      expect((await onlyMail(sent)).subject).toBe(`[${text}]`);
      return;
    }
    const [problem, ...others] = 'refused' in sent ? sent.refused : [];
    expect(others).toEqual([]);
    expect(problem?.code).toMatch(/^(list-row|template-field|template-placeholder)$/);
    expect(`${problem?.message} ${problem?.where?.file}:${problem?.where?.line}`).toContain(`${list}:1`);
  });
});

describe('a list', () => {
  it.each(hostileLists)('$name', async ({ octets, refused, reached = [], encoding }) => {
    office.write('x.txt', '{{ x }}');
    office.write('hostile.csv', octets);
    const list = `${office.folder}/hostile.csv`;
    const sent = await office.send(
      {
        templatePath: `${office.folder}/x.txt`,
        named: { to: [], cc: [], bcc: [], each: [list] },
        encoding,
      },
      reached.map(([address]) => address),
    );
    if (refused !== undefined) {
      const told = 'refused' in sent ? sent.refused.map(({ code, where }) => [code, where?.line]) : [];
      expect(told).toEqual(refused);
      return;
    }
    expect(refusals(sent)).toBe('sent');
    const received = 'received' in sent ? sent.received : [];
    const read = await Promise.all(
      received.map(async ({ recipients: [address], bytes }) => [
        address,
        (await PostalMime.parse(bytes)).text,
      ]),
    );
    expect(read).toEqual(reached.map(([address, x]) => [address, `${x}\n`]));
  });

  it.each(['a folder', 'a FIFO', '/dev/zero', '/dev/stdin of nothing'])('that is %s', async what => {
    const path = await strangeFile(what);
    const sent = await office.send({ named: { to: [], cc: [], bcc: [], each: [`@${path}`] } }, []);
    expect(refusals(sent)).toEqual([['io', `${path} is not a file`]]);
  });
});

async function strangeFile(what: string): Promise<string> {
  if (what === '/dev/zero') return what;
  if (what === 'a folder') return office.folder;
  if (what === 'a FIFO') {
    const { execFileSync } = await import('node:child_process');
    const path = `${office.folder}/fifo.csv`;
    execFileSync('mkfifo', [path]);
    return path;
  }
  return '/dev/null';
}

it('never reaches anybody else, adds a field, crashes, or sends in spite of a refusal: in all of more than a thousand cases', () => {
  const { cases, ...happened } = office.tally;
  expect(happened).toEqual(nothingHappened);
  expect(cases).toBeGreaterThanOrEqual(1_000);
});
