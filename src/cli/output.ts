import type { Streams } from './streams.js';

/** The two streams of a command: data on stdout, everything said to a person on stderr. */
export interface Output {
  /** A line of data. */
  data(line: string): void;
  /** Data that has its line ends. */
  text(text: string): void;
  /** A line for the person. */
  say(line: string): void;
  /** A line for the person, also with `--quiet`. */
  warn(line: string): void;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly streams: Streams;
}

export function createOutput(streams: Streams, options: { quiet: boolean }): Output {
  const warn = (line: string) => streams.write('stderr', `${line}\n`);
  return {
    data: line => streams.write('stdout', `${line}\n`),
    text: text => streams.write('stdout', text),
    say: options.quiet ? () => undefined : warn,
    warn,
    stdout: streams.stdout,
    stderr: streams.stderr,
    streams,
  };
}

/** A page is easier to read than a whole wide screen. */
const widest = 120;

/** Columns to write in. Off a terminal nothing is cut shorter than a page: a pipe has no edge. */
export function terminalWidth(stream: NodeJS.WriteStream): number {
  const columns = stream.columns ?? Number(process.env['COLUMNS'] ?? 0);
  return columns > 0 ? Math.min(columns, widest) : widest;
}
