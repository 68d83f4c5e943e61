import { reasonOfSilence } from '../connection-fault.js';
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
        throw noAnswer(base, cause);
      }
    },
  };
}

function noAnswer(base: string, cause: unknown): Problem {
  const reason = reasonOfSilence(cause);
  switch (reason.kind) {
    case 'untrusted':
      return new Problem(
        'server-unreachable',
        `${base} cannot be trusted: its certificate ${reason.certificate}`,
        {
          fix: 'Renew the certificate there, and give the server the file with all of its chain. What came before is stored.',
          cause,
        },
      );
    case 'clear-text':
      return new Problem('server-unreachable', `${base} answers in clear text, without TLS`, {
        fix: 'Ask through a tunnel with http://127.0.0.1:<port>, or put a TLS front there. What came before is stored.',
        cause,
      });
    case 'silent':
      return new Problem('server-unreachable', `${base} cannot be reached: ${reason.why}`, {
        fix: 'Is `mailtrack serve --exchange` running there, and the tunnel or front open? What came before is stored.',
        cause,
      });
  }
}
