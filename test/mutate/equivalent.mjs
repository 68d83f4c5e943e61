/** Mistakes that change nothing anybody could see, with the reason. */
const known = [
  {
    file: 'src/workflow/session-share.ts',
    before: 'share.session?.usable !== true || share.broke !== undefined',
    after: 'share.session?.usable !== true',
    why: 'a session that ended is not usable either; the order of the two conditions is what differs',
  },
  {
    file: 'src/workflow/record-outcome.ts',
    before: "state === undefined || kind === 'withdrawn'",
    after: 'state === undefined',
    why: 'a withdrawn transaction moves nobody, so that its state is undefined; the compiler wants the second condition',
  },
];

/** @param {{ file: string, before: string, after: string }} mutant */
export function isEquivalent({ file, before, after }) {
  return known.some(one => one.file === file && one.before === before && one.after === after);
}
