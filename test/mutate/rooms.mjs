/** What is mutated, which tests have to notice it, and the percentage of mutants that they have to notice at least. */
import { readdirSync } from 'node:fs';

const delivery =
  /^(?:delivery-.*|session-share|record-outcome|held-refusals|stop-waiting|learn-from-outcome|send-email)\.ts$/;
const ledger = /^(?:ledger|group-commit|fetch-log|email-lock)\.ts$/;
const intake = /^(?:log-intake|fact-intake|fact-offer)\.ts$/;
/** Escaping of values, and the pixel. */
const copies =
  /^(?:pixel-placement|render-copy|copy-plan|field-urls|one-click|liquid\/(?:markup|escaping-filters|echo-tag|plain-outputs))\.ts$/;

export const rooms = {
  smtp: room('src/smtp', ['test/smtp/'], 92),
  delivery: room(
    'src/workflow',
    [
      'test/workflow/delivery-loop',
      'test/workflow/session-share',
      'test/workflow/learn-from-outcome',
      'test/workflow/stop-waiting',
      'test/workflow/send-',
      'test/workflow/held',
    ],
    92,
    delivery,
  ),
  recipients: room('src/recipients', ['test/recipients/', 'test/workflow/gather'], 92),
  report: room('src/report', ['test/report/'], 92),
  message: room('src/message', ['test/message/', 'test/golden/'], 85),
  tracking: room('src/tracking', ['test/tracking/', 'test/http/'], 85),
  ledger: room('src/store/sqlite', ['test/store/'], 92, ledger),
  intake: room('src/store/sqlite', ['test/store/ingest', 'test/store/exchange'], 85, intake),
  merge: room('src/merge', ['test/merge/', 'test/golden/'], 85, copies),
  'smtp-client': room('src/smtp-client', ['test/smtp-client/'], 85),
};

function room(folder, tests, percent, names = /\.tsx?$/) {
  const sources = readdirSync(new URL(`../../${folder}`, import.meta.url), { recursive: true })
    .filter(name => names.test(name))
    .map(name => `${folder}/${name}`);
  return { sources, tests, percent };
}
