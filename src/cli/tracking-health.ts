import { reasonOfSilence, type SilenceReason } from '../connection-fault.js';
import { AnswerTooLong, askHttp } from '../http/ask.js';
import { Problem } from '../problem.js';

/** Long enough for a server on the other side of the world, short enough not to be in the way. */
const patienceMs = 3_000;
/** The answer of `serve` has 45 octets. */
const longestAnswer = 4_096;

/**
 * Asks the pixel server how it is before mail points to it.
 * @returns a warning when it does not answer (it may be started later, or be out of our sight), or as something else does.
 * @throws Problem `tracking-url` when it answers with another key: nothing sent now could ever be counted there.
 */
export async function healthWarning(trackingUrl: string, fingerprint: string): Promise<readonly string[]> {
  const health = await readHealth(`${trackingUrl}/healthz`);
  switch (health.kind) {
    case 'silent':
      return [
        `${trackingUrl} does not answer (${health.why}): until \`mailtrack serve\` runs there, opens are lost`,
      ];
    case 'untrusted':
      return [
        `${trackingUrl} cannot be trusted: its certificate ${health.certificate}. Mail programs load no image from it, so opens are lost`,
      ];
    case 'clear-text':
      return [
        `${trackingUrl} answers in clear text, without TLS, so opens are lost: put a TLS front there, or give \`mailtrack serve\` --tls-cert and --tls-key`,
      ];
    case 'other':
      return [
        `${trackingUrl}/healthz answers ${health.how}, which is not how \`mailtrack serve\` answers: opens may be lost`,
      ];
    case 'key':
      if (health.key === fingerprint) return [];
      throw new Problem(
        'tracking-url',
        `${trackingUrl} answers with another key (${health.key}, not ${fingerprint})`,
        {
          fix: 'Give the server the key file of the machine that sends, or MAILTRACK_KEY; else nothing would be counted.',
        },
      );
  }
}

type Health =
  | SilenceReason
  | { readonly kind: 'other'; readonly how: string }
  | { readonly kind: 'key'; readonly key: string };

/** Nothing that the server says is shown but what is known to be a fingerprint. */
async function readHealth(url: string): Promise<Health> {
  try {
    const { status, body } = await askHttp(url, { method: 'GET', patienceMs, longestAnswer });
    if (status >= 300 && status < 400) return { kind: 'other', how: `with a redirect (${status})` };
    if (status !== 200) return { kind: 'other', how: `with ${status}` };
    const key = fingerprintOf(body);
    return key === undefined ? { kind: 'other', how: 'with something else' } : { kind: 'key', key };
  } catch (error) {
    return error instanceof AnswerTooLong
      ? { kind: 'other', how: 'with more than 4 kB' }
      : reasonOfSilence(error);
  }
}

function fingerprintOf(body: string): string | undefined {
  try {
    const health: unknown = JSON.parse(body);
    const key = typeof health === 'object' && health !== null && 'key' in health ? health.key : undefined;
    return typeof key === 'string' && /^[0-9a-f]{16}$/.test(key) ? key : undefined;
  } catch {
    return undefined;
  }
}
