/** Mistakes that change nothing anybody could see, with the reason; `line` is the whole line where `before` alone is not enough. */
const known = [
  {
    file: 'src/workflow/session-share.ts',
    before: 'share.session?.usable !== true || share.broke !== undefined',
    after: 'share.session?.usable !== true',
    why: 'a session that ended is not usable either; the order of the two conditions is what differs',
  },
  {
    file: 'src/workflow/session-share.ts',
    line: 'run.sessions.delete(session);',
    before: 'run.sessions.delete(session);',
    after: ';',
    why: 'a session that was closed is not usable, and nothing else is asked of those in the set; only memory grows',
  },
  ...['run.left += 1;', 'run.left += 1'].map(before => ({
    file: 'src/workflow/delivery-loop.ts',
    before,
    after: before.endsWith(';') ? ';' : 'run.left -= 1',
    why: 'the queue of this pass is empty, and the next pass sets the number anew',
  })),
  {
    file: 'src/merge/pixel-placement.ts',
    before: 'nesting.depth += piece.isEnd ? -1 : 1',
    after: 'nesting.depth -= piece.isEnd ? -1 : 1',
    why: 'depths are only compared with one another, and all of them are mirrored',
  },
  ...['let reached = 0;', 'let blocks = 0;'].map(line => ({
    file: 'src/merge/pixel-placement.ts',
    line,
    before: '0',
    after: '1',
    why: 'counted from another number; it is only compared with itself, or caught up at the first piece',
  })),
  {
    file: 'src/store/sqlite/group-commit.ts',
    before: 'this.#immediate ??= setImmediate(() => this.#gather(performance.now()))',
    after: 'this.#immediate = setImmediate(() => this.#gather(performance.now()))',
    why: 'an immediate too many finds nothing to commit, or commits a turn earlier',
  },
  {
    file: 'src/store/sqlite/ledger.ts',
    before: 'prepared.get(key) ?? database.prepare(text(key))',
    after: 'database.prepare(text(key))',
    why: 'a statement that is prepared again does the same, slower',
  },
  ...['0', '1'].map(before => ({
    file: 'src/report/judge-fetches.ts',
    line: 'const fetch = { fetchedAt: this.#times[index] ?? 0, times: this.#counts[index] ?? 1 };',
    before,
    after: String(Number(before) + 1),
    why: 'there is a time and a count for each copy; the compiler wants the other values',
  })),
  ...['src/store/sqlite/log-intake.ts', 'src/store/sqlite/recorded-rows.ts'].map(file => ({
    file,
    before: "keys[index] ?? ''",
    after: 'keys[index]',
    why: 'there is a key for each line; the compiler wants the other value',
  })),
  {
    file: 'src/workflow/session-share.ts',
    before: 'session !== share.session && session.usable',
    after: 'session.usable',
    why: 'the session of this slot ended with the reply that is asked about, so that it is not usable',
  },
  ...['full: false,', 'isWorn: false,', 'taken: 0,'].map(line => ({
    file: 'src/workflow/session-share.ts',
    line,
    before: line.endsWith('0,') ? '0' : 'false',
    after: line.endsWith('0,') ? '1' : 'true',
    why: 'set again when the first session is opened, before anybody reads it',
  })),
  {
    file: 'src/workflow/record-outcome.ts',
    before: "state === undefined || kind === 'withdrawn'",
    after: 'state === undefined',
    why: 'a withdrawn transaction moves nobody, so that its state is undefined; the compiler wants the second condition',
  },
];

/** @param {{ file: string, before: string, after: string, start: number, text: string }} mutant */
export function isEquivalent({ file, before, after, start, text }) {
  const from = text.lastIndexOf('\n', start) + 1;
  const line = text.slice(from, text.indexOf('\n', start)).trim();
  return known.some(
    one =>
      one.file === file &&
      one.before === before &&
      one.after === after &&
      (one.line === undefined || one.line === line),
  );
}
