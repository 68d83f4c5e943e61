/**
 * A server that says what a .dialog file says, and checks what it is told.
 *
 *     # The first comment is the name of the case.
 *     # outcomes: accepted, rejected     of the deliveries, which are all offered at once
 *     # session: usable                  or `over`, afterwards
 *     # opening: server-unreachable      instead of both: the code of the Problem that `openSession` throws
 *     # offers: PIPELINING, SIZE 1000    greeting and EHLO go as usual; else the dialog has them
 *     # server: Postfix                  the name in the greeting; else it has none
 *     # login: news                     with a password; the dialog has AUTH, and the second EHLO behind it
 *     # replies: octet by octet          each octet in a segment of its own
 *     # patience: 50                     milliseconds for each reply; else the standard timeouts
 *     C: MAIL FROM:<news@example.org>*   a line of the client; `*` at the end: and anything more
 *     S: 250 2.1.0 Ok                    a line of the server; lines that follow each other leave as one
 *     S= 250 O\x00k\n                    octets of the server as they stand, with the escapes \r \n \t \xhh
 *     S* 20000 250-go on\r\n             the same, so many times, or until the client has gone
 *     S! close                           the server closes; or
 *        reset                           it breaks the connection (RST)
 *        half-close                      it says nothing more, and hears on
 *        dribble                         one octet of an endless reply after the other, until the client has gone
 *        silence                         it says nothing more
 *
 * After the last line the server answers QUIT and expects nothing else.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

type Kind = 'C:' | 'S:' | 'S=' | 'S*' | 'S!';

export interface Dialog {
  readonly name: string;
  readonly directives: ReadonlyMap<string, string>;
  readonly lines: readonly { readonly kind: Kind; readonly text: string }[];
}

export interface DialogServer {
  readonly port: number;
  /** Closes. @throws when the client did not keep to the dialog. */
  finish(): Promise<void>;
}

export function parseDialog(text: string): Dialog {
  const rows = text.trimEnd().split('\n');
  const comments = rows.filter(row => row.startsWith('#')).map(row => row.slice(1).trim());
  const [name = '', ...rest] = comments;
  const directives = new Map(rest.map(comment => comment.split(/: */, 2) as [string, string]));
  const written = rows
    .filter(row => !row.startsWith('#') && row !== '')
    .map(row => {
      const [, kind, text = ''] = /^(C:|S[:=*!]) ?(.*)$/.exec(row) ?? [];
      if (kind === undefined) throw new Error(`what is "${row}"?`);
      return { kind: kind as Kind, text };
    });
  return { name, directives, lines: [...opening(directives), ...written] };
}

function opening(directives: Dialog['directives']): Dialog['lines'] {
  const offers = directives.get('offers');
  if (offers === undefined) return [];
  const keywords = offers.split(', ').filter(keyword => keyword !== 'nothing');
  const replies = ['mail.example.org', ...keywords];
  const greeting = [
    { kind: 'C:', text: 'EHLO *' } as const,
    ...replies.map((text, index) => ({
      kind: 'S:' as const,
      text: `250${index < replies.length - 1 ? '-' : ' '}${text}`,
    })),
  ];
  const name = directives.get('server');
  const banner = `220 mail.example.org ESMTP${name === undefined ? '' : ` ${name}`}`;
  return [{ kind: 'S:', text: banner }, ...greeting];
}

export async function startDialogServer(dialog: Dialog): Promise<DialogServer> {
  const faults: string[] = [];
  const playing: Promise<void>[] = [];
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, socket => {
    sockets.add(socket);
    socket.on('error', () => {});
    playing.push(play(dialog, socket, faults));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    finish: async () => {
      await Promise.all(playing);
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
  };
}

async function play(dialog: Dialog, socket: Socket, faults: string[]): Promise<void> {
  const told = createInterface({ input: socket })[Symbol.asyncIterator]();
  // A client that breaks the connection has left like any other.
  const hear = () =>
    told.next().then(
      ({ value }) => value as string | undefined,
      () => undefined,
    );
  let unsaid = Buffer.alloc(0);
  const write = async (octets: Uint8Array) => {
    // The callback comes in any case, with an error when the client has gone.
    if (octets.length > 0) await new Promise(resolve => socket.write(octets, resolve));
  };
  const say = async () => {
    const octets = unsaid;
    unsaid = Buffer.alloc(0);
    const octetwise = dialog.directives.get('replies') === 'octet by octet';
    for (const piece of octetwise ? Array.from(octets, octet => Buffer.of(octet)) : [octets])
      await write(piece);
  };
  for (const { kind, text } of dialog.lines) {
    if (kind === 'S:') unsaid = Buffer.concat([unsaid, Buffer.from(`${text}\r\n`)]);
    else if (kind === 'S=') unsaid = Buffer.concat([unsaid, octetsOf(text)]);
    else await say();
    if (kind === 'S*') await repeat(text, write, socket);
    if (kind === 'C:') {
      const line = await hear();
      if (!matches(line, text)) {
        faults.push(`expected "${text}", and the client ${line === undefined ? 'left' : `said "${line}"`}`);
        socket.destroy();
        return;
      }
    }
    if (kind !== 'S!') continue;
    if (text === 'close') socket.destroy();
    else if (text === 'reset') socket.resetAndDestroy();
    else if (text === 'half-close') socket.end();
    else if (text === 'dribble') await dribble(write, socket);
    if (socket.destroyed) return;
  }
  await say();
  const last = await hear();
  if (last === 'QUIT') socket.end('221 2.0.0 Bye\r\n');
  else if (last !== undefined) faults.push(`the dialog was over, and the client said "${last}"`);
}

/** In blocks, since a client that gives up early need not be sent all of it. */
async function repeat(
  text: string,
  write: (octets: Uint8Array) => Promise<void>,
  socket: Socket,
): Promise<void> {
  const [, times = '', what = ''] = /^(\d+) (.*)$/.exec(text) ?? [];
  const one = octetsOf(what);
  const each = Math.ceil(65_536 / one.length);
  for (let left = Number(times); left > 0 && !socket.destroyed; left -= each) {
    await write(Buffer.concat(Array.from({ length: Math.min(left, each) }, () => one)));
  }
}

async function dribble(write: (octets: Uint8Array) => Promise<void>, socket: Socket): Promise<void> {
  await write(Buffer.from('250-'));
  while (!socket.destroyed) {
    await write(Buffer.from('.'));
    await new Promise(resolve => setTimeout(resolve, 2));
  }
}

function octetsOf(text: string): Buffer {
  const named: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t' };
  const octets = Buffer.from(text).toString('latin1');
  const plain = octets.replaceAll(/\\(?:x([\da-f]{2})|([rnt]))/g, (_, hex?: string, name?: string) =>
    hex === undefined ? (named[name ?? ''] ?? '') : String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(plain, 'latin1');
}

function matches(line: string | undefined, pattern: string): boolean {
  return pattern.endsWith('*') ? line?.startsWith(pattern.slice(0, -1)) === true : line === pattern;
}
