export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * Turns the signals that ask for an end into calls. The first asks to finish what is under way; every further one
 * means now. `restore` gives the signals back to Node's defaults.
 */
export function onStopSignal(
  first: (signal: StopSignal) => void,
  again: (signal: StopSignal) => void,
): () => void {
  let seen = 0;
  const signals: readonly StopSignal[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const listener = (signal: NodeJS.Signals) => {
    seen += 1;
    (seen === 1 ? first : again)(signal as StopSignal);
  };
  for (const signal of signals) process.on(signal, listener);
  return () => {
    for (const signal of signals) process.removeListener(signal, listener);
  };
}

/** Resolves at the first signal that asks for an end. A second one ends the process at once. */
export function untilStopSignal(): Promise<StopSignal> {
  return new Promise(resolve => {
    const restore = onStopSignal(
      signal => {
        restore();
        resolve(signal);
      },
      () => undefined,
    );
  });
}
