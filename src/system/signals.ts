import { isatty } from 'node:tty';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

const stopSignals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Turns the signals that ask for an end into calls. The first asks to finish what is under way; every further one
 * means now. `restore` gives the signals back to Node's defaults.
 */
export function onStopSignal(
  first: (signal: StopSignal) => void,
  again: (signal: StopSignal) => void,
  signals: readonly StopSignal[] = stopSignals,
): () => void {
  let seen = 0;
  const listener = (signal: NodeJS.Signals) => {
    seen += 1;
    (seen === 1 ? first : again)(signal as StopSignal);
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.removeListener(signal, listener);
  };
}

/**
 * Resolves at the first signal that asks for an end. A second one ends the process at once.
 * @param signals by default SIGHUP is one of them.
 */
export function untilStopSignal(signals: readonly StopSignal[] = stopSignals): Promise<StopSignal> {
  return new Promise(resolve => {
    const restore = onStopSignal(
      signal => {
        restore();
        resolve(signal);
      },
      () => undefined,
      signals,
    );
  });
}

/**
 * SIGHUP as servers take it: look at the files again. A terminal that is closed sends it too, to the programs in it, and
 * from those it asks for an end.
 */
export function onReloadSignal(reload: () => void, end: () => void): () => void {
  const isInTerminal = isatty(process.stderr.fd);
  // The terminal is gone when its descriptor is none any more.
  const listener = () => (isInTerminal && !isatty(process.stderr.fd) ? end() : reload());
  process.on('SIGHUP', listener);
  return () => process.removeListener('SIGHUP', listener);
}
