/** Commands in this process, up to the function that a value is for: rows of the wiring say which value has to arrive there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PassThrough } from 'node:stream';
import { createProgram } from '../../../src/cli/program.js';
import { type StreamName, Streams } from '../../../src/cli/streams.js';

/** What the functions were called with that stand in for those of the program; empty at each run. */
export const seen: {
  draft?: unknown;
  /** Of `planEmail`. */
  ports?: unknown;
  request?: unknown;
  /** Of `createSmtpTransport`: the server. */
  server?: unknown;
  endpoint?: unknown;
  /** Of `startPrivate`: addresses and names. */
  privately?: unknown;
  upkeep?: unknown;
  /** Somebody at the terminal was asked. */
  asked?: boolean;
} = {};

export interface Said {
  readonly stdout: string;
  readonly stderr: string;
  readonly error: unknown;
}

export class KeptStreams extends Streams {
  readonly said = { stdout: '', stderr: '' };

  /** @param columns of a terminal; undefined: a pipe. */
  constructor(columns?: number) {
    const edge = columns === undefined ? {} : { columns, isTTY: true };
    const nowhere = () => Object.assign(new PassThrough(), edge) as unknown as NodeJS.WriteStream;
    super({ stdout: nowhere(), stderr: nowhere() } as Pick<NodeJS.Process, 'stdout' | 'stderr'>);
  }

  override tryToWrite(stream: StreamName, text: string, done: (arrived: boolean) => void): void {
    this.said[stream] += text;
    done(true);
  }
}

/** A folder that is home and working folder of the commands, until `close`. */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'mailtrack-wiring-'));
  readonly #before = { folder: process.cwd(), environment: { ...process.env } };

  constructor() {
    for (const name of Object.keys(process.env)) if (name.startsWith('MAILTRACK_')) delete process.env[name];
    Object.assign(process.env, {
      HOME: this.folder,
      XDG_DATA_HOME: join(this.folder, 'data'),
      XDG_CONFIG_HOME: join(this.folder, 'config'),
    });
    process.chdir(this.folder);
  }

  write(name: string, text: string | Uint8Array): string {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), text);
    return name;
  }

  /** @returns what the command said, and what it threw. */
  async run(...argv: readonly string[]): Promise<Said> {
    return this.runOn(new KeptStreams(), ...argv);
  }

  /** @returns the same, from streams of the caller. */
  async runOn(streams: KeptStreams, ...argv: readonly string[]): Promise<Said> {
    for (const key of Object.keys(seen)) delete seen[key as keyof typeof seen];
    let error: unknown;
    try {
      const program = await createProgram(argv, streams);
      await program.parseAsync([...argv], { from: 'user' });
    } catch (thrown) {
      error = thrown;
    }
    process.exitCode = undefined;
    return { ...streams.said, error };
  }

  close(): void {
    process.chdir(this.#before.folder);
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, this.#before.environment);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Ends a command at the function that its values were for. */
export class Arrived extends Error {}
