import { mkdir, readdir, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerSession } from 'smtp-server';
import { Problem } from '../problem.js';
import { MessageRoom, type RoomLimits } from './message-room.js';

export interface SandboxOptions {
  /** 0: any free one. */
  readonly port: number;
  /** Where each message is stored as .eml; made if it is not there. Without it nothing is stored. */
  readonly dir?: string;
  /** Called for each message, before its sender hears that it was accepted. Must not throw. */
  readonly onMessage?: (message: SandboxMessage) => void;
  /** Memory for messages that are arriving; default 50 MB each and 200 MB together. */
  readonly limits?: RoomLimits;
}

/** One transaction as it came. */
export interface SandboxMessage {
  /** From 1, and on from the messages that are already in `dir`. */
  readonly sequence: number;
  /** '' for the null reverse-path. */
  readonly envelopeFrom: string;
  readonly recipients: readonly string[];
  /** The message octet for octet, without the dots of DATA. */
  readonly bytes: Buffer;
  readonly file?: string;
}

export interface Sandbox {
  readonly port: number;
  /** Ends all sessions. */
  close(): Promise<void>;
}

const host = '127.0.0.1';
const defaultLimits: RoomLimits = { messageBytes: 50 * 1_048_576, totalBytes: 200 * 1_048_576 };
const closeMs = 200;

/**
 * An SMTP server on this machine only, that accepts everything and delivers nothing. It offers login and takes any.
 * @throws Problem `port-taken`, `io` when it cannot listen, `cannot-create` for `dir`.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { port, dir, onMessage, limits = defaultLimits } = options;
  const room = new MessageRoom(limits);
  let stored = dir === undefined ? 0 : await prepareFolder(dir);
  const server = new SMTPServer({
    size: limits.messageBytes,
    authOptional: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    // It has no certificate that a client could check, and a client that may use STARTTLS will.
    disabledCommands: ['STARTTLS'],
    closeTimeout: closeMs,
    onAuth: (auth, _session, callback) => callback(null, { user: auth.username ?? '' }),
    onData: (stream, session, callback) => {
      const take = async () => {
        const bytes = await room.read(stream);
        stored += 1;
        return store(bytes, session, stored, dir);
      };
      take().then(
        message => {
          onMessage?.(message);
          callback(null, `accepted as ${message.sequence}, delivered to nobody`);
        },
        (error: Error) => callback(error),
      );
    },
  });
  // A client that breaks off is the client's affair.
  server.on('error', () => {});
  await listen(server, port);
  return {
    port: (server.server.address() as AddressInfo).port,
    close: () => new Promise(resolve => server.close(() => resolve())),
  };
}

/** @returns the highest sequence number in it, so that a second run overwrites nothing. */
async function prepareFolder(dir: string): Promise<number> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
    const numbers = (await readdir(dir)).map(name => Number(/^(\d+)-.*\.eml$/.exec(name)?.[1] ?? 0));
    return Math.max(0, ...numbers);
  } catch (cause) {
    throw new Problem('cannot-create', `${dir} cannot be used for messages: ${(cause as Error).message}`, {
      cause,
    });
  }
}

async function store(
  bytes: Buffer,
  session: SMTPServerSession,
  sequence: number,
  dir: string | undefined,
): Promise<SandboxMessage> {
  const { mailFrom, rcptTo } = session.envelope;
  const envelopeFrom = mailFrom === false ? '' : mailFrom.address;
  const recipients = rcptTo.map(({ address }) => address);
  const message = { sequence, envelopeFrom, recipients, bytes };
  if (dir === undefined) return message;
  const file = join(dir, fileName(sequence, recipients[0] ?? ''));
  await writeFile(file, bytes, { mode: 0o600, flag: 'wx' });
  return { ...message, file };
}

/** `0001-alice@example.com.eml`. An address is a stranger's text: nothing of it but harmless characters stays. */
function fileName(sequence: number, recipient: string): string {
  const harmless = recipient.replace(/[^A-Za-z0-9@.+_-]+/g, '_').slice(0, 100);
  return `${String(sequence).padStart(4, '0')}-${harmless}.eml`;
}

function listen(server: SMTPServer, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (cause: NodeJS.ErrnoException) => {
      reject(
        cause.code === 'EADDRINUSE'
          ? new Problem('port-taken', `port ${port} is taken by another program`, {
              fix: 'Choose another with --port.',
              cause,
            })
          : new Problem('io', `${host}:${port} cannot be listened on: ${cause.message}`, { cause }),
      );
    };
    server.server.once('error', onError);
    server.listen(port, host, () => {
      server.server.removeListener('error', onError);
      resolve();
    });
  });
}
