import { askHttp } from '../http/ask.js';
import { Problem } from '../problem.js';

/** Long enough for a server on the other side of the world, short enough not to be in the way. */
const patienceMs = 3_000;
/** Octets; ours has fewer than 100. */
const longestAnswer = 4_096;

/**
 * Asks the pixel server how it is before mail points to it.
 * @returns a warning when it does not answer (it may be started later, or be out of our sight).
 * @throws Problem `tracking-url` when it answers with another key: nothing sent now could ever be counted there.
 */
export async function healthWarning(trackingUrl: string, fingerprint: string): Promise<readonly string[]> {
  const key = await readHealthKey(`${trackingUrl}/healthz`);
  if (key === undefined)
    return [`${trackingUrl} does not answer: until \`mailtrack serve\` runs there, opens are lost`];
  if (key === fingerprint) return [];
  throw new Problem('tracking-url', `${trackingUrl} answers with another key (${key}, not ${fingerprint})`, {
    fix: 'Give the server the key file of the machine that sends, or MAILTRACK_KEY; else nothing would be counted.',
  });
}

async function readHealthKey(url: string): Promise<string | undefined> {
  try {
    const answer = await askHttp(url, { method: 'GET', patienceMs, longestAnswer });
    const body: unknown = JSON.parse(answer.body);
    const key = typeof body === 'object' && body !== null && 'key' in body ? body.key : undefined;
    return answer.status === 200 && typeof key === 'string' ? key : undefined;
  } catch {
    return undefined;
  }
}
