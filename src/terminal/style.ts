/** Colours, or none. They never carry a meaning that the words do not. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
}

export interface StyleRequest {
  /** false with `--no-color`. */
  readonly color: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isTerminal: boolean;
}

/** `--no-color`, then NO_COLOR (no-color.org), then FORCE_COLOR, then TERM=dumb, then whether it is a terminal. */
export function createStyle(request: StyleRequest): Style {
  const sgr = (code: number) => (text: string) =>
    `\x1b[${code}m${text}\x1b[${code === 1 || code === 2 ? 22 : 39}m`;
  const plain = (text: string) => text;
  const paint = wantsColor(request) ? sgr : () => plain;
  return { bold: paint(1), dim: paint(2), good: paint(32), bad: paint(31), warn: paint(33) };
}

function wantsColor({ color, environment, isTerminal }: StyleRequest): boolean {
  if (!color || (environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0';
  return isTerminal && environment['TERM'] !== 'dumb';
}
