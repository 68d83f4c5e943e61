import { certificateFaults, systemFaults } from '../connection-fault.js';
import { Problem } from '../problem.js';
import type { ExchangeChannel } from '../workflow/fact-ports.js';
import { fetchBounded } from './bounded-fetch.js';

const patienceMs = 30_000;
const longestBytes = 16 * 1_048_576;

/** @param base of `serve --exchange`, without a trailing slash. */
export function createExchangeChannel(base: string): ExchangeChannel {
  return {
    async post(body, authorization) {
      try {
        return await fetchBounded(`${base}/exchange`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/x-ndjson' },
          body,
          patienceMs,
          longestBytes,
        });
      } catch (cause) {
        throw new Problem('server-unreachable', `${base} cannot be reached: ${reasonOf(cause)}`, {
          fix: 'Is `mailtrack serve --exchange` running there, and the tunnel or front open? What came before is stored.',
          cause,
        });
      }
    },
  };
}

/** `fetch` hides what happened behind "fetch failed". */
function reasonOf(error: unknown): string {
  const { cause, message, name } = error as Error & { cause?: Error & { code?: string } };
  if (name === 'TimeoutError') return `no answer within ${patienceMs / 1_000} s`;
  const code = cause?.code ?? '';
  const certificate = certificateFaults.get(code);
  if (certificate !== undefined) return `its certificate ${certificate}`;
  return systemFaults.get(code) ?? cause?.message ?? message;
}
