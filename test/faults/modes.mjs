/** How commands and messages travel: what the server of a trial offers, and what the sender is told. */
const common = ['ENHANCEDSTATUSCODES', '8BITMIME', 'SIZE 50000000'];

/** By its name a server is known to take an envelope behind the final dot of a message (`smtp/server-traits.ts`). */
const known = 'sink ESMTP Postfix';
const unknown = 'sink ESMTP';

/** `window`: how many recipients of one connection may be uncertain after one fault. */
const modes = {
  dialogue: { name: 'dialogue', greeting: unknown, extensions: common, flags: [], window: 1 },
  alone: { name: 'alone', greeting: unknown, extensions: ['PIPELINING', ...common], flags: [], window: 1 },
  groups: { name: 'groups', greeting: known, extensions: ['PIPELINING', ...common], flags: [], window: 1 },
  window: {
    name: 'window',
    greeting: known,
    extensions: ['PIPELINING', 'CHUNKING', ...common],
    flags: ['--window', '8'],
    window: 8,
  },
};

const byDefault = ['groups', 'window', 'alone', 'dialogue'];

/** @param names as `--modes` has them: `groups,window`. @throws Error for a name there is not. */
export function chooseModes(names = byDefault.join()) {
  return names.split(',').map(name => {
    if (!Object.hasOwn(modes, name)) throw new Error(`no mode "${name}"; there are ${Object.keys(modes)}`);
    return modes[name];
  });
}

export const ordinaryMode = modes.groups;

/** Trials take turns. @param cases how many trials in a row differ in something else, and so share a mode. */
export function modeOf(chosen, trial, cases = 1) {
  return chosen[Math.floor(trial / cases) % chosen.length];
}
