import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { SMTPServer } from 'smtp-server';
import { Problem } from '../problem.js';

export interface SandboxMessage {
  /** From 1, in the order the messages came. */
  readonly sequence: number;
  readonly envelopeFrom: string;
  readonly recipients: readonly string[];
  /** The message as it came, dots unstuffed. */
  readonly bytes: Buffer;
  /** Where it was stored. */
  readonly file: string | undefined;
}

export interface SandboxOptions {
  /** 0 takes any free port. */
  readonly port: number;
  /** Messages are stored here as `.eml`; undefined: not stored. */
  readonly dir?: string | undefined;
  readonly onMessage?: (message: SandboxMessage) => void;
}

export interface Sandbox {
  readonly port: number;
  close(): Promise<void>;
}

const maxMessageBytes = 50 * 1024 * 1024;

/**
 * An SMTP server on the loopback interface that accepts everything, with any login or none, and delivers nothing:
 * there is no code here that could send a message on.
 * @throws Problem `port-taken`, `cannot-create`.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  if (options.dir !== undefined) await makeFolder(options.dir);
  let sequence = 0;
  const server = new SMTPServer({
    authOptional: true,
    allowInsecureAuth: true,
    disabledCommands: ['STARTTLS'],
    size: maxMessageBytes,
    banner: 'mailtrack sandbox',
    onAuth: (auth, _session, done) => done(null, { user: auth.username ?? '' }),
    onData: (stream, session, done) => {
      sequence += 1;
      const number = sequence;
      const { mailFrom, rcptTo } = session.envelope;
      const recipients = rcptTo.map(({ address }) => address);
      receive(stream)
        .then(async bytes => {
          const file =
            options.dir === undefined ? undefined : await store(options.dir, number, recipients, bytes);
          const envelopeFrom = mailFrom === false ? '' : mailFrom.address;
          options.onMessage?.({ sequence: number, envelopeFrom, recipients, bytes, file });
          done();
        })
        .catch((error: Error) => done(error));
    },
  });
  server.on('error', () => undefined);
  const port = await listen(server, options.port);
  return { port, close: () => new Promise(resolve => server.close(() => resolve())) };
}

async function receive(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function store(
  dir: string,
  sequence: number,
  recipients: readonly string[],
  bytes: Buffer,
): Promise<string> {
  const who = (recipients[0] ?? 'nobody').replaceAll(/[^A-Za-z0-9@._+-]/g, '_').slice(0, 100);
  const file = join(dir, `${String(sequence).padStart(4, '0')}-${who}.eml`);
  await writeFile(file, bytes, { mode: 0o600 });
  return file;
}

async function makeFolder(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new Problem('cannot-create', `the folder ${dir} cannot be made: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function listen(server: SMTPServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const taken = cause.code === 'EADDRINUSE';
      reject(
        taken
          ? new Problem('port-taken', `port ${port} is taken by another program`, {
              fix: 'Choose another with --port.',
              cause,
            })
          : new Problem('io', `cannot listen on port ${port}: ${cause.message}`, { cause }),
      );
    });
    const listener = server.listen(port, '127.0.0.1', () => {
      const address = listener.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}
