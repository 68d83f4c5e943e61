import { plural, printDuration } from '../../amount.js';
import { Problem } from '../../problem.js';
import { openStore } from '../../store/open-store.js';
import { systemClock } from '../../system/clock.js';
import { readLogLines } from '../../system/log-lines.js';
import { visible } from '../../terminal/clean.js';
import { printJson } from '../../terminal/json.js';
import { type Ingested, ingestLog } from '../../workflow/ingest-log.js';
import { createContext } from '../context.js';
import { keySource, readKeyRing } from '../key-ring.js';
import type { GlobalOptions } from '../options.js';

export async function runIngest(path: string, options: GlobalOptions): Promise<void> {
  const context = await createContext(options);
  const ring = await readKeyRing();
  if (ring === undefined) {
    throw new Problem('key', `there is no key: ${keySource()}`, {
      fix: 'Put the key file there; without it no token in a log can be verified.',
    });
  }
  const store = await openStore(context.storeUrl);
  try {
    const ingested = await ingestLog(
      readLogLines(path),
      { intake: store.logIntake, log: store.fetchLog, ring, clock: systemClock },
      { keepNetwork: context.text('privacy.keep_network') !== 'none' },
    );
    if (context.json) context.output.data(printJson(json(ingested)));
    else for (const line of lines(ingested, path, ring.fingerprint)) context.output.say(line);
  } finally {
    await store.close();
  }
}

function json({ firstMisdatedLine, clockSkewSeconds, optedOut, ...counts }: Ingested): object {
  const first = firstMisdatedLine === 0 ? {} : { first_misdated_line: firstMisdatedLine };
  const skew = clockSkewSeconds === 0 ? {} : { clock_skew_seconds: clockSkewSeconds };
  return { schema: 'mailtrack.ingest/1', ...counts, opted_out: optedOut, ...first, ...skew };
}

function lines(counts: Ingested, path: string, fingerprint: string): readonly string[] {
  const { lines, added, known, beyond, unverifiable, rehearsals, others, unreadable, misdated } = counts;
  const skew = counts.clockSkewSeconds;
  const verified = added + known + beyond;
  return [
    `${plural(lines, 'line')}: ${plural(added, 'fetch', 'fetches')} added, ${known} known already.`,
    ...(beyond > 0
      ? [`  ${beyond} are of pixels that have 1,000 rows, the most one may have, and were only counted.`]
      : []),
    ...(skew === 0
      ? []
      : [
          `  The times of this log are ${printDuration(Math.abs(skew))} ${skew > 0 ? 'ahead of' : 'behind'} those that \`mailtrack serve\` recorded; they were corrected by that. Set the clock of the front.`,
        ]),
    ...(rehearsals > 0 ? [`  ${rehearsals} are from rehearsals.`] : []),
    ...(counts.optedOut > 0
      ? [`  ${counts.optedOut} are of people who opted out or were forgotten, and leave nothing.`]
      : []),
    ...(others > 0 ? [`  ${others} ask for something else, or were refused.`] : []),
    ...(unreadable > 0 ? [`  ${unreadable} are no lines of an access log.`] : []),
    ...(misdated > 0
      ? [
          `  ${misdated} have a time that cannot be, later than tomorrow or a day before their email; the first: ${placeIn(path, counts.firstMisdatedLine)}.`,
        ]
      : []),
    ...(unverifiable > 0
      ? [`  ${unverifiable} have tokens that no key verifies; the newest key here is ${fingerprint}.`]
      : []),
    ...(verified === 0 && unverifiable > 0
      ? ['  None verified: is this the key the mail was sent with? See `mailtrack keys list`.']
      : []),
  ];
}

function placeIn(path: string, line: number): string {
  return `${path === '-' ? 'standard input' : visible(path)}:${line}`;
}
