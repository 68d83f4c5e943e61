import { certificateFaults, systemFaults } from '../connection-fault.js';
import { Problem } from '../problem.js';
import type { ExchangeChannel } from '../workflow/fact-ports.js';
import { askHttp } from './ask.js';

const patienceMs = 30_000;
const longestAnswer = 16 * 1_048_576;

/** @param base of `serve --exchange`, without a trailing slash. */
export function createExchangeChannel(base: string): ExchangeChannel {
  return {
    async post(body, authorization) {
      try {
        const answer = await askHttp(`${base}/exchange`, {
          method: 'POST',
          headers: { authorization, 'content-type': 'application/x-ndjson' },
          body,
          patienceMs,
          longestAnswer,
        });
        if (answer.status >= 300 && answer.status < 400) throw new Error('it redirects to another address');
        return answer;
      } catch (cause) {
        throw new Problem('server-unreachable', `${base} cannot be reached: ${reasonOf(cause)}`, {
          fix: 'Is `mailtrack serve --exchange` running there, and the tunnel or front open? What came before is stored.',
          cause,
        });
      }
    },
  };
}

function reasonOf(error: unknown): string {
  const { code = '', message } = error as Error & { code?: string };
  const certificate = certificateFaults.get(code);
  if (certificate !== undefined) return `its certificate ${certificate}`;
  return systemFaults.get(code) ?? message;
}
