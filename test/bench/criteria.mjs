/** What is asked of mailtrack, as ratios within one run. `goal` is what we would like on top. */

const pool = 'nodemailer pool';
const window = 'mailtrack --window 64';

const atRest = [
  { server: 'postfix', over: pool, least: 1.7, goal: 2 },
  { server: 'sink', over: pool, least: 4, goal: 6 },
  { server: 'postfix', over: 'smtp-source', least: 0.7, goal: 0.9 },
].map(rule => ({ ...rule, roundTripMs: 0, of: 'mailtrack', figure: 'rate' }));

const atADistance = [20, 50].flatMap(roundTripMs => [
  { server: 'postfix', roundTripMs, of: 'mailtrack', over: pool, figure: 'steadyRate', least: 1.9 },
  { server: 'sink', roundTripMs, of: 'mailtrack', over: pool, figure: 'steadyRate', least: 1.9 },
  { server: 'postfix', roundTripMs, of: window, over: pool, figure: 'steadyRate', least: 10 },
]);

/** Only with `--before`: no slower than an earlier build, but for what two equal runs differ by. */
const thanBefore = [20, 50].flatMap(roundTripMs =>
  ['postfix', 'sink'].map(server => ({
    server,
    roundTripMs,
    of: 'mailtrack',
    over: 'earlier build',
    figure: 'rate',
    least: 0.98,
  })),
);

/** CPU seconds of the client per 1,000 messages, of the second half of a run. */
const most = 0.25;

/**
 * @param figures of one server at one latency, by the name of the sender.
 * @returns `{ text, value, limit, holds }`; `holds` is undefined where a sender was not measured.
 */
export function judge(server, roundTripMs, figures) {
  const ratios = [...atRest, ...atADistance, ...thanBefore]
    .filter(rule => rule.server === server.id && rule.roundTripMs === roundTripMs)
    .map(rule => {
      const value = figures.get(rule.of)?.[rule.figure] / figures.get(rule.over)?.[rule.figure];
      return {
        text: `${rule.of} / ${rule.over}, ${rule.figure === 'rate' ? 'whole process' : 'from the first connection on'}`,
        value,
        limit: `≥ ${rule.least}${rule.goal === undefined ? '' : `, aim ${rule.goal}`}`,
        holds: Number.isNaN(value) ? undefined : value >= rule.least,
      };
    });
  const cpu = figures.get('mailtrack')?.steadyCpu;
  if (cpu === undefined || roundTripMs > 0) return ratios;
  const text = 'mailtrack, CPU s per 1,000 messages, second half';
  return [...ratios, { text, value: cpu, limit: `≤ ${most}`, holds: cpu <= most }];
}

const ofServe = [
  { text: 'recorded durably / nginx', of: 'durable', figure: 'ratio', least: 0.2 },
  { text: 'verified only / nginx', of: 'verify', figure: 'ratio', least: 0.35 },
  { text: 'recorded durably, p50 in ms', of: 'durable', figure: 'p50', most: 3 },
  { text: 'recorded durably, p99 in ms', of: 'durable', figure: 'p99', most: 50 },
];

/** Only with `--before`: the rate of each kind of pixel beside an earlier build, but for what two equal runs differ by. */
const serveThanBefore = [
  { text: 'recorded durably / earlier build', of: 'durable', figure: 'toBefore', least: 0.95 },
  { text: 'verified only / earlier build', of: 'verify', figure: 'toBefore', least: 0.95 },
];

/**
 * @param figures by the id of the server: `ratio` of nginx's rate, `p50` and `p99` in milliseconds, and `toBefore` of the rate of an
 * earlier build, where there is one.
 */
export function judgeServe(figures) {
  const rules = [...ofServe, ...serveThanBefore.filter(({ of }) => figures.get(of).toBefore !== undefined)];
  return rules.map(({ text, of, figure, least, most: limit }) => {
    const value = figures.get(of)[figure];
    return least === undefined
      ? { text, value, limit: `≤ ${limit}`, holds: value <= limit }
      : { text, value, limit: `≥ ${least}`, holds: value >= least };
  });
}
