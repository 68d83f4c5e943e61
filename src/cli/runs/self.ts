import { Problem } from '../../problem.js';
import { systemRandom } from '../../system/random.js';
import { printJson } from '../../terminal/json.js';
import { selfUrl } from '../../tracking/self-link.js';
import { readTrackingUrl } from '../../tracking/tracking-url.js';
import { createNumber48 } from '../../workflow/identifiers.js';
import { createContext } from '../context.js';
import { newKeyAdvice, openKeyRing } from '../key-ring.js';
import type { GlobalOptions } from '../options.js';

export async function runSelf(options: GlobalOptions): Promise<void> {
  const { output, json, text } = await createContext(options);
  const url = text('tracking.url');
  if (url === undefined) {
    throw new Problem('tracking-url', 'there is no tracking URL', {
      fix: 'Set MAILTRACK_TRACKING_URL, or write url under [tracking].',
    });
  }
  const base = readTrackingUrl(url, undefined, true);
  const ring = await openKeyRing(file => output.say(`A new key was made: ${file}. ${newKeyAdvice}`));
  const link = selfUrl(base, ring, createNumber48(systemRandom));
  if (json) output.data(printJson({ schema: 'mailtrack.self/1', url: link }));
  else {
    output.data(link);
    output.say('Open it in your browser and press the button: what that browser opens is not counted.');
  }
}
