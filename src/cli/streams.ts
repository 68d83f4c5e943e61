/**
 * The two streams of the process. A full disk, or a reader that has gone, is a fact here and no exception: nothing more is
 * written to that stream, and whoever has work under way is told.
 */
import { fstatSync, writeSync } from 'node:fs';

export type StreamName = 'stdout' | 'stderr';

/** Something that was written did not arrive. */
export interface StreamLoss {
  readonly stream: StreamName;
  readonly cause: NodeJS.ErrnoException;
}

const descriptors = { stdout: 1, stderr: 2 } as const;

export class Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly #isFile: Readonly<Record<StreamName, boolean>>;
  readonly #losses: StreamLoss[] = [];
  readonly #listeners = new Set<(loss: StreamLoss) => void>();

  constructor({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>) {
    this.stdout = stdout;
    this.stderr = stderr;
    this.#isFile = { stdout: isFile(descriptors.stdout), stderr: isFile(descriptors.stderr) };
    for (const stream of ['stdout', 'stderr'] as const)
      this[stream].on('error', (cause: NodeJS.ErrnoException) => this.#lose({ stream, cause }));
  }

  /** The first of each stream. */
  get losses(): readonly StreamLoss[] {
    return this.#losses;
  }

  isLost(stream: StreamName): boolean {
    return this.#losses.some(loss => loss.stream === stream);
  }

  /** @param listener called for losses so far, and for those to come. @returns what ends it. */
  onLoss(listener: (loss: StreamLoss) => void): () => void {
    for (const loss of this.#losses) listener(loss);
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Writes, unless something written before was lost. */
  write(stream: StreamName, text: string): void {
    if (!this.isLost(stream)) this.tryToWrite(stream, text, () => undefined);
  }

  /** Writes in spite of earlier losses: a disk may have room again. @param done told whether the text arrived. */
  tryToWrite(stream: StreamName, text: string, done: (arrived: boolean) => void): void {
    if (!this.#isFile[stream]) {
      this[stream].write(text, error => done(error === undefined || error === null));
      return;
    }
    try {
      writeWhole(descriptors[stream], Buffer.from(text));
      done(true);
    } catch (cause) {
      this.#lose({ stream, cause: cause as NodeJS.ErrnoException });
      done(false);
    }
  }

  /** Resolves when it is known of everything written so far whether it arrived. */
  async settled(): Promise<void> {
    for (const stream of [this.stdout, this.stderr]) {
      // An empty write comes behind those before it, but would fail on /dev/full by itself.
      if (stream.writableLength > 0) await new Promise<void>(resolve => stream.write('', () => resolve()));
    }
    // Errors of streams are told in a later turn.
    await new Promise(resolve => setImmediate(resolve));
  }

  #lose(loss: StreamLoss): void {
    if (this.isLost(loss.stream)) return;
    this.#losses.push(loss);
    for (const listener of this.#listeners) listener(loss);
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    return false;
  }
}

/** A disk with room for a part takes that part; Node's stream would call it the whole. */
function writeWhole(fd: number, octets: Buffer): void {
  for (let written = 0; written < octets.length; ) written += writeSync(fd, octets, written);
}
