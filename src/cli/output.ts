import { layOut } from '../terminal/lay-out.js';
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
  const warn = (line: string) => streams.write('stderr', `${fitted(line, streams.stderr)}\n`);
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

/** Columns of the terminal, or what COLUMNS says; undefined for a pipe or a file, which have no edge. */
function columnsOf(stream: NodeJS.WriteStream): number | undefined {
  const columns = stream.columns ?? Number(process.env['COLUMNS'] ?? 0);
  return columns > 0 ? Math.min(columns, widest) : undefined;
}

/** Columns to write tables and plans in. Off a terminal they are as wide as a page. */
export function terminalWidth(stream: NodeJS.WriteStream): number {
  return columnsOf(stream) ?? widest;
}

/** Columns to write help in, which is made of paragraphs. */
export function helpWidth(stream: NodeJS.WriteStream): number {
  return columnsOf(stream) ?? 80;
}

/** Sentences in lines that fit the terminal. Off a terminal each stays one line, as programs and logs expect. */
export function fitted(text: string, stream: NodeJS.WriteStream): string {
  return stream.isTTY === true ? layOut(text, terminalWidth(stream)) : text;
}
