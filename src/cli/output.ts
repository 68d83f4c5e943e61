/** The two streams of a command: data on stdout, everything said to a person on stderr. */
export interface Output {
  /** A line of data. */
  data(line: string): void;
  /** A line for the person. */
  say(line: string): void;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export function createOutput(options: { quiet: boolean }): Output {
  const { stdout, stderr } = process;
  const write = (stream: NodeJS.WriteStream, line: string) => {
    if (!stream.destroyed) stream.write(`${line}\n`);
  };
  return {
    data: line => write(stdout, line),
    say: line => {
      if (!options.quiet) write(stderr, line);
    },
    stdout,
    stderr,
  };
}

/** A reader that goes away (`| head`) ends the output, never the work: a send goes on. */
export function outliveReader(stream: NodeJS.WriteStream): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** A page is easier to read than a whole wide screen. */
const widest = 120;

/** Columns to write in. Off a terminal nothing is cut shorter than a page: a pipe has no edge. */
export function terminalWidth(stream: NodeJS.WriteStream): number {
  const columns = stream.columns ?? Number(process.env['COLUMNS'] ?? 0);
  return columns > 0 ? Math.min(columns, widest) : widest;
}
