/** What has to be undone however a benchmark ends, Ctrl-C included: servers, network namespaces, folders. */

const undoings = new Set();

/** @returns does it now, once; otherwise it happens when this process exits. `undo` has to be synchronous. */
export function atEnd(undo) {
  undoings.add(undo);
  return () => {
    if (undoings.delete(undo)) undo();
  };
}

process.once('SIGINT', () => process.exit(130));
process.once('SIGTERM', () => process.exit(143));
process.once('exit', () => {
  // The last made goes first: a server before the link it listens on.
  for (const undo of [...undoings].reverse()) {
    try {
      undo();
    } catch (error) {
      console.error(error.message);
    }
  }
});
